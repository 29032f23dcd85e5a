#include "broker/frame.h"

#include <gmock/gmock.h>

#include "base/digest.h"
#include "broker/replay_guard.h"

namespace kith::broker {
namespace {

using ::testing::ElementsAre;

const FrameKeys kKeys{std::string(32, 'k')};
constexpr char kChannel[] = "room:a";

FrameEntry entry(EntryType type, const std::string& data) {
  FrameEntry entry;
  entry.type = type;
  entry.data = shareBytes(data);
  return entry;
}

Frame frameOf(FrameBody body) {
  return {0x0123456789abcdef, 42, 1'767'607'200'000, std::move(body)};
}

std::string written(const Frame& frame) {
  return writeFrame(frame, kChannel, kKeys);
}

/// Signed again after `change`: what a faulty node, not a stranger, would send.
std::string resigned(const Frame& frame, const std::function<void(std::string&)>& change) {
  std::string bytes = written(frame);
  bytes.resize(bytes.size() - 16);
  change(bytes);
  return bytes + hmacSha256(kKeys.current, std::string(kChannel) + '\0' + bytes).substr(0, 16);
}

FrameFault faultOf(std::string_view bytes, std::string_view channel = kChannel,
                   const FrameKeys& keys = kKeys) {
  const auto read = readFrame(bytes, channel, keys);
  EXPECT_FALSE(read.ok());
  return read ? FrameFault{} : read.error();
}

Frame someEntries() {
  auto left = entry(EntryType::MemberLeft, R"({"type":"member.left"})");
  left.ref_user = UserId::trusted("bob");
  auto deleted = entry(EntryType::MessageDeleted, R"({"type":"message.deleted"})");
  deleted.ref_seq = 3;
  deleted.deleted = {3, 5};
  return frameOf(Entries{fingerprint("epoch"), 7, {left, deleted}});
}

TEST(FrameTest, EntriesArriveAsTheyWereSent) {
  const auto read = readFrame(written(someEntries()), kChannel, kKeys);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->node, 0x0123456789abcdefu);
  EXPECT_EQ(senderOf(written(someEntries())), read->node);
  EXPECT_EQ(read->counter, 42u);
  EXPECT_EQ(read->at, 1'767'607'200'000);
  const auto& entries = std::get<Entries>(read->body);
  EXPECT_EQ(entries.epoch, fingerprint("epoch"));
  EXPECT_EQ(entries.first, 7u);
  ASSERT_EQ(entries.entries.size(), 2u);
  EXPECT_EQ(entries.entries[0].type, EntryType::MemberLeft);
  EXPECT_EQ(entries.entries[0].ref_user.text(), "bob");
  EXPECT_EQ(*entries.entries[0].data, R"({"type":"member.left"})");
  EXPECT_EQ(entries.entries[1].ref_seq, 3u);
  EXPECT_THAT(entries.entries[1].deleted, ElementsAre(3, 5));
}

TEST(FrameTest, EveryTypeOfEntryArrives) {
  for (auto type = EntryType{}; type <= kLastEntryType;
       type = static_cast<EntryType>(static_cast<int>(type) + 1)) {
    const auto read = readFrame(written(frameOf(Entries{1, 1, {entry(type, "{}")}})), kChannel, kKeys);
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<Entries>(read->body).entries.front().type, type);
  }
}

TEST(FrameTest, SignalsAndMarksArriveAsTheyWereSent) {
  const auto signal = readFrame(written(frameOf(Signal{shareBytes("{\"a\":1}")})), kChannel, kKeys);
  ASSERT_TRUE(signal);
  EXPECT_EQ(*std::get<Signal>(signal->body).data, "{\"a\":1}");
  const auto marks = readFrame(written(frameOf(Marks{{{1, 2}, {~0ull, ~0ull}}})), kChannel, kKeys);
  ASSERT_TRUE(marks);
  ASSERT_EQ(std::get<Marks>(marks->body).marks.size(), 2u);
  EXPECT_EQ(std::get<Marks>(marks->body).marks[1].last, ~0ull);
  EXPECT_TRUE(readFrame(written(frameOf(Marks{})), kChannel, kKeys));
}

