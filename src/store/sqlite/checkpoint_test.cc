#include <thread>

#include "store/sqlite/sqlite_fixture.h"

namespace kith::store {
namespace {

using CheckpointTest = SqliteTest;

/// Until it holds, with a limit that only a fault reaches.
template <class Condition>
bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST_F(CheckpointTest, TheWriteAheadLogStaysNearItsSize) {
  auto given = options();
  given.checkpoint_bytes = 64 * 1024;
  open(std::move(given));
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(say(std::string(4'000, 'x')).ok());
  EXPECT_LT(std::filesystem::file_size(file + "-wal"), 400U * 1024);
  EXPECT_GT(std::filesystem::file_size(file), 1'000U * 1024);
}

TEST_F(CheckpointTest, TheWriteAheadLogShrinksAfterAReaderIsGone) {
  auto given = options();
  given.checkpoint_bytes = 64 * 1024;
  open(std::move(given));
  ASSERT_TRUE(say("first").ok());
  std::uintmax_t grown = 0;
  const auto outcome = store->read([&](Reader& reader) -> Result<void> {
    EXPECT_EQ(TRY(reader.head(scope)).position.offset, 1U);
    for (int i = 0; i < 300; ++i) EXPECT_TRUE(say(std::string(4'000, 'x')).ok());
    grown = std::filesystem::file_size(file + "-wal");
    EXPECT_EQ(TRY(reader.head(scope)).position.offset, 1U);
    return {};
  });
  ASSERT_TRUE(outcome.ok());
  EXPECT_GT(grown, 1'000U * 1024);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(say(std::string(4'000, 'x')).ok());
  EXPECT_LT(std::filesystem::file_size(file + "-wal"), 400U * 1024);
  EXPECT_EQ(headOffset(), 341U);
}

// D9 on a running server: old frames of the write-ahead log hold what was deleted.
TEST_F(CheckpointTest, ADeletedTextLeavesTheWriteAheadLogByItself) {
  open();
  ASSERT_TRUE(say("a text that must go").ok());
  WriteItem item;
  item.scopes = {scope};
  item.author = UserId::trusted("ann");
  item.run = TransactionRun([this](Transaction& rows) -> Result<Drafts> {
    TRY(rows.deleteMessage(room, 1, UserId::trusted("ann"), ""));
    return Drafts{};
  });
  ASSERT_TRUE(submit(std::move(item)).get().ok());
  EXPECT_TRUE(eventually([&] {
    return bytesOfFile(file + "-wal").find("a text that must go") == std::string::npos &&
           bytesOfFile(file).find("a text that must go") == std::string::npos;
  }));
}

TEST_F(CheckpointTest, ReadersWaitForAFreeConnection) {
  auto given = options();
  given.readers_max = 2;
  open(std::move(given));
  ASSERT_TRUE(say("hello").ok());
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const auto outcome = store->read([&](Reader& reader) -> Result<void> {
          const int now = ++inside;
          if (now > most) most = now;
          EXPECT_EQ(TRY(reader.head(scope)).position.offset, 1U);
          --inside;
          return {};
        });
        EXPECT_TRUE(outcome.ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, 2);
}

TEST_F(CheckpointTest, WritingReadingAndCheckpointingTogetherDamageNothing) {
  auto given = options();
  given.checkpoint_bytes = 32 * 1024;
  open(std::move(given));
  std::atomic<bool> ended{false};
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      Offset seen = 0;
      while (!ended) {
        const auto outcome = store->read([&](Reader& reader) -> Result<void> {
          const auto page = TRY(reader.page(room, {PageQuery::From::Newest, 0, 20}));
          EXPECT_GE(page.head.position.offset, seen);
          seen = page.head.position.offset;
          EXPECT_EQ(page.messages.size(), std::min<std::size_t>(20, seen));
          return {};
        });
        EXPECT_TRUE(outcome.ok());
      }
    });
  }
  for (int round = 0; round < 100; ++round) {
    std::vector<std::future<Result<Committed>>> answers;
    for (int i = 0; i < 20; ++i) answers.push_back(submit(room, std::string(500, 'x')));
    for (auto& answer : answers) ASSERT_TRUE(answer.get().ok());
  }
  ended = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(headOffset(), 2'000U);
  store.reset();
  EXPECT_FALSE(std::filesystem::exists(file + "-wal"));
  EXPECT_EQ(sql(file, "PRAGMA integrity_check"), "ok");
}

TEST_F(CheckpointTest, WhatWaitsWhenTheStoreEndsIsCommittedAndAnswered) {
  open();
  std::vector<std::future<Result<Committed>>> answers;
  for (int i = 0; i < 500; ++i) answers.push_back(submit(room, "text"));
  store.reset();
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  open();
  EXPECT_EQ(headOffset(), 500U);
}

}  // namespace
}  // namespace kith::store
