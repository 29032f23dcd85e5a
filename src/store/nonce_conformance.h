#pragma once

#include "store/store_under_test.h"

// A nonce is bound to one entry, for good.
namespace kith::store {

TEST_P(StoreConformance, ARepeatGivesTheFirstEntryAndWritesNothing) {
  const auto first = write(message(room, ann, "hello", "n1"));
  say("in between");
  bool asked = false;
  auto repeat = message(room, ann, "hello", "n1");
  repeat.run = AppendRun([&](ScopeState&) -> Result<EntryDraft> {
    asked = true;  // a repeat is answered even if posting is not allowed any more
    return Fault::of(FaultCode::PermissionDenied);
  });
  const auto second = write(std::move(repeat));
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(first->duplicate);
  EXPECT_TRUE(second->duplicate);
  EXPECT_FALSE(asked);
  ASSERT_EQ(second->entries.size(), 1u);
  EXPECT_EQ(second->entries.front().logged.entry.offset, 1u);
  EXPECT_EQ(second->entries.front().logged.message->text, "hello");
  EXPECT_EQ(second->entries.front().epoch, first->entries.front().epoch);
  EXPECT_EQ(head(scope).position.offset, 2u);
}

TEST_P(StoreConformance, FiftyParallelRepeatsMakeOneEntry) {
  std::vector<std::future<Result<Committed>>> answers(50);
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] { answer = submit(message(room, ann, "once", "n1")); });
  }
  for (auto& thread : threads) thread.join();
  int made = 0;
  for (auto& answer : answers) {
    const auto committed = answer.get();
    ASSERT_TRUE(committed.ok());
    EXPECT_EQ(committed->entries.front().logged.entry.offset, 1u);
    made += committed->duplicate ? 0 : 1;
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(head(scope).position.offset, 1u);
}

TEST_P(StoreConformance, RepeatsInsideOneCommitMakeOneEntry) {
  auto held = hold(scope);
  auto first = submit(message(room, ann, "once", "n1"));
  auto second = submit(message(room, ann, "once", "n1"));
  held.let_go.set_value();
  EXPECT_FALSE(first.get()->duplicate);
  EXPECT_TRUE(second.get()->duplicate);
}

TEST_P(StoreConformance, AnotherRequestUnderTheSameNonceIsAConflict) {
  say("hello", "n1");
  auto other = message(room, ann, "something else", "n1");
  other.request_hash = "fedcba9876543210";
  const auto refused = write(std::move(other));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, FaultCode::NonceConflict);
  EXPECT_FALSE(refused.error().temporary);
  EXPECT_EQ(head(scope).position.offset, 1u);
}

TEST_P(StoreConformance, ANonceBelongsToItsAuthorAndScope) {
  EXPECT_EQ(written(message(room, ann, "hello", "n1")), 1u);
  EXPECT_EQ(written(message(room, bob, "hello", "n1")), 2u);
  EXPECT_EQ(written(message(RoomId::trusted("other"), ann, "hello", "n1")), 1u);
}

TEST_P(StoreConformance, ARepeatIsKnownAfterReopeningEditingAndDeleting) {
  const auto seq = say("first words", "n1");
  under_test->reopen();
  written(edit(seq, "better words"));
  const auto edited = write(message(room, ann, "first words", "n1"));
  EXPECT_TRUE(edited->duplicate);
  EXPECT_EQ(edited->entries.front().logged.message->text, "better words");
  written(remove(seq));
  const auto deleted = write(message(room, ann, "first words", "n1"));
  EXPECT_TRUE(deleted->duplicate);
  EXPECT_TRUE(deleted->entries.front().logged.message->deleted());
  EXPECT_EQ(deleted->entries.front().logged.message->text, "");
}

TEST_P(StoreConformance, WhatChangesNothingOrIsRefusedBindsNoNonce) {
  const auto nothing = write(transaction(
      {scope}, ann, [](Transaction&) -> Result<Drafts> { return Drafts{}; }, "n1"));
  ASSERT_TRUE(nothing.ok());
  EXPECT_TRUE(nothing->entries.empty());
  EXPECT_FALSE(nothing->duplicate);
  auto refused = message(room, ann, "hello", "n1");
  refused.run = AppendRun([](ScopeState&) -> Result<EntryDraft> { return Fault::of(FaultCode::Full); });
  EXPECT_FALSE(write(std::move(refused)).ok());
  const auto first = write(message(room, ann, "hello", "n1"));
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(first->duplicate);
}

TEST_P(StoreConformance, ATransactionsNonceIsBoundInItsFirstScope) {
  const auto own = Scope::of(ann);
  auto make = [&] {
    return transaction(
        {own, scope}, ann,
        [this, own](Transaction&) -> Result<Drafts> {
          auto all = drafts(scope, EntryType::MemberJoined, 0, 1);
          all.push_back({own, drafts(own, EntryType::RoomAdded).front().draft});
          return all;
        },
        "n1");
  };
  written(make());
  const auto repeat = write(make());
  ASSERT_TRUE(repeat.ok());
  EXPECT_TRUE(repeat->duplicate);
  EXPECT_EQ(repeat->entries.front().scope, own);
  EXPECT_EQ(head(scope).position.offset, 1u);
  EXPECT_EQ(read([&](Reader& reader) { return reader.entryOfNonce(own, ann, "n1"); })->entry.type,
            EntryType::RoomAdded);
  EXPECT_FALSE(read([&](Reader& reader) { return reader.entryOfNonce(scope, ann, "n1"); }).has_value());
}

}  // namespace kith::store
