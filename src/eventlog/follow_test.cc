#include "eventlog/follow.h"

#include <gmock/gmock.h>

#include "broker/frame.h"
#include "eventlog/envelope.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

LoggedEntry message(Offset offset, const std::string& text = "text") {
  LoggedEntry logged;
  logged.entry.offset = offset;
  logged.entry.type = EntryType::MessageCreated;
  logged.entry.actor = UserId::trusted("ann");
  logged.message = Message{};
  logged.message->seq = offset;
  logged.message->author = UserId::trusted("ann");
  logged.message->text = text;
  return logged;
}

LoggedEntry edit(Offset offset, Offset seq, const std::string& text) {
  auto logged = message(seq, text);
  logged.entry.offset = offset;
  logged.entry.type = EntryType::MessageEdited;
  logged.entry.ref_seq = seq;
  logged.message->edited_at = 1;
  return logged;
}

LoggedEntry removal(Offset offset, Offset first, const std::string& data) {
  LoggedEntry logged;
  logged.entry.offset = offset;
  logged.entry.type = EntryType::MessageDeleted;
  logged.entry.actor = UserId::trusted("ann");
  logged.entry.ref_seq = first;
  logged.entry.data = data;
  return logged;
}

store::Head head(Offset offset) {
  store::Head out;
  out.position = {"e", offset};
  return out;
}

class FollowTest : public ::testing::Test {
 protected:
  void goLive(Offset at) {
    follow.beginPositioning();
    follow.positioned(head(at));
  }
  FollowLimits limits;
  std::vector<Offset> applied;
  Follow follow{limits, [this](const Publication& publication) { applied.push_back(publication.offset); }};
};

TEST_F(FollowTest, ColdItAppliesNothing) {
  follow.entry(message(1), "e");
  EXPECT_THAT(applied, IsEmpty());
  EXPECT_EQ(follow.state(), Follow::State::Cold);
}

TEST_F(FollowTest, EntriesThatComeBeforeThePositionIsKnownAreHeldAndThoseItCoversDropped) {
  follow.beginPositioning();
  for (const Offset offset : {3, 4, 5, 6}) follow.entry(message(offset), "e");
  EXPECT_THAT(applied, IsEmpty());
  follow.positioned(head(4));
  EXPECT_THAT(applied, ElementsAre(5, 6));
  EXPECT_EQ(follow.applied(), 6u);
}

