#include "eventlog/cluster_test_fixture.h"

#include <random>

#include "eventlog/check_plan.h"
#include "eventlog/peers.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
TEST_F(TwoNodesTest, WhatIsCommittedAtOneNodeIsHeardAtTheOtherWithoutAsking) {
  const int before = other.store.reads;
  write(one);
  write(one, EntryType::MemberLeft);
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
  EXPECT_EQ(other.publications[1].type, EntryType::MemberLeft);
  EXPECT_EQ(other.publications[1].ref_user.text(), "bob");
  EXPECT_EQ(other.store.reads, before);
  EXPECT_THAT(one.heard, IsEmpty());  // nobody listens there, and nothing is kept for nobody
  EXPECT_EQ(one.metric("kith_followed_scopes"), 0);
}

TEST_F(TwoNodesTest, BothNodesWriteAndEachHearsAllInOneOrder) {
  attach(one);
  for (int i = 0; i < 5; ++i) {
    write(one);
    write(other);
  }
  EXPECT_THAT(one.heard, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_EQ(one.heard, other.heard);
  EXPECT_EQ(one.publications[3].data->size(), other.publications[3].data->size());
}

TEST_F(TwoNodesTest, WhatOneTurnCommitsLeavesAsOneFrame) {
  int frames = 0;
  other.broker.decide([&](const std::string& channel, const SharedBytes&) {
    frames += channel == kMarksChannel ? 0 : 1;
    return Fate::Deliver;
  });
  store::EntryDraft draft;
  draft.message = store::NewMessage{"text"};
  bool done[3] = {};
  Offset offset = 0;
  for (auto& one_done : done) one.log.append(item(draft, one_done, offset));
  settleUntil(one, done[2]);
  settle();
  EXPECT_THAT(other.heard, ElementsAre(1, 2, 3));
  EXPECT_EQ(frames, 1);
}

TEST_F(TwoNodesTest, ALostPublicationIsReadATenthOfASecondAfterALaterOne) {
  fate(Fate::Lose);
  write(one);
  write(one);
  fate(Fate::Deliver);
  write(one);
  EXPECT_THAT(other.heard, IsEmpty());
  const int before = other.store.reads;
  pass(Milliseconds(100));
  EXPECT_THAT(other.heard, ElementsAre(1, 2, 3));
  EXPECT_EQ(other.store.reads - before, 1);
}

TEST_F(TwoNodesTest, DoublesAreDropped) {
  fate(Fate::Double);
  for (int i = 0; i < 4; ++i) write(one);
  EXPECT_THAT(other.heard, ElementsAre(1, 2, 3, 4));
}

TEST_F(TwoNodesTest, DisorderIsPutInOrderWithoutAsking) {
  fate(Fate::Hold);
  for (int i = 0; i < 4; ++i) write(one);
  EXPECT_THAT(other.heard, IsEmpty());
  const int before = other.store.reads;
  other.broker.release();
  settle();
  EXPECT_THAT(other.heard, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(other.store.reads, before);
}

// Nothing comes after it that would show the hole: the mark does, which is sent twice.
TEST_F(TwoNodesTest, TheLastPublicationBeforeASilenceIsHealedByTheMark) {
  fate(Fate::Lose);
  write(one);
  fate(Fate::Deliver);
  pass(kMarkInterval + Milliseconds(150));
  EXPECT_THAT(other.heard, ElementsAre(1));
}

TEST_F(TwoNodesTest, AMarkMayBeLostAsWell) {
  fate(Fate::Lose, Fate::Lose);
  write(one);
  pass(kMarkInterval);
  fate(Fate::Deliver);
  pass(kMarkInterval + Milliseconds(150));
  EXPECT_THAT(other.heard, ElementsAre(1));
}

TEST_F(TwoNodesTest, WithoutAnyMarkTheCheckFindsIt) {
  write(one);
  fate(Fate::Lose, Fate::Lose);
  write(one);
  pass(kCheckInterval + 2 * kCheckStep);
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
  EXPECT_EQ(other.metric("kith_log_checks_missed_total"), 1);
}

// Killed between the commit and its publication: only its silence tells.
TEST_F(TwoNodesTest, ANodeThatFallsSilentIsSuspectedAndAllIsChecked) {
  pass(kMarkInterval);
  fate(Fate::Lose, Fate::Lose);
  pass(Milliseconds(2'000));
  write(one);
  pass(Milliseconds(1'300));  // before a check is due by itself
  EXPECT_THAT(other.heard, ElementsAre(1));
}

TEST_F(TwoNodesTest, AfterTheProcessStoodStillAllIsChecked) {
  fate(Fate::Lose, Fate::Lose);
  write(one);
  clock_.advance(kMarkInterval + kPause + Milliseconds(10));
  settle();
  EXPECT_EQ(other.metric("kith_unverified_scopes"), 1);
  pass(2 * kCheckStep);
  EXPECT_THAT(other.heard, ElementsAre(1));
}

TEST_F(TwoNodesTest, WhileTheBrokerIsLostTheStoreIsPolledAndPeopleConnect) {
  exchange_.cut();
  settle();
  write(one);
  write(one);
  pass(kPollInterval + 2 * kCheckStep);
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
  const auto attached = attach(one, Position{epoch_, 1});  // the first there, and no confirmation to wait for
  ASSERT_TRUE(attached->result && attached->result->ok());
  EXPECT_EQ((**attached->result).publications.size(), 1u);
  write(other);
  pass(kPollInterval + 2 * kCheckStep);
  EXPECT_THAT(one.heard, ElementsAre(3));
  EXPECT_EQ(other.metric("kith_unverified_scopes"), 1);
}

// Who signs out is cut off at every node within 2 s, whether it can be published or not.
TEST_F(TwoNodesTest, WhileTheBrokerIsLostTheLogsOfUsersArePolledEachSecond) {
  const Scope user = Scope::of(ann_);
  other.log.attach({user, ann_, 0, {}, false, [](store::Reader&) -> Result<Granted> { return Granted{}; }},
                   [](const Result<Attached>&) {});
  settle();
  exchange_.cut();
  settle();
  pass(2 * kCheckStep);  // the comparison of all at the loss is over
  store::EntryDraft draft;
  draft.type = EntryType::SessionsRevoked;
  bool done = false;
  Offset offset = 0;
  auto revoking = item(draft, done, offset);
  revoking.scopes = {user};
  revoking.run = store::TransactionRun([draft, user](store::Transaction&) -> Result<store::Drafts> {
    return store::Drafts{{user, draft}};
  });
  one.log.append(std::move(revoking));
  settleUntil(one, done);
  settle();
  EXPECT_EQ(one.metric("kith_broker_not_published_total"), 1);
  EXPECT_THAT(other.publications, IsEmpty());
  pass(kUserPollInterval + 2 * kCheckStep);
  ASSERT_EQ(other.publications.size(), 1u);
  EXPECT_EQ(other.publications.front().type, EntryType::SessionsRevoked);
}

TEST_F(TwoNodesTest, WhatWasLostWithTheBrokerIsThereWhenItIsBack) {
  exchange_.cut();
  settle();
  pass(Milliseconds(1'000));
  write(one);
  exchange_.mend();
  settle();
  pass(2 * kCheckStep);
  EXPECT_THAT(other.heard, ElementsAre(1));
  pass(3 * kCheckStep);
  EXPECT_EQ(other.metric("kith_unverified_scopes"), 0);
  const int before = other.store.reads;
  write(one);
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
  EXPECT_EQ(other.store.reads, before);
}

TEST_F(TwoNodesTest, NobodyIsKeptWaitingForAConfirmationThatDoesNotCome) {
  write(other);
  one.broker.holdConfirmations();
  const auto attached = attach(one, Position{epoch_, 0});
  EXPECT_FALSE(attached->result);
  pass(kConfirmTime);
  ASSERT_TRUE(attached->result && attached->result->ok());
  EXPECT_EQ((**attached->result).publications.size(), 1u);
  EXPECT_EQ(one.metric("kith_unverified_scopes"), 1);
  one.broker.decide([](const std::string&, const SharedBytes&) { return Fate::Lose; });
  write(other);
  pass(kPollInterval + 2 * kCheckStep);
  EXPECT_THAT(one.heard, ElementsAre(2));
  one.broker.release();
  settle();
  pass(2 * kCheckStep);
  EXPECT_EQ(one.metric("kith_unverified_scopes"), 0);
}

TEST_F(TwoNodesTest, ManyWhoConnectAtOnceWaitForTheirConfirmationsTogether) {
  write(other);
  std::vector<Attach> all;
  int answered = 0;
  for (const char* id : {"a", "b", "room"}) {
    AttachRequest request{
        Scope::of(RoomId::trusted(id)), ann_, 0, {}, false, [](store::Reader&) -> Result<Granted> {
          return Granted{};
        }};
    all.push_back({std::move(request), [&](const Result<Attached>& result) { answered += result ? 1 : 0; }});
  }
  one.broker.holdConfirmations();
  const int before = one.store.reads;
  one.log.attachAll(std::move(all));
  settle();
  EXPECT_EQ(one.store.reads, before);
  one.broker.release();
  settle();
  EXPECT_EQ(answered, 3);
  EXPECT_EQ(one.store.reads - before, 1);
}

// The position was read, and what commits before the answer is held for it.
TEST_F(TwoNodesTest, NothingFallsBetweenThePositionAndGoingLive) {
  write(other);
  one.store.after_read = [this] {
    std::promise<void> committed;
    store::WriteItem late;
    late.scopes = {room_};
    late.author = ann_;
    late.run = store::TransactionRun([this](store::Transaction&) -> Result<store::Drafts> {
      store::EntryDraft draft;
      draft.type = EntryType::MemberJoined;
      return store::Drafts{{room_, draft}};
    });
    late.done = [&](const Result<store::Committed>&) { committed.set_value(); };
    real_->submit(std::move(late));
    committed.get_future().get();
  };
  const auto attached = attach(one);
  ASSERT_TRUE(attached->result && attached->result->ok());
  EXPECT_EQ((**attached->result).position.offset, 1u);
  pass(kCheckInterval + 2 * kCheckStep);  // nobody published that one
  EXPECT_THAT(one.heard, ElementsAre(2));
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
}

// He heard it at the node he comes from; here its publication was lost.
TEST_F(TwoNodesTest, WhoComesWithMoreThanTheNodeHasIsAnsweredOnceItHasCaughtUp) {
  fate(Fate::Lose, Fate::Lose);
  write(one);
  write(one);
  const auto attached = attach(other, Position{epoch_, 2});
  pass(Milliseconds(100));
  ASSERT_TRUE(attached->result && attached->result->ok());
  EXPECT_TRUE((**attached->result).recovered);
  EXPECT_THAT((**attached->result).publications, IsEmpty());
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
  EXPECT_EQ(other.metric("kith_client_ahead_of_store_total"), 0);
}

TEST_F(TwoNodesTest, ManyWhoComeWithMoreAreOneReadOfWhatIsMissing) {
  fate(Fate::Lose, Fate::Lose);
  write(one);
  const int before = other.store.reads;
  std::vector<std::shared_ptr<Answer>> all;
  for (int i = 0; i < 10; ++i) all.push_back(attach(other, Position{epoch_, 1}));
  pass(Milliseconds(100));
  for (const auto& attached : all) EXPECT_TRUE((**attached->result).recovered);
  EXPECT_EQ(other.store.reads - before, 10 + 1);  // of each one's right, and of the gap
}

TEST_F(TwoNodesTest, WhoIsAheadOfTheStoreIsGivenTwoSecondsAndThenNotRecovered) {
  write(one);
  const auto attached = attach(other, Position{epoch_, 9});
  pass(Milliseconds(1'900));
  EXPECT_FALSE(attached->result);
  pass(Milliseconds(200));
  ASSERT_TRUE(attached->result && attached->result->ok());
  EXPECT_FALSE((**attached->result).recovered);
  EXPECT_EQ(other.metric("kith_client_ahead_of_store_total"), 1);
}

TEST_F(TwoNodesTest, AStoreThatFailsIsAskedAgainAndNothingIsLost) {
  other.store.fails = true;
  fate(Fate::Lose);
  write(one);
  fate(Fate::Deliver);
  write(one);
  pass(Milliseconds(1'000));
  EXPECT_THAT(other.heard, IsEmpty());
  other.store.fails = false;
  pass(Milliseconds(200));
  EXPECT_THAT(other.heard, ElementsAre(1, 2));
}

TEST_F(TwoNodesTest, WhoComesOnlineIsToldToTheNodesThatWantToHear) {
  std::vector<std::string> heard;
  SharedBytes frame;
  other.broker.decide([&](const std::string& channel, const SharedBytes& bytes) {
    if (channel == kPresenceChannel) frame = bytes;
    return Fate::Deliver;
  });
  other.log.hearPresence([&](const PresenceChannel::Changes& changes) {
    for (const auto& change : changes) heard.push_back(change.user.text() + " " + change.scopes[0].name());
  });
  settle();
  one.log.tellPresence({{ann_, broker::Presence::Now::Online, {room_}}});
  settle();
  one.local.publish(kPresenceChannel, frame);  // once more
  settle();
  EXPECT_THAT(heard, ElementsAre("ann room:room"));
}

TEST_F(TwoNodesTest, WhatNobodyNeedsAnyMoreIsNotHeardAnyMore) {
  int frames = 0;
  other.broker.decide([&](const std::string& channel, const SharedBytes&) {
    frames += channel == kMarksChannel ? 0 : 1;
    return Fate::Deliver;
  });
  other.log.detach(room_, 0);
  settle();
  write(one);
  EXPECT_EQ(frames, 1);
  pass(Milliseconds(60'000));
  write(one);
  EXPECT_EQ(frames, 1);
  EXPECT_EQ(other.metric("kith_followed_scopes"), 0);
  const auto attached = attach(other, Position{epoch_, 1});
  EXPECT_EQ((**attached->result).publications.size(), 1u);
}

TEST_F(TwoNodesTest, AScopeThatIsAtRestIsAskedForEveryFiveSecondsAndASilentOneEveryFifty) {
  pass(Milliseconds(20'000));
  EXPECT_EQ(other.metric("kith_log_checks_total"), 4);
  pass(Milliseconds(600'000 - 20'000));
  const auto before = other.metric("kith_log_checks_total");
  pass(Milliseconds(100'000));
  EXPECT_LE(other.metric("kith_log_checks_total") - before, 3);
}

// Three nodes, a bad network, and breaks of the broker: who listens sees each entry once, in order, and all
// of them soon after the network is well.
TEST_F(ClusterTest, WhateverTheNetworkDoesEachListenerSeesEachEntryOnceAndInOrder) {
  const char* given = std::getenv("KITH_TEST_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  SCOPED_TRACE("KITH_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 3; ++i) {
    auto& node = addNode();
    attach(node);
    node.broker.decide([&random](const std::string&, const SharedBytes&) {
      const auto chance = random() % 10;
      return chance < 2 ? Fate::Lose : chance < 3 ? Fate::Double : chance < 5 ? Fate::Hold : Fate::Deliver;
    });
  }
  Offset last = 0;
  for (int i = 0; i < 150; ++i) {
    last = write(*nodes_[random() % 3]);
    if (random() % 4 == 0) nodes_[random() % 3]->broker.release();
    if (random() % 4 == 0) pass(Milliseconds(50));
    if (random() % 20 == 0) exchange_.cut();
    if (random() % 10 == 0) exchange_.mend();
  }
  exchange_.mend();
  pass(kCheckInterval + 2 * kCheckStep);
  for (auto& node : nodes_) {
    ASSERT_EQ(node->heard.size(), last);
    for (Offset offset = 1; offset <= last; ++offset) ASSERT_EQ(node->heard[offset - 1], offset);
  }
}

TEST(CheckPlanTest, TheEarliestTimeCountsAndTheLatestActiveGoesFirst) {
  CheckPlan plan;
  const auto scope = [](const char* id) { return Scope::of(RoomId::trusted(id)); };
  plan.plan(scope("a"), 100, 1);
  plan.plan(scope("a"), 200, 1);
  plan.plan(scope("b"), 100, 3);
  plan.plan(scope("c"), 300, 2);
  plan.plan(scope("c"), 100, 2);
  plan.plan(scope("d"), 100, 9);
  plan.plan(scope("e"), 101, 9);
  plan.forget(scope("d"));
  EXPECT_THAT(plan.take(99, 10), IsEmpty());
  EXPECT_THAT(plan.take(100, 2), ElementsAre(scope("b"), scope("c")));
  EXPECT_THAT(plan.take(100, 2), ElementsAre(scope("a")));
  EXPECT_THAT(plan.take(1000, 2), ElementsAre(scope("e")));
}

}  // namespace
}  // namespace kith
