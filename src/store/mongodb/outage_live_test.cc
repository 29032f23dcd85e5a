#include <thread>

#include "store/mongodb/mongo_test_fixture.h"

// Answers that do not come, or say that nothing is known. Needs a server with test commands.
namespace kith::store {
namespace {

class MongoOutageTest : public MongoTest {
 protected:
  void SetUp() override {
    MongoTest::SetUp();
    if (IsSkipped()) return;
    if (!fail("\"off\"", R"("failCommands": [])")) GTEST_SKIP() << "the server has no failCommand";
  }
  void TearDown() override {
    if (database) (void)fail("\"off\"", R"("failCommands": [])");
  }
  bool fail(const std::string& mode, const std::string& data) {
    return admin(R"({"configureFailPoint": "failCommand", "mode": )" + mode + R"(, "data": {)" + data + "}}");
  }
  static constexpr const char* kOnce = R"({"times": 1})";
  static constexpr const char* kNotWaited =
      R"("writeConcernError": {"code": 64, "errmsg": "waiting for replication timed out"})";
};

// It was stored; nobody said so.
TEST_F(MongoOutageTest, AMessageWhoseStoringIsNotConfirmedIsFoundAndAnsweredOnce) {
  const auto store = open();
  ASSERT_TRUE(fail(kOnce, std::string(R"("failCommands": ["insert"], )") + kNotWaited));
  std::vector<std::future<Result<Committed>>> answers;
  for (int i = 0; i < 5; ++i) answers.push_back(submit(*store, message("m" + std::to_string(i))));
  for (Offset i = 0; i < 5; ++i) {
    const auto committed = answers[i].get();
    ASSERT_TRUE(committed.ok()) << committed.error().detail;
    EXPECT_FALSE(committed->duplicate);
    EXPECT_EQ(committed->entries.front().logged.entry.offset, i + 1);
    EXPECT_EQ(committed->entries.front().logged.message->text, "m" + std::to_string(i));
  }
  EXPECT_EQ(entriesOf(*store, scope).size(), 5u);
  EXPECT_GE(figure("kith_store_retries_total"), 1);
}

TEST_F(MongoOutageTest, AMessageWhoseConnectionBreaksIsStoredOnce) {
  const auto store = open();
  // The driver itself tries once more.
  ASSERT_TRUE(fail(R"({"times": 3})", R"("failCommands": ["insert"], "closeConnection": true)"));
  ASSERT_TRUE(submit(*store, message("hello")).get().ok());
  EXPECT_EQ(entriesOf(*store, scope).size(), 1u);
}

TEST_F(MongoOutageTest, ACommitThatIsNotConfirmedIsRepeatedAndNotRunAgain) {
  const auto store = open();
  ASSERT_TRUE(fail(kOnce, std::string(R"("failCommands": ["commitTransaction"], )") + kNotWaited));
  int asked = 0;
  const auto committed = submit(*store, change({scope}, [&](Transaction&) -> Result<Drafts> {
                           ++asked;
                           return drafts(scope, EntryType::RoomUpdated);
                         })).get();
  ASSERT_TRUE(committed.ok()) << committed.error().detail;
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(entriesOf(*store, scope).size(), 1u);
}

TEST_F(MongoOutageTest, ATransactionThatMetAnotherIsRunAgain) {
  const auto store = open();
  ASSERT_TRUE(
      fail(kOnce,
           R"("failCommands": ["insert"], "errorCode": 112, "errorLabels": ["TransientTransactionError"])"));
  int asked = 0;
  const auto committed = submit(*store, change({scope}, [&](Transaction&) -> Result<Drafts> {
                           ++asked;
                           return drafts(scope, EntryType::RoomUpdated);
                         })).get();
  ASSERT_TRUE(committed.ok()) << committed.error().detail;
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(entriesOf(*store, scope).size(), 1u);
}

TEST_F(MongoOutageTest, AServerThatDoesNotAnswerIsATemporaryFaultAndSaidByHealthUntilItDoes) {
  auto given = options();
  given.patience = Milliseconds(200);
  const auto store = open(std::move(given));
  ASSERT_TRUE(submit(*store, message("before")).get().ok());
  ASSERT_TRUE(fail("\"alwaysOn\"", R"("failCommands": ["find", "insert"], "closeConnection": true)"));
  const auto refused = submit(*store, message("meanwhile", "n1")).get();
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().temporary);
  const auto unread = store->read([&](Reader& reader) -> Result<void> {
    TRY(reader.head(scope));
    return {};
  });
  ASSERT_FALSE(unread.ok());
  EXPECT_TRUE(unread.error().temporary);
  EXPECT_FALSE(store->health().ok);
  ASSERT_TRUE(fail("\"off\"", R"("failCommands": [])"));
  // Repeated as a client does, until the driver has found the server again: the nonce makes it safe.
  while (!submit(*store, message("meanwhile", "n1")).get().ok()) std::this_thread::yield();
  EXPECT_TRUE(store->health().ok);
  EXPECT_EQ(entriesOf(*store, scope).size(), 2u);
}

TEST_F(MongoOutageTest, AnItemThatWaitedTooLongIsATemporaryFaultAndNotWritten) {
  auto given = options();
  given.wait_max = Milliseconds(-1);
  const auto store = open(std::move(given));
  const auto refused = submit(*store, message("late")).get();
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().temporary);
  EXPECT_TRUE(entriesOf(*store, scope).empty());
}

// Without a retry for ever: what is damaged stays so.
TEST_F(MongoOutageTest, ADamagedNewestEntryRefusesWhatWouldComeBehindIt) {
  ASSERT_TRUE(submit(*open(), message("hello")).get().ok());
  ASSERT_TRUE(run(R"({"update": "entries", "updates": [{"q": {"o": 1}, "u": {"$set": {"by": "eve"}}}]})"));
  const auto refused = submit(*open(), message("next")).get();
  ASSERT_FALSE(refused.ok());
  EXPECT_FALSE(refused.error().temporary);
  EXPECT_EQ(figure("kith_store_retries_total"), 0);
}

}  // namespace
}  // namespace kith::store
