// What a node believes of what it hears, and of the log it follows.
#include "base/digest.h"
#include "eventlog/cluster_test_fixture.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(TwoNodesTest, ForgedDamagedAndMisplacedFramesChangeNothingAndAreCounted) {
  SharedBytes real;
  other.broker.decide([&](const std::string& channel, const SharedBytes& frame) {
    if (channel != kMarksChannel) real = frame;
    return Fate::Lose;
  });
  write(one);
  fate(Fate::Deliver);
  ASSERT_TRUE(real);
  auto damaged = *real;
  damaged[60] = static_cast<char>(damaged[60] ^ 1);
  const broker::Frame forged{9, 1, clock_.wall(), broker::Signal{shareBytes("{}")}};
  const broker::Frame misplaced{9, 1, clock_.wall(), broker::Marks{{{1, 99}}}};
  one.local.publish("room:room", shareBytes(damaged));
  one.local.publish("room:room", shareBytes("rubbish"));
  one.local.publish("room:room", shareBytes(writeFrame(forged, "room:room", {std::string(32, 'x')})));
  one.local.publish("room:room", shareBytes(writeFrame(misplaced, "room:room", one.cluster.keys)));
  one.local.publish(kMarksChannel, real);
  settle();
  EXPECT_THAT(other.heard, IsEmpty());
  EXPECT_THAT(other.signals, IsEmpty());
  const std::string kRefused = "kith_broker_frames_refused_total";
  EXPECT_EQ(other.metric(kRefused, "reason=\"forged\""), 4);
  EXPECT_EQ(other.metric(kRefused, "reason=\"misplaced\""), 1);
  pass(2 * kCheckStep);  // a damaged one may have been wanted
  EXPECT_THAT(other.heard, ElementsAre(1));
}

TEST_F(TwoNodesTest, AReplayedFrameChangesNothing) {
  std::vector<std::pair<std::string, SharedBytes>> seen;
  other.broker.decide([&](const std::string& channel, const SharedBytes& frame) {
    seen.emplace_back(channel, frame);
    return Fate::Deliver;
  });
  write(one);
  one.log.signal(room_, shareBytes("{\"typing\":1}"), EventLog::Reach::AllNodes);
  pass(kMarkInterval);
  fate(Fate::Deliver);
  ASSERT_EQ(seen.size(), 3u);
  for (const auto& [channel, frame] : seen) one.local.publish(channel, frame);
  settle();
  EXPECT_THAT(other.heard, ElementsAre(1));
  EXPECT_EQ(other.signals.size(), 1u);
  EXPECT_EQ(other.metric("kith_broker_frames_refused_total", "reason=\"replayed\""), 2);
}

TEST_F(TwoNodesTest, ASignalReachesOtherNodesOnlyIfItIsMeantTo) {
  attach(one);
  Publish publish(one.log);
  publish.publishTypingIndicator(room_, shareBytes("typing"));
  publish.publishSignal(room_, shareBytes("online"));
  settle();
  EXPECT_THAT(other.signals, ElementsAre("typing"));
  EXPECT_THAT(one.signals, ElementsAre("typing", "online"));
}

TEST_F(TwoNodesTest, AnEntryOfANewerVersionIsShownAndChangesNothing) {
  write(one);
  broker::FrameEntry entry;
  entry.type = EntryType::MemberLeft;
  entry.ref_user = UserId::trusted("bob");
  entry.data = shareBytes("{\"new\":1}");
  const broker::Frame frame{9, 1, clock_.wall(), broker::Entries{broker::fingerprint(epoch_), 2, {entry}}};
  auto bytes = broker::writeFrame(frame, "room:room", one.cluster.keys);
  bytes.resize(bytes.size() - 16);
  bytes[46] = 99;  // its kind
  bytes += hmacSha256(one.cluster.keys.current, std::string("room:room") + '\0' + bytes).substr(0, 16);
  one.local.publish("room:room", shareBytes(bytes));
  settle();
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
  EXPECT_EQ(*other.publications[1].data, "{\"new\":1}");
  EXPECT_EQ(other.publications[1].type, EntryType::RoomUpdated);
}

TEST_F(TwoNodesTest, AStrayFrameOfAnotherEpochIsDroppedOnceTheStoreSaysSo) {
  write(one);
  broker::FrameEntry entry;
  entry.type = EntryType::MemberJoined;
  entry.data = shareBytes("{}");
  const broker::Frame stray{9, 1, clock_.wall(), broker::Entries{broker::fingerprint("old"), 2, {entry}}};
  one.local.publish("room:room", shareBytes(broker::writeFrame(stray, "room:room", one.cluster.keys)));
  settle();
  EXPECT_THAT(other.heard, ElementsAre(1));
  EXPECT_EQ(other.restarts, 0);
  write(one);
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
}

TEST_F(TwoNodesTest, WhenTheStoreWasRestoredWhoListensBeginsAnewAndIsNotRecovered) {
  for (int i = 0; i < 3; ++i) write(one);
  const Position before{epoch_, 3};
  openStore();
  write(one);
  EXPECT_EQ(other.restarts, 1);
  write(one);
  EXPECT_THAT(other.heard, ElementsAre(1, 2, 3, 2));
  const auto attached = attach(other, before);
  ASSERT_TRUE(attached->result && attached->result->ok());
  EXPECT_FALSE((**attached->result).recovered);
  EXPECT_EQ((**attached->result).position, (Position{epoch_, 2}));
}

TEST_F(TwoNodesTest, ACheckFindsThatALogIsGoneThoughNothingIsWritten) {
  for (int i = 0; i < 3; ++i) write(one);
  openStore();
  pass(kCheckInterval + 2 * kCheckStep);
  EXPECT_EQ(other.restarts, 1);
}

TEST_F(TwoNodesTest, AnAttachFindsThatTheStoreWasRestored) {
  write(one);
  openStore();
  const auto attached = attach(other, Position{epoch_, 1});
  ASSERT_TRUE(attached->result && attached->result->ok());
  EXPECT_FALSE((**attached->result).recovered);
  EXPECT_EQ(other.restarts, 1);
}

}  // namespace
}  // namespace kith
