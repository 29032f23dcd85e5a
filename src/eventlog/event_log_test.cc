#include "eventlog/event_log_test_fixture.h"

#include <atomic>

#include "eventlog/publish.h"

namespace kith {
namespace {

using ::testing::ElementsAre;

TEST_F(EventLogTest, WhoAttachesWithoutAPositionHearsWhatComesAfter) {
  write();
  const auto attached = attach();
  ASSERT_TRUE(attached);
  EXPECT_EQ(attached->position.offset, 1u);
  write();
  EXPECT_THAT(heard(), ElementsAre(2));
}

// The loop of the group stands still: what was committed after its kick waits for it nowhere else.
TEST_F(EventLogTest, WhoIsPutOutOfAGroupIsSaidBeforeAnythingLaterIsPassedOn) {
  const auto loopOf = [](const Scope& scope) { return std::hash<Scope>()(scope) % 2; };
  std::string id = "group";
  while (loopOf(Scope::of(GroupId::trusted(id))) == loopOf(kRoom)) id += "s";
  const auto group = Scope::of(GroupId::trusted(id));
  std::promise<void> go_on;
  loops_[loopOf(group)].post([&] { go_on.get_future().wait(); });
  store::WriteItem kick;
  kick.scopes = {group};
  kick.author = kAnn;
  kick.run = [&](store::Transaction&) -> Result<store::Drafts> {
    store::EntryDraft draft;
    draft.type = EntryType::MemberLeft;
    draft.ref_user = kAnn;
    return store::Drafts{{group, draft}};
  };
  std::promise<void> kicked;
  kick.done = [&](const Result<store::Committed>&) { kicked.set_value(); };
  events_->append(std::move(kick));
  write();
  EXPECT_THAT(ended_, ElementsAre(std::tuple(group.name(), kAnn.text(), Offset{1})));
  go_on.set_value();
  kicked.get_future().get();
}

TEST_F(EventLogTest, APositionGivesExactlyWhatWasMissedFromTheStoreAfterARestart) {
  const auto first = write();
  for (int i = 0; i < 4; ++i) write();
  start();
  const auto attached = attach(Position{first.entries[0].epoch, 2});
  ASSERT_TRUE(attached);
  EXPECT_TRUE(attached->recovered);
  EXPECT_EQ(attached->position.offset, 2u);  // the one asked for: the publications lead on from there
  write();
  EXPECT_THAT(heard(), ElementsAre(3, 4, 5, 6));
}

TEST_F(EventLogTest, NothingMissedIsRecoveredWithoutPublications) {
  const auto first = write();
  start();
  const auto attached = attach(Position{first.entries[0].epoch, 1});
  ASSERT_TRUE(attached);
  EXPECT_TRUE(attached->recovered);
  EXPECT_TRUE(attached->publications.empty());
}

TEST_F(EventLogTest, AnotherEpochOrAnOffsetAboveTheLogIsNotRecovered) {
  const auto first = write();
  for (const auto& since : {Position{"other", 0}, Position{first.entries[0].epoch, 9}, Position{"_", 0}}) {
    const auto attached = attach(since);
    ASSERT_TRUE(attached);
    EXPECT_FALSE(attached->recovered);
    EXPECT_EQ(attached->position.offset, 1u);
  }
}

TEST_F(EventLogTest, MoreThanTheLimitMissedIsNotRecoveredRatherThanInPart) {
  const auto first = write();
  for (int i = 0; i < 1001; ++i) write();
  const auto attached = attach(Position{first.entries[0].epoch, 1});
  ASSERT_TRUE(attached);
  EXPECT_FALSE(attached->recovered);
  EXPECT_TRUE(attached->publications.empty());
  EXPECT_EQ(attached->position.offset, 1002u);
}

TEST_F(EventLogTest, ARingThatHoldsMoreThanTheLimitGivesNoMoreThanTheLimit) {
  const auto first = write();
  start(128, 3);
  ASSERT_TRUE(attach());
  for (int i = 0; i < 4; ++i) write();
  const auto three = attach(Position{first.entries[0].epoch, 2});
  const auto four = attach(Position{first.entries[0].epoch, 1});
  ASSERT_TRUE(three && four);
  EXPECT_TRUE(three->recovered);
  EXPECT_FALSE(four->recovered);
  EXPECT_EQ(four->position.offset, 5u);
}

// The gap has been read with its text, and the message is deleted before the answer is given: neither he who
// waits nor anybody after him gets the text, from what was read or from the ring.
TEST_F(EventLogTest, ATextDeletedWhileAGapIsReadIsNotShownAndDoesNotReturnToTheRing) {
  const Position from_the_start{write().entries[0].epoch, 0};
  write();
  start();
  watched_->afterRead(2, [this] { deleteMessage(1); });  // the right, then the gap
  for (int i = 0; i < 2; ++i) {
    const auto attached = attach(from_the_start);
    ASSERT_TRUE(attached);
    ASSERT_EQ(attached->publications.size(), 3u);
    EXPECT_EQ(attached->publications[0].data->find("text\":\"text"), std::string::npos)
        << *attached->publications[0].data;
  }
}

TEST_F(EventLogTest, ManyAttachesAtOnceAreOneReadOfTheStoreWhateverTheyMissed) {
  std::vector<AttachRequest> requests;
  std::vector<AttachRequest*> all;
  for (int i = 0; i < 20; ++i) {
    const auto scope = Scope::of(RoomId::trusted("room" + std::to_string(i)));
    std::string epoch;
    for (int entry = 0; entry < 3; ++entry) {
      epoch = commit(
                  [scope](store::Transaction&) -> Result<store::Drafts> {
                    store::EntryDraft draft;
                    draft.type = EntryType::MemberJoined;
                    return store::Drafts{{scope, draft}};
                  },
                  scope)
                  .entries[0]
                  .epoch;
    }
    requests.push_back({scope, kAnn, 0, Position{epoch, 1}, false, allowAll()});
  }
  requests[7].may_read = [](store::Reader&) -> Result<Granted> {
    return Fault::of(FaultCode::PermissionDenied);
  };
  start();
  const int before = watched_->reads();
  for (auto& request : requests) all.push_back(&request);
  const auto attached = attachAll(all);
  EXPECT_EQ(watched_->reads() - before, 1);
  for (std::size_t i = 0; i < attached.size(); ++i) {
    ASSERT_EQ(attached[i].ok(), i != 7);  // and nobody else is refused for that
    if (i == 7) continue;
    EXPECT_TRUE(attached[i]->recovered);
    EXPECT_EQ(attached[i]->publications.size(), 2u);
  }
}

TEST_F(EventLogTest, ManyAttachesAtOnceShowNoTextThatWasDeletedWhileTheyWereRead) {
  AttachRequest request{kRoom, kAnn, 0, Position{write().entries[0].epoch, 0}, false, allowAll()};
  write();
  start();
  watched_->afterRead(1, [this] { deleteMessage(1); });
  const auto attached = attachAll({&request});
  ASSERT_TRUE(attached[0]);
  ASSERT_EQ(attached[0]->publications.size(), 3u);
  EXPECT_EQ(attached[0]->publications[0].data->find("text\":\"text"), std::string::npos);
}

TEST_F(EventLogTest, WhatManyAttachesReadIsKeptForThoseWhoComeNext) {
  const Position from_the_start{write().entries[0].epoch, 0};
  AttachRequest first{kRoom, kAnn, 0, from_the_start, false, allowAll()};
  start();
  ASSERT_TRUE(attachAll({&first})[0]->recovered);
  const int before = watched_->reads();
  const auto attached = attach(from_the_start);
  ASSERT_TRUE(attached);
  EXPECT_TRUE(attached->recovered);
  EXPECT_EQ(watched_->reads() - before, 1);  // of the right alone
}

TEST_F(EventLogTest, OfManyAttachesEachIsAnsweredWhenTheStoreFails) {
  AttachRequest one{kRoom, kAnn, 0, {}, false, allowAll()};
  AttachRequest other{Scope::of(kAnn), kAnn, 0, {}, false, allowAll()};
  watched_->failReads();
  for (const auto& attached : attachAll({&one, &other})) EXPECT_TRUE(!attached && attached.error().temporary);
}

TEST_F(EventLogTest, WhoMayNotReadIsRefused) {
  const auto attached =
      attach({}, [](store::Reader&) -> Result<Granted> { return Fault::of(FaultCode::PermissionDenied); });
  ASSERT_FALSE(attached);
  EXPECT_EQ(attached.error().code, FaultCode::PermissionDenied);
}

// The right is read, and while the answer is on its way he is put out: it is asked again.
TEST_F(EventLogTest, ARemovalBetweenTheReadOfTheRightAndGoingLiveCounts) {
  write();
  ASSERT_TRUE(attach());  // the scope is live
  std::atomic<int> asked{0};
  const auto attached = attach({}, [&](store::Reader&) -> Result<Granted> {
    if (asked++ == 0) {
      write(EntryType::MemberLeft);
      return Granted{};
    }
    return Fault::of(FaultCode::PermissionDenied);
  });
  EXPECT_FALSE(attached);
  EXPECT_EQ(asked, 2);
}

TEST_F(EventLogTest, AnEndOfThePlaceBetweenTheReadOfTheRightAndGoingLiveCounts) {
  write();
  ASSERT_TRUE(attach());
  for (const auto end : {EntryType::RoomDeleted, EntryType::GroupDeleted}) {
    std::atomic<int> asked{0};
    const auto attached = attach({}, [&](store::Reader&) -> Result<Granted> {
      if (asked++ > 0) return Fault::of(FaultCode::PermissionDenied);
      write(end, UserId());
      return Granted{};
    });
    EXPECT_FALSE(attached);
    EXPECT_EQ(asked, 2);
  }
}

TEST_F(EventLogTest, NoGapAndNoDoubleWhileOthersWrite) {
  const auto first = write();
  for (int round = 0; round < 20; ++round) {
    start(round % 2 == 0 ? 4 : 128);
    loops_[0].post([this] {
      heard_.clear();
      listening_ = false;
    });
    std::thread writer([this] {
      for (int i = 0; i < 20; ++i) write();
    });
    const auto attached = attach(Position{first.entries[0].epoch, 1});
    writer.join();
    ASSERT_TRUE(attached);
    const auto offsets = heard();
    const Offset start_at = attached->position.offset;
    for (std::size_t i = 0; i < offsets.size(); ++i)
      ASSERT_EQ(offsets[i], start_at + 1 + i) << "round " << round;
    ASSERT_EQ(start_at + offsets.size(), 1u + 20u * static_cast<unsigned>(round + 1));
  }
}

TEST_F(EventLogTest, ASignalGoesToThoseWhoListenAndHasNoPlaceInTheLog) {
  const Publish publish(*events_);
  events_->signal(kRoom, shareBytes("{}"));
  events_->joinLeave(kRoom, {{UserId::trusted("ann")}});
  heard();
  EXPECT_EQ(signals_, 0);
  ASSERT_TRUE(attach());
  events_->signal(kRoom, shareBytes("{}"));
  events_->joinLeave(kRoom, {{UserId::trusted("ann")}});
  heard();
  EXPECT_EQ(signals_, 2);
  EXPECT_EQ(write().entries[0].logged.entry.offset, 1u);
}

TEST_F(EventLogTest, AnEntryThatWasPublishedTwiceIsHeardOnce) {
  ASSERT_TRUE(attach());
  const auto committed = write();
  events_->apply(committed.entries[0]);
  EXPECT_THAT(heard(), ElementsAre(1));
}

}  // namespace
}  // namespace kith