TEST(FrameTest, PresenceArrivesAsItWasSent) {
  const auto room = Scope::of(RoomId::trusted("a"));
  const auto group = Scope::of(GroupId::trusted("g"));
  const auto frame = frameOf(Presence{{{UserId::trusted("ann"), Presence::Now::Online, {room, group}},
                                       {UserId::trusted("bob"), Presence::Now::Offline, {}}}});
  const auto read = readFrame(written(frame), kChannel, kKeys);
  ASSERT_TRUE(read);
  const auto& changes = std::get<Presence>(read->body).changes;
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].user.text(), "ann");
  EXPECT_EQ(changes[0].now, Presence::Now::Online);
  EXPECT_THAT(changes[0].scopes, ElementsAre(room, group));
  EXPECT_EQ(changes[1].now, Presence::Now::Offline);
  for (const auto& [from, to] : {std::pair("ann", "a:n"), std::pair("room:a", "boom:a")}) {
    const auto bytes = resigned(frame, [&, from = from, to = to](std::string& out) {
      out.replace(out.find(from), std::string_view(from).size(), to);
    });
    EXPECT_EQ(faultOf(bytes), FrameFault::Malformed);
  }
  EXPECT_EQ(faultOf(resigned(frame, [](std::string& out) { out.pop_back(); })), FrameFault::Malformed);
}

