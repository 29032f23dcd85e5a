#include <gmock/gmock.h>

#include <thread>

#include "store/sqlite/faulty_vfs.h"
#include "store/sqlite/sqlite_fixture.h"

namespace kith::store {
namespace {

using ::testing::HasSubstr;

class FailureTest : public SqliteTest {
 protected:
  FaultyVfs vfs;
  void TearDown() override { store.reset(); }  // before the files' layer goes
};

TEST_F(FailureTest, AFailedSyncStopsTheStoreForGood) {
  std::promise<std::string> told;
  auto given = options();
  given.vfs = vfs.name();
  given.on_fatal = [&](const std::string& why) { told.set_value(why); };  // a second call would throw
  open(std::move(given));
  ASSERT_TRUE(say("durable").ok());

  vfs.sync_code = SQLITE_IOERR_FSYNC;
  const auto unknown = say("outcome unknown");
  ASSERT_FALSE(unknown.ok());
  EXPECT_TRUE(unknown.error().temporary);
  EXPECT_THAT(told.get_future().get(), HasSubstr("disk I/O error"));
  EXPECT_FALSE(store->health().ok);

  // Never again: the kernel would say that all is well.
  vfs.sync_code = SQLITE_OK;
  const int syncs = vfs.syncs;
  EXPECT_TRUE(say("too late").error().temporary);
  EXPECT_EQ(headOffset(), 1U);
  store.reset();
  EXPECT_EQ(vfs.syncs, syncs);
  // The next start reads what the disk holds: here the commit got through after all.
  open();
  EXPECT_LE(headOffset(), 2U);
  EXPECT_TRUE(say("goes on").ok());
}

TEST_F(FailureTest, AFailedWriteStopsTheStore) {
  std::promise<std::string> told;
  auto given = options();
  given.vfs = vfs.name();
  given.on_fatal = [&](const std::string& why) { told.set_value(why); };
  open(std::move(given));
  vfs.write_code = SQLITE_IOERR_WRITE;
  EXPECT_TRUE(say("lost").error().temporary);
  EXPECT_FALSE(told.get_future().get().empty());
  vfs.write_code = SQLITE_OK;
}

TEST_F(FailureTest, AFullDiskPausesWritingUntilThereIsSpace) {
  auto given = options();
  given.vfs = vfs.name();
  given.on_fatal = [](const std::string&) { ADD_FAILURE() << "a full disk is not fatal"; };
  open(std::move(given));
  ASSERT_TRUE(say("one").ok());

  vfs.write_code = SQLITE_FULL;
  const auto refused = say("two");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, FaultCode::ReadOnly);
  EXPECT_TRUE(refused.error().temporary);
  EXPECT_TRUE(store->health().read_only);
  EXPECT_TRUE(store->health().ok);
  EXPECT_EQ(headOffset(), 1U);
  EXPECT_EQ(say("three").error().code, FaultCode::ReadOnly);

