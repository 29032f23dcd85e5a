#include "hub/hub.h"

#include <gmock/gmock.h>

#include "base/manual_loop.h"
#include "base/task.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Listener final : public Subscriber {
 public:
  explicit Listener(const char* user) : user_(UserId::trusted(user)) {}
  const UserId& listener() const override { return user_; }
  Offset heardAfter(const Scope&) const override { return after; }
  void deliver(const Scope&, const FrameRef& frame, FrameKind) override { heard.emplace_back(frame.bytes()); }
  bool joinedOrLeft(const Scope&, const FrameRef& frame) override {
    if (asks) heard.emplace_back(frame.bytes());
    return asks;
  }
  void ended(const Scope& scope) override { heard.push_back("ended " + scope.name()); }
  void restarted(const Scope& scope) override {
    heard.push_back("restarted " + scope.name());
    if (on_notice) on_notice();
  }
  void noticed(const Publication&) override {
    heard.emplace_back("noticed");
    if (on_notice) on_notice();
  }
  std::vector<std::string> heard;
  Offset after = 0;
  bool asks = false;  // to be told who joins and leaves
  Task on_notice;

 private:
  UserId user_;
};

const Scope kRoom = Scope::of(RoomId::trusted("a"));

Publication left(const char* user) {
  Publication out;
  out.type = EntryType::MemberLeft;
  out.offset = 5;
  out.ref_user = UserId::trusted(user);
  return out;
}

class HubTest : public ::testing::Test {
 protected:
  ManualClock clock;
  ManualLoop loop{clock};
  Hub hub{loop};
};

TEST_F(HubTest, EverybodyGetsTheSameBytes) {
  Listener ann("ann"), bob("bob"), other("eve");
  hub.subscribe(kRoom, ann);
  hub.subscribe(kRoom, bob);
  hub.subscribe(Scope::of(RoomId::trusted("b")), other);
  EXPECT_EQ(hub.broadcast(kRoom, {}, FrameRef::own("frame")), 2u);
  loop.run();
  EXPECT_THAT(ann.heard, ElementsAre("frame"));
  EXPECT_THAT(bob.heard, ElementsAre("frame"));
  EXPECT_THAT(other.heard, IsEmpty());
}

TEST_F(HubTest, AllWhoHearAScopeMayHoldTheSameText) {
  Listener ann("ann"), bob("bob");
  const auto& first = hub.subscribe(Scope::of(RoomId::trusted("a")), ann);
  const auto& second = hub.subscribe(Scope::of(RoomId::trusted("a")), bob);
  EXPECT_EQ(&first.name(), &second.name());
}

TEST_F(HubTest, WhoIsPutOutHearsThatAndNotTheEntryThatDidIt) {
  Listener ann("ann"), bob("bob"), bobs_phone("bob");
  for (auto* listener : {&ann, &bob, &bobs_phone}) hub.subscribe(kRoom, *listener);
  hub.broadcast(kRoom, left("bob"), FrameRef::own("left"));
  hub.broadcast(kRoom, {}, FrameRef::own("later"));
  loop.run();
  EXPECT_THAT(bob.heard, ElementsAre("ended room:a"));
  EXPECT_THAT(bobs_phone.heard, ElementsAre("ended room:a"));
  EXPECT_THAT(ann.heard, ElementsAre("leftlater"));
  EXPECT_EQ(hub.subscriptions(), 1u);
}

TEST_F(HubTest, AnEndThatComesLateIsOfNoConcernToWhoCameBackSince) {
  Listener before("ann"), since("ann");
  before.after = 4;
  since.after = 5;
  for (auto* listener : {&before, &since}) hub.subscribe(kRoom, *listener);
  hub.endFor(kRoom, UserId::trusted("ann"), 5);
  EXPECT_THAT(before.heard, ElementsAre("ended room:a"));
  EXPECT_THAT(since.heard, IsEmpty());
}

TEST_F(HubTest, WhatATurnBringsReachesEverybodyAsOneFrame) {
  Listener ann("ann"), bob("bob");
  hub.subscribe(kRoom, ann);
  hub.subscribe(kRoom, bob);
  for (const char* frame : {"one ", "two ", "three"})
    EXPECT_EQ(hub.broadcast(kRoom, {}, FrameRef::own(frame)), 2u);
  EXPECT_THAT(ann.heard, IsEmpty());
  loop.run();
  EXPECT_THAT(ann.heard, ElementsAre("one two three"));
  EXPECT_THAT(bob.heard, ElementsAre("one two three"));
  hub.broadcast(kRoom, {}, FrameRef::own("four"));
  loop.run();
  EXPECT_THAT(ann.heard, ElementsAre("one two three", "four"));
}

