#include "store/mongodb/scope_queues.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace kith::store::mongodb {
namespace {

using ::testing::ElementsAre;

const Scope kRoom = Scope::of(RoomId::trusted("r"));
const Scope kUser = Scope::of(UserId::trusted("u"));

WriteItem plain(const Scope& scope, const std::string& name) {
  WriteItem item;
  item.scopes = {scope};
  item.nonce = name;
  item.run = AppendRun([](ScopeState&) -> Result<EntryDraft> { return EntryDraft(); });
  return item;
}

WriteItem transaction(std::vector<Scope> scopes, const std::string& name) {
  WriteItem item;
  item.scopes = std::move(scopes);
  item.nonce = name;
  item.run = TransactionRun([](Transaction&) -> Result<Drafts> { return Drafts(); });
  return item;
}

class ScopeQueuesTest : public ::testing::Test {
 protected:
  ScopeQueues queues{QueueLimits()};

  void put(WriteItem item) {
    std::vector<WriteItem> one;
    one.push_back(std::move(item));
    EXPECT_TRUE(queues.put(std::move(one)).empty());
  }
  ScopeQueues::Batch take(std::size_t items_max = 200) {
    return queues.take(items_max, 1'000'000, Milliseconds(0));
  }
  static std::vector<std::string> names(const ScopeQueues::Batch& batch) {
    std::vector<std::string> all;
    for (const auto& item : batch.items) all.push_back(item.nonce);
    return all;
  }
};

TEST_F(ScopeQueuesTest, PlainItemsOfOneScopeGoTogetherAndATransactionAlone) {
  put(plain(kRoom, "a"));
  put(plain(kRoom, "b"));
  put(transaction({kRoom}, "t"));
  put(plain(kRoom, "c"));
  auto first = take();
  EXPECT_THAT(names(first), ElementsAre("a", "b"));
  queues.finished(first);
  auto second = take();
  EXPECT_THAT(names(second), ElementsAre("t"));
  queues.finished(second);
  EXPECT_THAT(names(take()), ElementsAre("c"));
}

TEST_F(ScopeQueuesTest, AScopeIsGivenToOneAtATimeAndHindersNoOther) {
  put(plain(kRoom, "a"));
  const auto first = take();
  put(plain(kRoom, "b"));
  put(plain(kUser, "other"));
  EXPECT_THAT(names(take()), ElementsAre("other"));
  EXPECT_TRUE(take().items.empty());
  queues.finished(first);
  EXPECT_THAT(names(take()), ElementsAre("b"));
}

TEST_F(ScopeQueuesTest, AnItemOfTwoScopesWaitsForBothAndHoldsBoth) {
  put(plain(kUser, "a"));
  put(transaction({kRoom, kUser}, "both"));
  put(plain(kRoom, "b"));
  const auto first = take();
  EXPECT_THAT(names(first), ElementsAre("a"));
  EXPECT_TRUE(take().items.empty());
  queues.finished(first);
  const auto both = take();
  EXPECT_THAT(names(both), ElementsAre("both"));
  EXPECT_TRUE(take().items.empty());
  queues.finished(both);
  EXPECT_THAT(names(take()), ElementsAre("b"));
}

TEST_F(ScopeQueuesTest, ItemsThatNameTheSameScopesInOtherOrderDoNotWaitForEachOther) {
  put(transaction({kRoom, kUser}, "a"));
  put(transaction({kUser, kRoom}, "b"));
  put(transaction({kRoom, kRoom}, "c"));
  for (const char* name : {"a", "b", "c"}) {
    const auto batch = take();
    EXPECT_THAT(names(batch), ElementsAre(name));
    queues.finished(batch);
  }
  EXPECT_EQ(queues.size(), 0u);
}

TEST_F(ScopeQueuesTest, ABatchEndsAtItsBounds) {
  for (const char* name : {"a", "b", "c"}) put(plain(kRoom, name));
  const auto two = take(2);
  EXPECT_THAT(names(two), ElementsAre("a", "b"));
  queues.finished(two);
  EXPECT_THAT(names(queues.take(200, 1, Milliseconds(0))), ElementsAre("c"));
}

TEST_F(ScopeQueuesTest, AtTheEndWhatWaitsIsStillGivenAndNothingMoreIsTaken) {
  put(plain(kRoom, "a"));
  queues.end();
  std::vector<WriteItem> late;
  late.push_back(plain(kRoom, "late"));
  EXPECT_EQ(queues.put(std::move(late)).size(), 1u);
  EXPECT_FALSE(queues.ended());
  queues.finished(take());
  EXPECT_TRUE(queues.ended());
}

}  // namespace
}  // namespace kith::store::mongodb
