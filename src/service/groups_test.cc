#include "service/groups.h"

#include <future>

#include "service/places_test_fixture.h"

namespace kith {
namespace {

class GroupsTest : public PlacesTest {
 protected:
  /// Works off a task whose row may be gone.
  void workOff(StoredTask task) {
    std::atomic<bool> ended{false};
    tasks.run(std::move(task), [&](bool done) {
      EXPECT_TRUE(done);
      ended = true;
    });
    for (; !ended; std::this_thread::yield()) loop.run();
  }
  /// A group with one default room, in both of which bob is.
  std::pair<std::string, std::string> groupWithDefaultRoom() {
    const auto group = groupOf("ann");
    const auto room = roomIn(group, "ann");
    done("ann", "group.update", R"({"group":")" + group + R"(","default_rooms":[")" + room + R"("]})");
    done("bob", "group.join", object({{"group", group}}));
    EXPECT_TRUE(isIn(room, "bob"));
    return {group, room};
  }
};

// Begun from two devices, a leave is run twice; he came back between the two.
TEST_F(GroupsTest, TaskOfALeaveThatIsOverTakesNobodyOutWhoCameBack) {
  const auto [group, room] = groupWithDefaultRoom();
  const auto bob = UserId::trusted("bob");
  workOff(groupTask(kGroupLeave, {GroupId::trusted(group), bob, {}, {}, "bye"}));
  EXPECT_TRUE(isIn(room, "bob"));
  EXPECT_TRUE(isInGroup(group, "bob"));
  workOff(groupTask(kGroupKick, {GroupId::trusted(group), bob, {}, UserId::trusted("ann")}));
  EXPECT_TRUE(isIn(room, "bob"));
}

TEST_F(GroupsTest, LeaveThatAKickForestallsHasChangedNothing) {
  const auto group = groupOf("ann");
  done("bob", "group.join", object({{"group", group}}));
  // He has no room left, says the read; before his own leaving is written, he is out.
  store.afterRead(1, [&] {
    std::promise<void> kicked;
    groups.kickMember(caller("ann", Right::KickFromGroup),
                      {GroupId::trusted(group), UserId::trusted("bob"), {}, {}}, [&](Result<LeftGroup> left) {
                        EXPECT_TRUE(left);
                        kicked.set_value();
                      });
    kicked.get_future().get();
  });
  EXPECT_EQ(done("bob", "group.leave", object({{"group", group}})), R"({"changed":false})");
}

// The client would have taken it for not done.
TEST_F(GroupsTest, LeaveThatIsDoneIsAnsweredThoughTheStoreCanNotBeReadAnyMore) {
  const auto group = groupOf("ann");
  done("bob", "group.join", object({{"group", group}}));
  store.afterRead(1, [&] { store.failReads(); });
  EXPECT_EQ(done("bob", "group.leave", object({{"group", group}})), R"({"accepted":true})");
  EXPECT_FALSE(isInGroup(group, "bob"));
}

}  // namespace
}  // namespace kith
