#include <algorithm>
#include <future>

#include "service/places_test_fixture.h"
#include "store/sqlite/damaged_log.h"

namespace kith {
namespace {

/// Places that end while the own log of somebody in them is damaged.
class DamagedLogsTest : public PlacesTest {
 protected:
  void damageLogOf(const std::string& who) { damageLog(Scope::of(UserId::trusted(who))); }
  void damageLog(const Scope& own) {
    store::damageLog(folder.path(), own);
    // Refused, so that the writer forgets what it knew of that log.
    std::promise<void> refused;
    store::WriteItem item;
    item.scopes = {own};
    item.author = UserId::trusted("ann");
    item.run = store::TransactionRun(
        [](store::Transaction&) -> Result<store::Drafts> { return Fault::of(FaultCode::NotFound); });
    item.done = [&refused](const Result<store::Committed>&) { refused.set_value(); };
    real->submit(std::move(item));
    refused.get_future().get();
  }
  /// Ann ends a place; what follows is not waited for.
  void end(std::string_view method, const std::string& json) {
    runOperation(*operationOf(method), services, caller("ann"), json,
                 [](const Result<std::string>& result) { EXPECT_TRUE(result); });
  }
  /// Until it has, or a step of a task has failed.
  template <class Condition>
  bool comesTrue(Condition condition) {
    const auto& failed = metrics.counter("kith_task_steps_failed_total", "");
    for (; !condition() && failed.value() == 0; std::this_thread::yield()) loop.run();
    return condition();
  }
};

TEST_F(DamagedLogsTest, EveryOtherMemberLeavesARoomThatIsGone) {
  const auto room = roomOfJson(done("ann", "room.create", object({{"name", "Shed"}}))).text();
  for (const char* who : {"bob", "cid"}) done(who, "room.join", object({{"room", room}}));
  damageLogOf("bob");
  end("room.delete", object({{"room", room}}));
  EXPECT_TRUE(comesTrue([&] { return !isIn(room, "ann") && !isIn(room, "bob") && !isIn(room, "cid"); }));
}

TEST_F(DamagedLogsTest, EveryOtherMemberLeavesAGroupThatIsGone) {
  const auto group = groupOf("ann");
  for (const char* who : {"bob", "cid"}) done(who, "group.join", object({{"group", group}}));
  damageLogOf("bob");
  end("group.delete", object({{"group", group}}));
  EXPECT_TRUE(comesTrue(
      [&] { return !isInGroup(group, "ann") && !isInGroup(group, "bob") && !isInGroup(group, "cid"); }));
}

TEST_F(DamagedLogsTest, ARoomEndsWithItsGroupAndThoseAfterIt) {
  const auto group = groupOf("ann");
  std::vector<std::string> rooms;
  for (const char* name : {"Shed", "Yard", "Loft"}) {
    rooms.push_back(
        roomOfJson(done("ann", "room.create", object({{"name", name}, {"group", group}}))).text());
  }
  damageLog(Scope::of(RoomId::trusted(rooms[1])));
  end("group.delete", object({{"group", group}}));
  EXPECT_TRUE(comesTrue([&] {
    return !isInGroup(group, "ann") &&
           std::none_of(rooms.begin(), rooms.end(), [&](const auto& room) { return isIn(room, "ann"); });
  }));
}

TEST_F(DamagedLogsTest, TheRequestsToAGroupThatIsGoneAreClosed) {
  const auto group = groupOf("ann", "approval");
  for (const char* who : {"bob", "cid"}) done(who, "group.join", object({{"group", group}}));
  damageLogOf("bob");
  end("group.delete", object({{"group", group}}));
  EXPECT_TRUE(comesTrue([&] { return !isInGroup(group, "ann"); }));  // members go after them
  EXPECT_TRUE(read([&](store::Reader& reader) {
                return reader.openRequests(GroupId::trusted(group), JoinRequestId(), 10);
              }).empty());
}

}  // namespace
}  // namespace kith
