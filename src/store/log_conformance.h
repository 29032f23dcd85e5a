#pragma once

#include <map>
#include <mutex>
#include <set>

#include "store/store_under_test.h"

// Order, offsets, atomicity and limits: what a log promises.
namespace kith::store {

TEST_P(StoreConformance, OffsetsAreDenseWhateverThreadsSubmit) {
  constexpr int kThreads = 8;
  constexpr int kEach = 100;
  const std::vector<RoomId> rooms{RoomId::trusted("a"), RoomId::trusted("b"), RoomId::trusted("c")};
  std::vector<std::future<Result<Committed>>> answers[kThreads];
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) answers[t].push_back(submit(message(rooms[(t + i) % 3], ann, "hi")));
    });
  }
  for (auto& thread : threads) thread.join();
  std::map<Scope, std::set<Offset>> offsets;
  for (auto& of_thread : answers) {
    for (auto& answer : of_thread) {
      const auto committed = answer.get();
      ASSERT_TRUE(committed.ok());
      const auto& entry = committed->entries.front();
      EXPECT_TRUE(offsets[entry.scope].insert(entry.logged.entry.offset).second);
    }
  }
  std::size_t total = 0;
  for (const auto& [of, seen] : offsets) {
    EXPECT_EQ(*seen.begin(), 1u);
    EXPECT_EQ(*seen.rbegin(), seen.size());
    EXPECT_EQ(head(of).position.offset, seen.size());
    total += seen.size();
  }
  EXPECT_EQ(total, std::size_t{kThreads * kEach});
}

TEST_P(StoreConformance, ItemsOfOneScopeAreAnsweredOnceInTheOrderSubmitted) {
  auto held = hold(scope);
  std::mutex mutex;
  std::vector<int> answered;
  std::promise<void> all;
  constexpr int kItems = 500;
  for (int i = 0; i < kItems; ++i) {
    auto item = message(room, ann, "m" + std::to_string(i));
    item.done = [&, i](Result<Committed> result) {
      ASSERT_TRUE(result.ok());
      EXPECT_EQ(result->entries.front().logged.entry.offset, static_cast<Offset>(i + 1));
      const std::lock_guard lock(mutex);
      answered.push_back(i);
      if (answered.size() == kItems) all.set_value();
    };
    store().submit(std::move(item));
  }
  held.let_go.set_value();
  all.get_future().get();
  const std::lock_guard lock(mutex);
  ASSERT_EQ(answered.size(), std::size_t{kItems});
  EXPECT_TRUE(std::is_sorted(answered.begin(), answered.end()));
}

TEST_P(StoreConformance, ARefusalUndoesItselfAndNothingElse) {
  auto held = hold(scope);
  auto before = submit(message(room, ann, "before"));
  auto refused = submit(transaction({scope}, ann, [this](Transaction& rows) -> Result<Drafts> {
    TRY(rows.putRoom({room, "Half made", "", ann, 1}));
    TRY(rows.putSecret("half", "made"));
    return Fault::of(FaultCode::PermissionDenied);
  }));
  auto after = submit(message(room, ann, "after"));
  held.let_go.set_value();

  EXPECT_EQ(before.get()->entries.front().logged.entry.offset, 1u);
  const auto refusal = refused.get();
  ASSERT_FALSE(refusal.ok());
  EXPECT_EQ(refusal.error().code, FaultCode::PermissionDenied);
  EXPECT_EQ(after.get()->entries.front().logged.entry.offset, 2u);
  EXPECT_FALSE(read([&](Reader& reader) { return reader.room(room); }).has_value());
  EXPECT_FALSE(read([&](Reader& reader) { return reader.secret("half"); }).has_value());
}

TEST_P(StoreConformance, AnItemIsJudgedAgainstAllBeforeIt) {
  written(join(room, bob));
  auto held = hold(scope);
  std::vector<std::future<Result<Committed>>> answers;
  for (int i = 0; i < 5; ++i) {
    auto item = itemFor({scope}, ann, "");
    // A rule on the log: at most three messages in this room.
    item.run = AppendRun([](ScopeState& now) -> Result<EntryDraft> {
      if (TRY(now.head()).messages >= 3) return Fault::of(FaultCode::Full);
      EntryDraft draft;
      draft.message = NewMessage{"one of three", TextFormat::Plain, 0};
      return draft;
    });
    answers.push_back(submit(std::move(item)));
  }
  held.let_go.set_value();
  int accepted = 0;
  for (auto& answer : answers) accepted += answer.get().ok() ? 1 : 0;
  EXPECT_EQ(accepted, 3);
  EXPECT_EQ(head(scope).messages, 3);
}