  vfs.write_code = SQLITE_OK;
  clock.pass(1'000);
  const auto again = say("four");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->entries.front().logged.entry.offset, 2U);
  EXPECT_FALSE(store->health().read_only);
}

TEST_F(FailureTest, WritingPausesBelowTheMarkAndReturnsAboveAQuarterMore) {
  std::atomic<std::uint64_t> free{1'000'000'000};
  auto given = options();
  given.free_space_low_bytes = 100'000'000;
  given.free_bytes = [&](const std::string&) { return free.load(); };
  open(std::move(given));
  ASSERT_TRUE(say("one").ok());
  const auto after = [&](std::uint64_t bytes) {
    free = bytes;
    clock.pass(1'000);
    return say("text").ok();
  };
  EXPECT_TRUE(after(100'000'000));
  EXPECT_FALSE(after(99'999'999));
  EXPECT_THAT(store->health().reason, HasSubstr("nearly full"));
  EXPECT_FALSE(after(124'999'999));
  EXPECT_TRUE(after(125'000'000));
  EXPECT_TRUE(after(100'000'000));
}

TEST_F(FailureTest, AStoreThatOpensBelowTheMarkReadsButDoesNotWrite) {
  open();
  ASSERT_TRUE(say("one").ok());
  auto given = options();
  given.free_bytes = [](const std::string&) { return std::uint64_t{10'000'000}; };
  open(std::move(given));
  EXPECT_EQ(say("two").error().code, FaultCode::ReadOnly);
  EXPECT_EQ(headOffset(), 1U);
}

TEST_F(FailureTest, AnotherProgramsLockIsWaitedForAndThenATemporaryFault) {
  auto given = options();
  given.lock_wait = Milliseconds(50);
  given.on_fatal = [](const std::string&) { ADD_FAILURE() << "a lock is not fatal"; };
  open(std::move(given));
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto refused = say("one");
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().temporary);
  EXPECT_EQ(refused.error().code, FaultCode::Internal);
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  EXPECT_TRUE(say("two").ok());
}

TEST_F(FailureTest, ADamagedMessageIsAFaultAndNeverShown) {
  open();
  ASSERT_TRUE(say("the right text").ok());
  ASSERT_TRUE(say("another").ok());
  ASSERT_TRUE(submit(RoomId::trusted("other"), "elsewhere").get().ok());
  store.reset();
  // As a disk does it: some bytes of the file are others.
  auto bytes = bytesOfFile(file);
  const auto at = bytes.find("the right text");
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 14, "the wrong text");
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;

  open();
  const auto fault = store->read([&](Reader& reader) -> Result<void> {
    TRY(reader.page(room, {}));
    return {};
  });
  ASSERT_FALSE(fault.ok());
  EXPECT_EQ(fault.error().code, FaultCode::Internal);
  EXPECT_FALSE(fault.error().temporary);
  EXPECT_EQ(figure("kith_store_damaged_rows_total"), 1);
  // What is not damaged is read and written as ever.
  EXPECT_TRUE(store
                  ->read([&](Reader& reader) -> Result<void> {
                    EXPECT_EQ(TRY(reader.message(room, 2))->text, "another");
                    EXPECT_EQ(TRY(reader.page(RoomId::trusted("other"), {})).messages.size(), 1U);
                    return {};
                  })
                  .ok());
  EXPECT_TRUE(say("goes on").ok());
}

TEST_F(FailureTest, ADamagedEntryIsAFault) {
  for (const char* damage :
       {"UPDATE entries SET actor = 'eve' WHERE offset = 2",
        "UPDATE entries SET at = at + 1 WHERE offset = 2", "UPDATE entries SET messages = 7 WHERE offset = 2",
        "DELETE FROM entries WHERE offset = 2", "DELETE FROM messages WHERE seq = 2",
        "UPDATE messages SET author = 'eve' WHERE seq = 2"}) {
    SCOPED_TRACE(damage);
    std::filesystem::remove_all(folder);
    open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(say("text").ok());
    store.reset();
    sql(file, damage);
    open();
    const auto fault = store->read([&](Reader& reader) -> Result<void> {
      EXPECT_EQ(TRY(reader.entries(scope, 0, 1, {})).size(), 1U);
      TRY(reader.entries(scope, 0, 3, {}));
      return {};
    });
    ASSERT_FALSE(fault.ok());
    EXPECT_EQ(fault.error().code, FaultCode::Internal);
    store.reset();
  }
}

TEST_F(FailureTest, AFaultThatAnItemIgnoresIsItsFaultAllTheSame) {
  open();
  ASSERT_TRUE(say("text").ok());
  store.reset();
  sql(file, "UPDATE messages SET author = 'eve'");
  open();
  WriteItem item;
  item.scopes = {scope};
  item.author = UserId::trusted("ann");
  item.run = TransactionRun([this](Transaction& rows) -> Result<Drafts> {
    (void)rows.message(room, 1).ok();
    TRY(rows.putSecret("made", "on sand"));
    return Drafts{};
  });
  EXPECT_EQ(submit(std::move(item)).get().error().code, FaultCode::Internal);
  EXPECT_TRUE(store
                  ->read([](Reader& reader) -> Result<void> {
                    EXPECT_FALSE(TRY(reader.secret("made")).has_value());
                    return {};
                  })
                  .ok());
}

}  // namespace
}  // namespace kith::store