// His reply says from which offset on he is live: what came before is not his.
TEST_F(HubTest, WhoBeginsOrEndsWithinATurnGetsExactlyHisPartOfIt) {
  Listener ann("ann"), bob("bob");
  hub.subscribe(kRoom, ann);
  hub.broadcast(kRoom, {}, FrameRef::own("one "));
  hub.subscribe(kRoom, bob);
  hub.broadcast(kRoom, {}, FrameRef::own("two "));
  hub.broadcast(kRoom, {}, FrameRef::own("three "));
  hub.unsubscribe(kRoom, ann);
  hub.broadcast(kRoom, {}, FrameRef::own("four"));
  loop.run();
  EXPECT_THAT(ann.heard, ElementsAre("one ", "two three "));
  EXPECT_THAT(bob.heard, ElementsAre("two three ", "four"));
}

TEST_F(HubTest, SignalsKeepTheirPlaceAmongEntriesAndAreNotJoinedToThem) {
  Listener ann("ann");
  hub.subscribe(kRoom, ann);
  hub.broadcast(kRoom, {}, FrameRef::own("one"));
  hub.signal(kRoom, FrameRef::own("typing"));
  hub.broadcast(kRoom, {}, FrameRef::own("two"));
  loop.run();
  EXPECT_THAT(ann.heard, ElementsAre("one", "typing", "two"));
}

TEST_F(HubTest, JoinsAndLeavesReachThoseWhoAskedBehindWhatCameBefore) {
  Listener ann("ann"), bob("bob");
  ann.asks = true;
  hub.subscribe(kRoom, ann);
  hub.subscribe(kRoom, bob);
  hub.broadcast(kRoom, {}, FrameRef::own("entry"));
  EXPECT_EQ(hub.joinLeave(kRoom, FrameRef::own("join")), 1u);
  EXPECT_EQ(hub.joinLeave(Scope::of(RoomId::trusted("b")), FrameRef::own("join")), 0u);
  loop.run();
  EXPECT_THAT(ann.heard, ElementsAre("entry", "join"));
  EXPECT_THAT(bob.heard, ElementsAre("entry"));
}

TEST_F(HubTest, JoinedFramesHaveALimit) {
  Listener ann("ann");
  hub.subscribe(kRoom, ann);
  const std::string half(40 * 1024, 'x');
  for (int i = 0; i < 3; ++i) hub.broadcast(kRoom, {}, FrameRef::own(half));
  loop.run();
  EXPECT_THAT(ann.heard, ElementsAre(half, half, half));
}

TEST_F(HubTest, UnsubscribingTwiceIsHarmless) {
  Listener ann("ann");
  hub.subscribe(kRoom, ann);
  hub.unsubscribe(kRoom, ann);
  hub.unsubscribe(kRoom, ann);
  EXPECT_EQ(hub.signal(kRoom, FrameRef::own("x")), 0u);
  EXPECT_EQ(hub.subscriptions(), 0u);
}

TEST_F(HubTest, ANoticeMayEndTheSubscriptionsOfItsHearers) {
  const Scope mine = Scope::of(UserId::trusted("ann"));
  Listener page("ann"), phone("ann");
  page.on_notice = [&] { hub.unsubscribe(mine, page); };
  hub.subscribe(mine, page);
  hub.subscribe(mine, phone);
  hub.broadcast(mine, {}, FrameRef::own("entry"));
  EXPECT_THAT(page.heard, ElementsAre("entry", "noticed"));
  EXPECT_THAT(phone.heard, ElementsAre("entry", "noticed"));
  EXPECT_EQ(hub.subscriptions(), 1u);
}

TEST_F(HubTest, WhenALogIsAnotherAllWhoListenAreToldAfterWhatCameBefore) {
  Listener ann("ann"), bob("bob");
  hub.subscribe(kRoom, ann);
  hub.subscribe(kRoom, bob);
  ann.on_notice = [&] { hub.unsubscribe(kRoom, ann); };
  hub.broadcast(kRoom, {}, FrameRef::own("frame"));
  hub.restart(kRoom);
  EXPECT_THAT(ann.heard, ElementsAre("frame", "restarted room:a"));
  EXPECT_THAT(bob.heard, ElementsAre("frame", "restarted room:a"));
}

}  // namespace
}  // namespace kith