TEST(FrameTest, PresenceOfVeryManyPlacesTravelsInSeveralFrames) {
  Presence all;
  all.changes.push_back({UserId::trusted("ann"), Presence::Now::Online, {}});
  for (int i = 0; i < 1'700; ++i)
    all.changes.back().scopes.push_back(Scope::of(RoomId::trusted("r" + std::to_string(i))));
  for (int i = 0; i < 2'000; ++i) all.changes.push_back({UserId::trusted("bob"), Presence::Now::Offline, {}});
  std::size_t scopes = 0;
  std::size_t bobs = 0;
  for (const auto& part : splitPresence(all)) {
    EXPECT_LE(written(frameOf(part)).size(), kFrameBytesAim);
    for (const auto& change : part.changes) {
      scopes += change.scopes.size();
      bobs += change.user.text() == "bob" ? 1 : 0;
    }
  }
  EXPECT_EQ(scopes, 1'700u);
  EXPECT_EQ(bobs, 2'000u);
}

TEST(FrameTest, ADamagedFrameIsRefusedWhereverItIsDamaged) {
  const std::string bytes = written(someEntries());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_EQ(faultOf(damaged), FrameFault::Forged);
    EXPECT_EQ(faultOf(std::string_view(bytes).substr(0, i)), FrameFault::Forged);
  }
  EXPECT_EQ(faultOf(bytes + "x"), FrameFault::Forged);
}

TEST(FrameTest, AFrameIsSignedForItsChannel) {
  const std::string bytes = written(someEntries());
  EXPECT_EQ(faultOf(bytes, "room:b"), FrameFault::Forged);
  EXPECT_EQ(faultOf(bytes, "room:"), FrameFault::Forged);
}

TEST(FrameTest, AKeyCanBeChangedUnderRunningNodes) {
  const std::string bytes = written(someEntries());
  EXPECT_TRUE(readFrame(bytes, kChannel, {std::string(32, 'n'), kKeys.current}));
  EXPECT_EQ(faultOf(bytes, kChannel, {std::string(32, 'n')}), FrameFault::Forged);
}

TEST(FrameTest, TooLongIsRefusedBeforeItIsLookedAt) {
  EXPECT_EQ(faultOf(std::string(kFrameBytesMax + 1, 'x')), FrameFault::TooLong);
}

TEST(FrameTest, LengthsAndCountsThatDoNotFitAreMalformedThoughSigned) {
  const auto one = frameOf(Entries{1, 1, {entry(EntryType::MessageCreated, "{}")}});
  const auto set = [&](std::size_t at, char byte) {
    return resigned(one, [&](std::string& bytes) { bytes[at] = byte; });
  };
  constexpr std::size_t kFirst = 20;
  constexpr std::size_t kCount = 28;
  constexpr std::size_t kEntry = 46;
  EXPECT_EQ(faultOf(set(kFirst, 0)), FrameFault::Malformed);
  EXPECT_EQ(faultOf(set(kCount, 0)), FrameFault::Malformed);
  EXPECT_EQ(faultOf(set(kCount, 2)), FrameFault::Malformed);
  EXPECT_EQ(faultOf(set(kCount + 1, 1)), FrameFault::Malformed);
  EXPECT_EQ(faultOf(set(kEntry, 0)), FrameFault::Malformed);           // no kind
  EXPECT_EQ(faultOf(set(kEntry + 2, 10)), FrameFault::Malformed);      // length of the state
  EXPECT_EQ(faultOf(set(kEntry + 5, '\x7f')), FrameFault::Malformed);  // the same, beyond all
  EXPECT_EQ(faultOf(set(kEntry + 6 + 8, 1)), FrameFault::Malformed);   // a user's length
  EXPECT_EQ(faultOf(set(kEntry + 6 + 9, 1)), FrameFault::Malformed);   // how many were deleted
  EXPECT_EQ(faultOf(set(kEntry + 6 + 11, 3)), FrameFault::Malformed);  // length of the data
  EXPECT_EQ(faultOf(resigned(one, [](std::string& bytes) { bytes += 'x'; })), FrameFault::Malformed);
  const auto last = resigned(one, [&](std::string& bytes) { bytes.replace(kFirst, 8, 8, '\xff'); });
  EXPECT_EQ(faultOf(last), FrameFault::Malformed);
  const auto half = resigned(frameOf(Marks{{{1, 2}}}), [](std::string& bytes) { bytes.pop_back(); });
  EXPECT_EQ(faultOf(half), FrameFault::Malformed);
}

TEST(FrameTest, AnIdThatIsNoneIsMalformed) {
  const auto bytes =
      resigned(someEntries(), [](std::string& out) { out.replace(out.find("bob"), 3, "b:b"); });
  EXPECT_EQ(faultOf(bytes), FrameFault::Malformed);
}

TEST(FrameTest, WhatANewerNodeSendsIsToldFromWhatIsBroken) {
  const auto one = frameOf(Entries{1, 1, {entry(EntryType::MessageCreated, "{\"new\":1}")}});
  EXPECT_EQ(faultOf(resigned(one, [](std::string& bytes) { bytes[1] = '2'; })), FrameFault::Newer);
  EXPECT_EQ(faultOf(resigned(one, [](std::string& bytes) { bytes[2] = 9; })), FrameFault::Newer);
  EXPECT_EQ(faultOf(resigned(one, [](std::string& bytes) { bytes[3] = 1; })), FrameFault::Newer);
  for (const std::size_t at : {46, 47}) {  // the entry's kind, its version
    const auto read = readFrame(resigned(one, [&](std::string& bytes) { bytes[at] = 100; }), kChannel, kKeys);
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<Entries>(read->body).entries.front().type, std::nullopt);
    EXPECT_EQ(*std::get<Entries>(read->body).entries.front().data, "{\"new\":1}");
  }
}

TEST(FrameTest, ManyEntriesBecomeFramesOfBoundedSizeAndALongOneTravelsAlone) {
  Entries all{9, 5, {}};
  for (const std::size_t size : {30'000, 30'000, 30'000, 200'000, 10, 10})
    all.entries.push_back(entry(EntryType::MessageCreated, std::string(size, 'x')));
  const auto parts = splitEntries(all);
  std::vector<std::pair<Offset, std::size_t>> shape;
  for (const auto& part : parts) {
    EXPECT_EQ(part.epoch, 9u);
    shape.emplace_back(part.first, part.entries.size());
    const auto bytes = written(frameOf(part));
    EXPECT_TRUE(bytes.size() <= kFrameBytesAim || part.entries.size() == 1);
    EXPECT_TRUE(readFrame(bytes, kChannel, kKeys));
  }
  EXPECT_THAT(shape, ElementsAre(std::pair(5u, 2u), std::pair(7u, 1u), std::pair(8u, 1u), std::pair(9u, 2u)));
}

TEST(ReplayGuardTest, AFrameIsAdmittedOnceAndNeverAfterALaterOne) {
  ReplayGuard guard;
  auto frame = [](NodeId node, std::uint64_t counter) { return Frame{node, counter, 1000, Signal{}}; };
  EXPECT_TRUE(guard.admit(frame(1, 5), 1000));
  EXPECT_FALSE(guard.admit(frame(1, 5), 1000));
  EXPECT_FALSE(guard.admit(frame(1, 4), 1000));
  EXPECT_TRUE(guard.admit(frame(2, 5), 1000));
  EXPECT_TRUE(guard.admit(frame(1, 7), 1000));
  EXPECT_FALSE(guard.admit(frame(1, 6), 1000));
}

TEST(ReplayGuardTest, WhatItForgetsIsTooOldByThen) {
  ReplayGuard guard;
  const WallMs age = ReplayGuard::kAgeMax;
  const Frame old{1, 5, 1000, Signal{}};
  EXPECT_TRUE(guard.admit(old, 1000 + age));
  for (NodeId node = 2; node < 100; ++node) {
    const WallMs now = 1001 + age + static_cast<WallMs>(node) * age;
    EXPECT_TRUE(guard.admit({node, 1, now, Signal{}}, now));
    EXPECT_FALSE(guard.admit(old, now));
  }
  EXPECT_LE(guard.size(), 2u);
}

TEST(ReplayGuardTest, AFrameOfTheFutureIsNoBetter) {
  ReplayGuard guard;
  EXPECT_FALSE(guard.admit({1, 5, 1001 + ReplayGuard::kAgeMax, Signal{}}, 1000));
}

}  // namespace
}  // namespace kith::broker