TEST_P(StoreConformance, AMessageAfterALeaveInTheSameCommitIsRefused) {
  written(join(room, ann));
  auto held = hold(scope);
  auto leave = submit(transaction({scope}, ann, [this](Transaction& rows) -> Result<Drafts> {
    auto row = TRY(rows.member(room, ann));
    row->state = MemberState::Left;
    TRY(rows.putMember(*row));
    return drafts(scope, EntryType::MemberLeft, 0, -1);
  }));
  auto item = message(room, ann, "too late");
  item.run = AppendRun([this](ScopeState& now) -> Result<EntryDraft> {
    const auto row = TRY(now.member(ann));
    if (!row || row->state != MemberState::Member) return Fault::of(FaultCode::NotMember);
    return EntryDraft{};
  });
  auto late = submit(std::move(item));
  held.let_go.set_value();
  EXPECT_TRUE(leave.get().ok());
  EXPECT_EQ(late.get().error().code, FaultCode::NotMember);
}

TEST_P(StoreConformance, ATransactionReadsItsOwnChanges) {
  written(transaction({scope}, ann, [this](Transaction& rows) -> Result<Drafts> {
    EXPECT_FALSE(TRY(rows.room(room)).has_value());
    EXPECT_EQ(TRY(rows.nextOffset(scope)), 1u);
    TRY(rows.putRoom({room, "Lobby", "", ann, rows.now()}));
    TRY(rows.putMember({room, ann, RoomRole::Owner, MemberState::Member, rows.now(), 1}));
    EXPECT_EQ(TRY(rows.room(room))->name, "Lobby");
    EXPECT_EQ(TRY(rows.member(room, ann))->role, RoomRole::Owner);
    return drafts(scope, EntryType::MemberJoined, 0, 1);
  }));
  EXPECT_EQ(read([&](Reader& reader) { return reader.room(room); })->created_by, ann);
}

TEST_P(StoreConformance, EntriesOfSeveralScopesCommitTogether) {
  const auto own = Scope::of(ann);
  auto both = [&](bool refuse) {
    return transaction({scope, own}, ann, [this, own, refuse](Transaction& rows) -> Result<Drafts> {
      TRY(rows.putRoom({room, "Lobby", "", ann, 1}));
      if (refuse) return Fault::of(FaultCode::Full);
      auto all = drafts(scope, EntryType::MemberJoined, 0, 1);
      all.push_back({own, drafts(own, EntryType::RoomAdded).front().draft});
      return all;
    });
  };
  EXPECT_FALSE(write(both(true)).ok());
  EXPECT_EQ(head(scope).position.offset + head(own).position.offset, 0u);
  const auto committed = write(both(false));
  ASSERT_TRUE(committed.ok());
  ASSERT_EQ(committed->entries.size(), 2u);
  EXPECT_EQ(committed->entries[1].scope, own);
  EXPECT_EQ(head(scope).position.offset, 1u);
  EXPECT_EQ(head(own).position, (Position{committed->entries[1].epoch, 1}));
}

