#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_fixture.h"

namespace kith::store {
namespace {

using ::testing::HasSubstr;
using OpeningTest = SqliteTest;

unsigned modeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 0777U;
}

void writeFile(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

TEST_F(OpeningTest, OnlyTheOwnerMayReadTheData) {
  open();
  ASSERT_TRUE(say("hello").ok());
  EXPECT_EQ(modeOf(folder), 0700U);
  for (const char* name : {"/kith.db", "/kith.db-wal", "/kith.lock"})
    EXPECT_EQ(modeOf(folder + name), 0600U) << name;
}

TEST_F(OpeningTest, ASecondServerIsRefused) {
  open();
  EXPECT_THAT(refusal(), HasSubstr("The data folder " + folder + " is in use by another kith."));
  store.reset();
  open();
}

TEST_F(OpeningTest, AFolderThatCannotBeIsSaidSo) {
  auto given = options();
  writeFile(scratch.path() + "/file", "x");
  given.folder = scratch.path() + "/file";
  EXPECT_THAT(refusal(std::move(given)), HasSubstr("is not a folder."));
  given = options();
  given.folder = scratch.path() + "/file/below";
  EXPECT_THAT(refusal(std::move(given)), HasSubstr("cannot be made: Not a directory."));
}

TEST_F(OpeningTest, AFolderWithoutPermissionIsSaidSo) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::create_directory(folder);
  ::chmod(folder.c_str(), 0500);
  EXPECT_THAT(refusal(),
              HasSubstr("cannot be written to: Permission denied. Give it to the user that runs kith."));
  ::chmod(folder.c_str(), 0700);
}

TEST_F(OpeningTest, TooLittleSpaceToStartIsSaidSo) {
  auto given = options();
  given.free_bytes = [](const std::string&) { return std::uint64_t{1'000'000}; };
  EXPECT_THAT(refusal(std::move(given)), HasSubstr("is full: kith needs at least 8 MiB to start."));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(OpeningTest, AFileThatIsNoDatabaseIsLeftAsItIs) {
  std::filesystem::create_directory(folder);
  for (const std::string& bytes : {std::string(), std::string("hello"), std::string(8'192, 'x')}) {
    writeFile(file, bytes);
    EXPECT_THAT(refusal(), HasSubstr(file + " is damaged or not a database."));
    EXPECT_EQ(bytesOfFile(file), bytes);
  }
}

TEST_F(OpeningTest, AFileThatWasCutShortIsRefused) {
  open();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(say(std::string(2'000, 'x')).ok());
  store.reset();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_THAT(refusal(), HasSubstr("is damaged: its end is missing."));
}

TEST_F(OpeningTest, AFileWithADamagedSchemaIsRefused) {
  open();
  store.reset();
  auto bytes = bytesOfFile(file);
  bytes.replace(100, 3'000, std::string(3'000, '\x5a'));  // the first page behind its header
  writeFile(file, bytes);
  EXPECT_THAT(refusal(), HasSubstr(file));
  EXPECT_EQ(bytesOfFile(file), bytes);
}

TEST_F(OpeningTest, AWriteAheadLogWithoutItsDatabaseIsNotThrownAway) {
  std::filesystem::create_directory(folder);
  writeFile(file + "-wal", "something");
  EXPECT_THAT(refusal(), HasSubstr("is missing, but its newest part"));
  EXPECT_EQ(bytesOfFile(file + "-wal"), "something");
}

TEST_F(OpeningTest, AHalfMadeDatabaseIsMadeAnew) {
  std::filesystem::create_directory(folder);
  writeFile(file + ".new", "half");
  open();
  EXPECT_TRUE(say("hello").ok());
  EXPECT_FALSE(std::filesystem::exists(file + ".new"));
}

TEST_F(OpeningTest, ADatabaseOfAnotherProgramIsRefused) {
  std::filesystem::create_directory(folder);
  sql(file, "CREATE TABLE theirs (a); PRAGMA user_version = 1");
  EXPECT_THAT(refusal(), HasSubstr("is a database of another program, not of Kith."));
  EXPECT_EQ(sql(file, "SELECT count(*) FROM sqlite_schema"), "1");
}

TEST_F(OpeningTest, ANewerSchemaIsRefused) {
  open();
  store.reset();
  sql(file, "PRAGMA user_version = 99");
  EXPECT_THAT(refusal(), HasSubstr("has schema 99, but this kith knows only 2."));
}

TEST_F(OpeningTest, AnUpdateBacksUpFirstAndRunsOnce) {
  open();
  ASSERT_TRUE(say("hello").ok());
  store.reset();
  auto steps = sqlite::migrations();
  const int newest = steps.back().version;
  steps.push_back({newest + 1, "CREATE TABLE added (a INTEGER) STRICT"});
  const std::string backup = file + ".schema-" + std::to_string(newest) + ".backup";
  for (int round = 0; round < 2; ++round) {
    auto connection = sqlite::Connection::open(file, {sqlite::Connection::Mode::Write}, log);
    ASSERT_TRUE(connection.ok());
    ASSERT_TRUE(sqlite::migrate(**connection, file, steps, log).ok());
    EXPECT_EQ(std::filesystem::exists(backup), round == 0);
    std::filesystem::remove(backup + ".kept");
    if (round == 0) std::filesystem::rename(backup, backup + ".kept");
  }
  EXPECT_EQ(sql(file, "PRAGMA user_version"), std::to_string(newest + 1));
}

TEST_F(OpeningTest, AnUpdateThatFailsChangesNothing) {
  open();
  store.reset();
  auto steps = sqlite::migrations();
  const int newest = steps.back().version;
  steps.push_back(
      {newest + 1, "CREATE TABLE added (a INTEGER) STRICT; CREATE TABLE added (a INTEGER) STRICT"});
  {
    auto connection = sqlite::Connection::open(file, {sqlite::Connection::Mode::Write}, log);
    ASSERT_TRUE(connection.ok());
    const auto failed = sqlite::migrate(**connection, file, steps, log);
    ASSERT_FALSE(failed.ok());
    EXPECT_THAT(failed.error().message, HasSubstr("table added already exists"));
  }
  EXPECT_EQ(sql(file, "PRAGMA user_version"), std::to_string(newest));
  EXPECT_EQ(sql(file, "SELECT count(*) FROM sqlite_schema WHERE name = 'added'"), "0");
  open();
}

// Offsets of a restored backup are given out again, so its positions must not look like the old ones.
TEST_F(OpeningTest, ABackupThatIsPutInPlaceHasANewEpoch) {
  open();
  const auto before = say("hello")->entries.front().epoch;
  store.reset();
  auto steps = sqlite::migrations();
  const int newest = steps.back().version;
  steps.push_back({newest + 1, "CREATE TABLE added (a INTEGER) STRICT"});
  {
    auto connection = sqlite::Connection::open(file, {sqlite::Connection::Mode::Write}, log);
    ASSERT_TRUE(sqlite::migrate(**connection, file, steps, log).ok());
  }
  std::filesystem::rename(file + ".schema-" + std::to_string(newest) + ".backup", file);
  open();
  const auto after = say("again");
  EXPECT_EQ(after->entries.front().logged.entry.offset, 2U);
  EXPECT_NE(after->entries.front().epoch, before);
  store.reset();
  open();
  EXPECT_EQ(say("and again")->entries.front().epoch, after->entries.front().epoch);
}

}  // namespace
}  // namespace kith::store