TEST_F(FollowTest, EachEntryIsAppliedOnceAndInOrderHoweverTheyCome) {
  goLive(0);
  for (const Offset offset : {2, 1, 1, 4, 2, 3, 4, 5}) follow.entry(message(offset), "e");
  EXPECT_THAT(applied, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_FALSE(follow.wantsFill());
}

TEST_F(FollowTest, AHoleStopsApplyingUntilItIsFilled) {
  goLive(0);
  follow.entry(message(1), "e");
  follow.entry(message(3), "e");
  EXPECT_THAT(applied, ElementsAre(1));
  EXPECT_TRUE(follow.wantsFill());
  follow.entry(message(2), "e");
  EXPECT_THAT(applied, ElementsAre(1, 2, 3));
}

TEST_F(FollowTest, WhatIsHeldIsBoundedAndTheHighestGoFirst) {
  limits.hold_entries_max = 3;
  goLive(0);
  for (const Offset offset : {5, 4, 3, 2}) follow.entry(message(offset), "e");
  follow.entry(message(1), "e");
  EXPECT_THAT(applied, ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(follow.wantsFill());  // 5 is the store's to give
  follow.entry(message(5), "e");
  EXPECT_FALSE(follow.wantsFill());
}

TEST_F(FollowTest, TheBytesHeldAreBoundedToo) {
  limits.hold_bytes_max = 2'500;
  goLive(0);
  for (const Offset offset : {4, 3, 2}) follow.entry(message(offset, std::string(1'000, 'x')), "e");
  follow.entry(message(1), "e");
  EXPECT_THAT(applied, ElementsAre(1, 2, 3));
  EXPECT_EQ(follow.known(), 4u);
  EXPECT_TRUE(follow.wantsFill());
}

TEST_F(FollowTest, WhatIsOnlyHeardOfIsWantedUntilTheStoreSaysThatItIsNotThere) {
  goLive(3);
  follow.goesTo(3);
  EXPECT_FALSE(follow.wantsFill());
  follow.goesTo(9);
  EXPECT_TRUE(follow.wantsFill());
  follow.filled(3);
  EXPECT_FALSE(follow.wantsFill());
  follow.entry(message(5), "e");
  follow.filled(3);  // the store lags behind what came
  EXPECT_TRUE(follow.wantsFill());
}

TEST_F(FollowTest, AnEntryOfAnotherNodeIsAppliedAsOneOfThisNode) {
  goLive(0);
  follow.entry(renderPublication(message(2, "a secret")), broker::fingerprint("e"));
  follow.entry(message(1), "e");
  follow.entry(renderPublication(edit(3, 2, "better")), broker::fingerprint("e"));
  follow.entry(renderPublication(message(3)), broker::fingerprint("e"));
  EXPECT_THAT(applied, ElementsAre(1, 2, 3));
  EXPECT_FALSE(follow.ring().covers(1, 3));
}

TEST_F(FollowTest, AnEntryOfAnotherEpochIsDroppedAndTheEpochDoubted) {
  goLive(0);
  follow.entry(renderPublication(message(1)), broker::fingerprint("other"));
  follow.entry(renderPublication(message(7)), broker::fingerprint("other"));
  EXPECT_THAT(applied, IsEmpty());
  EXPECT_TRUE(follow.doubtsEpoch());
  EXPECT_FALSE(follow.wantsFill());
  follow.trustEpoch();
  follow.entry(message(1), "other");
  EXPECT_TRUE(follow.doubtsEpoch());
  EXPECT_THAT(applied, IsEmpty());
}

TEST_F(FollowTest, WhatWasHeldOfAnotherEpochThanThePositionsIsDropped) {
  follow.beginPositioning();
  follow.entry(message(5), "e");
  follow.entry(renderPublication(message(6)), broker::fingerprint("other"));
  EXPECT_FALSE(follow.doubtsEpoch());
  follow.positioned(head(4));
  EXPECT_THAT(applied, ElementsAre(5));
  EXPECT_TRUE(follow.doubtsEpoch());
}

TEST_F(FollowTest, ALogThatIsAnotherIsFollowedFromItsEndAndNothingIsKept) {
  goLive(0);
  for (const Offset offset : {1, 2, 5}) follow.entry(message(offset), "e");
  store::Head restored;
  restored.position = {"f", 1};
  follow.restart(restored);
  EXPECT_FALSE(follow.wantsFill());
  EXPECT_FALSE(follow.ring().covers(0, 1));
  EXPECT_TRUE(follow.removals().mayHaveRemoved(UserId::trusted("ann"), 0));
  follow.entry(message(2), "f");
  EXPECT_THAT(applied, ElementsAre(1, 2, 2));
  EXPECT_EQ(follow.epoch(), "f");
}

TEST_F(FollowTest, TheRingKeepsTheNewestWithoutHoles) {
  limits.ring_entries_max = 3;
  Follow small{limits, [](const Publication&) {}};
  small.beginPositioning();
  small.positioned(head(0));
  for (Offset offset = 1; offset <= 5; ++offset) small.entry(message(offset), "e");
  EXPECT_TRUE(small.ring().covers(2, 5));
  EXPECT_FALSE(small.ring().covers(1, 5));
  EXPECT_EQ(small.ring().after(3).size(), 2u);
}

TEST_F(FollowTest, AnEditTakesTheOldTextOutOfTheRing) {
  goLive(0);
  follow.entry(message(1), "e");
  follow.entry(message(2, "a secret"), "e");
  follow.entry(message(3), "e");
  follow.entry(edit(4, 2, "better"), "e");
  EXPECT_FALSE(follow.ring().covers(1, 4));  // from the store, where the text is the present one
  EXPECT_TRUE(follow.ring().covers(2, 4));
  for (const auto& publication : follow.ring().after(0))
    EXPECT_EQ(publication.data->find("a secret"), std::string::npos);
}

// One entry takes several messages away, and only the first of them was looked for.
TEST_F(FollowTest, ADeleteOfSeveralTakesEachTextOutOfTheRing) {
  goLive(0);
  follow.entry(message(1, "a secret"), "e");
  follow.entry(message(2), "e");
  follow.entry(message(3, "a secret"), "e");
  follow.entry(message(4), "e");
  follow.entry(removal(5, 1, R"({"seqs":[1,3]})"), "e");
  EXPECT_FALSE(follow.ring().covers(2, 5));
  EXPECT_TRUE(follow.ring().covers(3, 5));
  for (const auto& publication : follow.ring().after(0))
    EXPECT_EQ(publication.data->find("a secret"), std::string::npos);
}

TEST_F(FollowTest, ADeleteIsNoticedByAnyOfItsMessages) {
  goLive(0);
  for (Offset offset = 1; offset <= 4; ++offset) follow.entry(message(offset), "e");
  follow.entry(removal(5, 4, R"({"seqs":[4,2]})"), "e");
  EXPECT_FALSE(follow.ring().rewrites(5));
  EXPECT_TRUE(follow.ring().rewrites(2));
  EXPECT_FALSE(follow.ring().rewrites(1));  // both messages came later than that
}

TEST_F(FollowTest, OlderEntriesReadFromTheStoreGoInFrontOfTheRing) {
  goLive(2);
  follow.entry(message(3), "e");
  std::vector<Publication> older(2);
  older[0].offset = 1;
  older[1].offset = 2;
  for (auto& publication : older) publication.data = shareBytes("{}");
  follow.remember(older);
  EXPECT_TRUE(follow.ring().covers(0, 3));
}

TEST_F(FollowTest, ARemovalIsKnownWhateverEditsDoToTheRing) {
  goLive(4);
  follow.entry(message(5), "e");
  LoggedEntry left;
  left.entry.offset = 6;
  left.entry.type = EntryType::MemberLeft;
  left.entry.ref_user = UserId::trusted("bob");
  follow.entry(left, "e");
  follow.entry(edit(7, 5, "again"), "e");
  EXPECT_TRUE(follow.removals().mayHaveRemoved(UserId::trusted("bob"), 5));
  EXPECT_FALSE(follow.removals().mayHaveRemoved(UserId::trusted("bob"), 6));
  EXPECT_FALSE(follow.removals().mayHaveRemoved(UserId::trusted("ann"), 4));
  EXPECT_TRUE(follow.removals().mayHaveRemoved(UserId::trusted("ann"), 3));  // before this node listened
}

TEST_F(FollowTest, WhoWasRemovedLongAgoIsUnknownNotKept) {
  goLive(0);
  for (Offset offset = 1; offset <= Removals::kMax + 10; ++offset) {
    LoggedEntry left;
    left.entry.offset = offset;
    left.entry.type = EntryType::MemberLeft;
    left.entry.ref_user = UserId::trusted("bob");
    follow.entry(left, "e");
  }
  EXPECT_TRUE(follow.removals().mayHaveRemoved(UserId::trusted("ann"), 5));
  EXPECT_FALSE(follow.removals().mayHaveRemoved(UserId::trusted("ann"), 100));
}

TEST_F(FollowTest, AnEditOfWhatWasReadBeforeItIsNoticed) {
  goLive(0);
  for (Offset offset = 1; offset <= 4; ++offset) follow.entry(message(offset), "e");
  follow.entry(edit(5, 4, "x"), "e");
  EXPECT_FALSE(follow.ring().rewrites(5));
  EXPECT_TRUE(follow.ring().rewrites(4));
  EXPECT_FALSE(follow.ring().rewrites(3));  // the message itself came later than that
}

}  // namespace
}  // namespace kith