TEST_P(StoreConformance, TimeNeverRunsBackwardsInsideAScope) {
  clock.setWall(5'000);
  say("one");
  clock.setWall(3'000);
  say("two");
  under_test->reopen();
  say("three");
  clock.setWall(9'000);
  say("four");
  std::vector<WallMs> times;
  for (const auto& logged : log(scope)) times.push_back(logged.entry.at);
  EXPECT_EQ(times, (std::vector<WallMs>{5'000, 5'000, 5'000, 9'000}));
}

TEST_P(StoreConformance, RunningNumbersEqualARecount) {
  auto random = this->random();
  for (int i = 0; i < 60; ++i) {
    if (random() % 3 == 0) {
      written(join(room, UserId::trusted("u" + std::to_string(i))));
    } else {
      say("text " + std::to_string(i));
    }
  }
  std::int64_t messages = 0;
  std::int64_t members = 0;
  Offset expected = 0;
  for (const auto& logged : log(scope)) {
    EXPECT_EQ(logged.entry.offset, ++expected);
    if (logged.entry.type == EntryType::MessageCreated) ++messages;
    if (logged.entry.type == EntryType::MemberJoined) ++members;
    EXPECT_EQ(logged.entry.messages, messages);
    EXPECT_EQ(logged.entry.members, members);
  }
  EXPECT_EQ(expected, 60u);
  EXPECT_EQ(head(scope).members, members);
}

TEST_P(StoreConformance, AScopesEpochIsThereBeforeItsFirstEntryAndStays) {
  const auto before = head(scope);
  EXPECT_EQ(before.position.offset, 0u);
  EXPECT_FALSE(before.position.epoch.empty());
  const auto committed = write(message(room, ann, "hello"));
  EXPECT_EQ(committed->entries.front().epoch, before.position.epoch);
  under_test->reopen();
  EXPECT_EQ(head(scope).position, (Position{before.position.epoch, 1}));
  EXPECT_NE(head(Scope::of(ann)).position.epoch, before.position.epoch);
}

TEST_P(StoreConformance, WhatWasAnsweredIsThereAfterReopening) {
  for (int i = 1; i <= 20; ++i) say("text " + std::to_string(i));
  const auto before = log(scope);
  under_test->reopen();
  const auto after = log(scope);
  ASSERT_EQ(after.size(), 20u);
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(after[i].message->text, before[i].message->text);
    EXPECT_EQ(after[i].entry.at, before[i].entry.at);
  }
  EXPECT_EQ(say("next"), 21u);
}

TEST_P(StoreConformance, ReadingEntriesStopsAtItsBounds) {
  for (int i = 0; i < 10; ++i) say(std::string(100, 'x'));
  const auto of = [&](Offset after, Offset last, ReadBounds bounds) {
    return read([&](Reader& reader) { return reader.entries(scope, after, last, bounds); });
  };
  EXPECT_EQ(of(0, 100, {}).size(), 10u);
  EXPECT_EQ(of(3, 7, {}).size(), 4u);
  EXPECT_EQ(of(3, 7, {}).front().entry.offset, 4u);
  EXPECT_EQ(of(0, 100, {4, 1'000'000}).size(), 4u);
  EXPECT_EQ(of(0, 100, {100, 150}).size(), 2u);  // the one that passes the bound is still there
  EXPECT_EQ(of(10, 100, {}).size(), 0u);
  EXPECT_EQ(of(7, 3, {}).size(), 0u);
  EXPECT_EQ(of(~Offset{0}, ~Offset{0}, {}).size(), 0u);
}

TEST_P(StoreConformance, WhichLogsHaveGoneOnIsOneQuestion) {
  const auto other = Scope::of(RoomId::trusted("other"));
  const auto nobody = Scope::of(RoomId::trusted("nobody"));
  say("one");
  say("two");
  written(message(other.room(), ann, "hello"));
  const auto have = read([&](Reader& reader) {
    return reader.haveEntries({{scope, 3},
                               {scope, 2},
                               {other, 1},
                               {other, 2},
                               {nobody, 1},
                               {scope, 0},
                               {scope, ~Offset{0}},
                               {scope, 2}});
  });
  EXPECT_EQ(have, (std::vector<bool>{false, true, true, false, false, false, false, true}));
  EXPECT_TRUE(read([](Reader& reader) { return reader.haveEntries({}); }).empty());
}

// D7: what a client shows after a page and the entries that follow is the log.
TEST_P(StoreConformance, APageAndTheEntriesAfterItsHeadAreTheLog) {
  std::atomic<bool> ended{false};
  std::thread sender([&] {
    for (int i = 0; i < 200; ++i) say("text " + std::to_string(i));
    ended = true;
  });
  std::vector<MessagePage> pages;
  while (!ended) {
    pages.push_back(read([&](Reader& reader) {
      return reader.page(room, {PageQuery::From::Newest, 0, 500});
    }));
  }
  sender.join();
  for (const auto& page : pages) {
    EXPECT_EQ(page.messages.size(), page.head.position.offset);
    const auto after = read([&](Reader& reader) {
      return reader.entries(scope, page.head.position.offset, 200, {1'000, 1'000'000});
    });
    EXPECT_EQ(page.messages.size() + after.size(), 200u);
  }
}

TEST_P(StoreConformance, OneReadSeesOneSnapshot) {
  say("one");
  const auto outcome = store().read([&](Reader& reader) -> Result<void> {
    EXPECT_EQ(TRY(reader.head(scope)).position.offset, 1u);
    say("two");
    EXPECT_EQ(TRY(reader.head(scope)).position.offset, 1u);
    EXPECT_EQ(TRY(reader.entries(scope, 0, 10, {})).size(), 1u);
    return {};
  });
  EXPECT_TRUE(outcome.ok());
  EXPECT_EQ(head(scope).position.offset, 2u);
}

TEST_P(StoreConformance, AReadGivesOnTheFaultOfItsJob) {
  const auto outcome = store().read([](Reader&) -> Result<void> { return Fault::of(FaultCode::NotFound); });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, FaultCode::NotFound);
}

TEST_P(StoreConformance, AFullQueueOfAScopeRefusesAtOnceAndHindersNoOther) {
  limits.scope_items_max = 5;
  open();
  auto held = hold(scope);
  std::vector<std::future<Result<Committed>>> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(submit(message(room, ann, "text")));
  // Refused while the others still wait.
  for (int i = 5; i < 10; ++i) {
    const auto refused = answers[static_cast<std::size_t>(i)].get();
    ASSERT_FALSE(refused.ok());
    EXPECT_TRUE(refused.error().temporary);
  }
  auto other = submit(message(RoomId::trusted("other"), ann, "text"));
  held.let_go.set_value();
  EXPECT_TRUE(other.get().ok());
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(answers[static_cast<std::size_t>(i)].get().ok());
  EXPECT_NE(say("there is room again"), 0u);
}

TEST_P(StoreConformance, QueuedBytesAreBounded) {
  limits.scope_bytes_max = 20'000;
  limits.bytes_max = 30'000;
  open();
  auto held = hold(scope);
  auto fits = submit(message(room, ann, std::string(15'000, 'x')));
  auto too_many_for_scope = submit(message(room, ann, std::string(10'000, 'x')));
  EXPECT_TRUE(too_many_for_scope.get().error().temporary);
  auto too_many_in_all = submit(message(RoomId::trusted("other"), ann, std::string(16'000, 'x')));
  EXPECT_TRUE(too_many_in_all.get().error().temporary);
  held.let_go.set_value();
  EXPECT_TRUE(fits.get().ok());
}

}  // namespace kith::store
