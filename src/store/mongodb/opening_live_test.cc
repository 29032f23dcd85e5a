#include <gmock/gmock.h>

#include "store/mongodb/mongo_test_fixture.h"

// What a start says to the operator.
namespace kith::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using MongoOpeningTest = MongoTest;

TEST_F(MongoOpeningTest, AnAddressThatIsNoneIsRefusedWithoutShowingIt) {
  const auto why = refusal("http://ann:secret@localhost");
  EXPECT_THAT(why, HasSubstr("mongodb://"));
  EXPECT_THAT(why, Not(HasSubstr("secret")));
}

TEST_F(MongoOpeningTest, AServerThatIsNotThereIsNamed) {
  EXPECT_THAT(
      refusal("mongodb://ann:secret@127.0.0.1:1/kith"),
      ::testing::AllOf(HasSubstr("MongoDB at 127.0.0.1:1 cannot be reached"), Not(HasSubstr("secret"))));
}

TEST_F(MongoOpeningTest, AWrongPasswordIsSaidAndNotShown) {
  auto uri = database->uri();
  uri.insert(uri.find("://") + 3, "nobody:secret@");
  EXPECT_THAT(refusal(uri),
              ::testing::AllOf(HasSubstr("the user name or the password"), Not(HasSubstr("secret"))));
}

TEST_F(MongoOpeningTest, AReplicaSetOfAnotherNameIsNamed) {
  const auto uri = database->uri();
  EXPECT_THAT(refusal(uri.substr(0, uri.find('?')) + "?replicaSet=another"),
              HasSubstr("no member of the replica set another"));
}

TEST_F(MongoOpeningTest, AnIndexThatCannotBeMadeEndsTheStart) {
  ASSERT_TRUE(
      run(R"({"createIndexes": "entries", "indexes": [{"key": {"other": 1}, "name": "scope_offset"}]})"));
  EXPECT_THAT(refusal(database->uri()), HasSubstr(".entries cannot be made"));
}

TEST_F(MongoOpeningTest, TheDatabaseOfANewerKithIsRefused) {
  ASSERT_TRUE(run(R"({"insert": "meta", "documents": [{"_id": "store", "schema": 99}]})"));
  EXPECT_THAT(refusal(database->uri()), HasSubstr("has schema 99"));
}

TEST_F(MongoOpeningTest, ASecondStartFindsWhatTheFirstMade) {
  ASSERT_TRUE(submit(*open(), message("hello")).get().ok());
  EXPECT_EQ(entriesOf(*open(), scope).size(), 1u);
}

// A row that is not what was written is a fault, never an answer.
TEST_F(MongoOpeningTest, ADamagedEntryIsAFaultAndCounted) {
  const auto store = open();
  ASSERT_TRUE(submit(*store, message("hello")).get().ok());
  ASSERT_TRUE(run(R"({"update": "entries", "updates": [{"q": {"o": 1}, "u": {"$set": {"by": "eve"}}}]})"));
  const auto outcome = store->read([&](Reader& reader) -> Result<void> {
    TRY(reader.entries(scope, 0, 10, {}));
    return {};
  });
  ASSERT_FALSE(outcome.ok());
  EXPECT_FALSE(outcome.error().temporary);
  EXPECT_EQ(figure("kith_store_damaged_rows_total"), 1);
}

}  // namespace
}  // namespace kith::store
