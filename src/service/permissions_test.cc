// The policy against a table written by hand, and the same table against policies with a fault in them.
#include "service/permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "service/operations.h"

namespace kith {
namespace {

using testing::ContainsRegex;
using testing::Each;
using testing::IsEmpty;
using testing::Not;

/// What is asked: one for each overload of the policy.
struct Policy {
  std::function<Result<void>(Right, const RoomFacts&)> in_room = [](Right right, const RoomFacts& facts) {
    return judge(right, facts);
  };
  std::function<Result<void>(Right, const GroupFacts&)> in_group = [](Right right, const GroupFacts& facts) {
    return judge(right, facts);
  };
  std::function<Result<void>(Right, const Caller&)> anywhere = [](Right right, const Caller& caller) {
    return judge(right, caller);
  };
};

/// The columns, towards a room in a group. Half: put out of the group, and still with a row in the room,
/// which follows. Elsewhere: of the group, not in the room. Keeper: owner of the room. Founder: owner of the
/// group.
const std::vector<std::string> kPeople{"stranger", "left",    "half",  "elsewhere", "member",
                                       "keeper",   "founder", "admin", "key"};

struct Row {
  Right right;
  std::string name;
  std::string expected;  // of each of the people in turn
  std::string about{};   // whom or whose: own, another, lord (owner of the group), keeper, absent
  std::string room{};    // archived, main
};

// Tables, a row each. none: not found. out: no member. no: permission denied. last: the last owner. above:
// higher role.
// clang-format off
const std::vector<Row> kInRoom{
    //                                            stranger left half elsewhere member keeper founder admin key
    {Right::SeeRooms, "SeeRooms",                 "none none none ok  ok  ok   ok ok  ok"},
    {Right::JoinRoom, "JoinRoom",                 "none none none ok  ok  ok   ok out out"},
    {Right::LeaveRoom, "LeaveRoom",               "none none none out ok  last ok out out"},
    {Right::ReadPlace, "ReadPlace",               "none none none out ok  ok   ok out ok"},
    {Right::PostMessage, "PostMessage",           "none none none out ok  ok   ok out out"},
    {Right::Type, "Type",                         "none none none out ok  ok   ok out out"},
    {Right::UpdateRoom, "UpdateRoom",             "none none none out no  ok   ok ok  ok"},
    {Right::ArchiveRoom, "ArchiveRoom",           "none none none out no  ok   ok ok  ok"},
    {Right::DeleteRoom, "DeleteRoom",             "none none none out no  ok   ok ok  ok"},
    {Right::EditMessage, "EditMessage",           "none none none out ok  ok   ok out out", "own"},
    {Right::EditMessage, "EditMessage",           "none none none out no  no   no out out", "another"},
    {Right::DeleteMessage, "DeleteMessage",       "none none none out ok  ok   ok ok  ok", "own"},
    {Right::DeleteMessage, "DeleteMessage",       "none none none out no  ok   ok ok  ok", "another"},
    {Right::DeleteMessage, "DeleteMessage",       "none none none out no  above above ok ok", "lord"},
    {Right::DeleteMessage, "DeleteMessage",       "none none none out no  ok   ok ok  ok", "absent"},
    {Right::KickMember, "KickMember",             "none none none out no  ok   ok ok  ok", "another"},
    {Right::KickMember, "KickMember",             "none none none out no  above above ok ok", "lord"},
    {Right::KickMember, "KickMember",             "none none none out no  above above above above", "keeper"},
    {Right::KickMember, "KickMember",             "none none none out no  none none none none", "absent"},
    {Right::JoinGroup, "JoinGroup",               "none none none out no  no   no out out"},
    {Right::ManagePresence, "ManagePresence",     "none none none out no  no   no out out"},
    {Right::SeeRooms, "SeeRooms",                 "none none none ok  ok  ok   ok ok  ok", "", "archived"},
    {Right::ReadPlace, "ReadPlace",               "none none none out ok  ok   ok out ok", "", "archived"},
    {Right::JoinRoom, "JoinRoom",                 "none none none archived ok ok ok out out", "", "archived"},
    {Right::LeaveRoom, "LeaveRoom",               "none none none out ok  last ok out out", "", "archived"},
    {Right::PostMessage, "PostMessage",           "none none none out archived archived archived out out", "", "archived"},
    {Right::Type, "Type",                         "none none none out archived archived archived out out", "", "archived"},
    {Right::EditMessage, "EditMessage",           "none none none out archived archived archived out out", "own", "archived"},
    {Right::DeleteMessage, "DeleteMessage",       "none none none out ok  ok   ok ok  ok", "own", "archived"},
    {Right::ArchiveRoom, "ArchiveRoom",           "none none none out no  ok   ok ok  ok", "", "archived"},
    {Right::LeaveRoom, "LeaveRoom",               "none none none out no  no   no out out", "", "main"},
    {Right::KickMember, "KickMember",             "none none none out no  no   no no  no", "another", "main"},
    {Right::DeleteRoom, "DeleteRoom",             "none none none no  no  no   no no  no", "", "main"},
};
const std::vector<Row> kInGroup{
    {Right::SeeGroups, "SeeGroups",               "ok  ok  ok  ok ok ok ok   ok  ok"},
    {Right::JoinGroup, "JoinGroup",               "ok  ok  ok  ok ok ok ok   ok  ok"},
    {Right::CancelRequest, "CancelRequest",       "ok  ok  ok  ok ok ok ok   ok  ok"},
    {Right::SeeRooms, "SeeRooms",                 "out out out ok ok ok ok   out ok"},
    {Right::CreateRoom, "CreateRoom",             "out out out ok ok ok ok   out ok"},
    {Right::ReadPlace, "ReadPlace",               "out out out ok ok ok ok   out ok"},
    {Right::LeaveGroup, "LeaveGroup",             "out out out ok ok ok last out out"},
    {Right::DecideRequests, "DecideRequests",     "out out out no no no ok   ok  ok"},
    {Right::UpdateGroup, "UpdateGroup",           "out out out no no no ok   ok  ok"},
    {Right::DeleteGroup, "DeleteGroup",           "out out out no no no ok   ok  ok"},
    {Right::KickFromGroup, "KickFromGroup",       "out out out no no no ok   ok  ok", "another"},
    {Right::KickFromGroup, "KickFromGroup",       "out out out no no no above above above", "lord"},
    {Right::KickFromGroup, "KickFromGroup",       "out out out no no no none none none", "absent"},
    {Right::PostMessage, "PostMessage",           "no  no  no  no no no no   no  no"},
};
const std::vector<Row> kAnywhere{
    {Right::SeeRooms, "SeeRooms",                 "ok ok ok ok ok ok ok ok ok"},
    {Right::CreateRoom, "CreateRoom",             "ok ok ok ok ok ok ok ok ok"},
    {Right::SeeGroups, "SeeGroups",               "ok ok ok ok ok ok ok ok ok"},
    {Right::CreateGroup, "CreateGroup",           "ok ok ok ok ok ok ok ok ok"},
    {Right::SeeAllOnline, "SeeAllOnline",         "no no no no no no no ok ok"},
    {Right::ManagePresence, "ManagePresence",     "no no no no no no no ok ok"},
    {Right::SeeIfOnline, "SeeIfOnline",           "no no no no no no no no no"},
    {Right::Nothing, "Nothing",                   "no no no no no no no no no"},
};
// clang-format on

std::string told(const Result<void>& result) {
  if (result) return "ok";
  switch (result.error().code) {
    case FaultCode::NotFound:
      return "none";
    case FaultCode::NotMember:
      return "out";
    case FaultCode::PermissionDenied:
      return "no";
    case FaultCode::LastOwner:
      return "last";
    case FaultCode::HigherRole:
      return "above";
    default:
      return std::string(faultName(result.error().code));
  }
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

/// The rows of somebody, by his name, in a room of a group.
Standing standingOf(const std::string& who, const std::string& kind) {
  Standing out;
  out.room = Room{RoomId::trusted(kind == "main" ? "g" : "r"), "Room", "", UserId::trusted("keeper"), 1};
  out.room->group = GroupId::trusted("g");
  if (kind == "archived") out.room->archived_at = 2;
  const auto user = UserId::trusted(who);
  const bool unknown = who == "stranger" || who == "admin" || who == "key" || who == "absent";
  if (unknown) return out;
  const auto in_group = who == "left" || who == "half" ? MemberState::Left : MemberState::Member;
  const auto group_role = who == "founder" || who == "lord" ? RoomRole::Owner : RoomRole::Member;
  out.in_group = GroupMember{out.room->group, user, group_role, in_group};
  if (who == "elsewhere") return out;
  const auto in_room = who == "left" ? MemberState::Left : MemberState::Member;
  out.member = RoomMember{out.room->id, user, who == "keeper" ? RoomRole::Owner : RoomRole::Member, in_room};
  return out;
}

Caller callerOf(const std::string& who) {
  Caller out;
  out.user = UserId::trusted(who);
  out.back_end = who == "key";
  if (who == "admin" || who == "key") out.site_role = SiteRole::Admin;
  return out;
}

/// Every place where a policy says something else than the table, in words.
std::vector<std::string> disagreements(const Policy& policy) {
  std::vector<std::string> out;
  const auto hold = [&out](const Row& row, const std::function<Result<void>(const std::string& who)>& asked) {
    const auto expected = words(row.expected);
    ASSERT_EQ(expected.size(), kPeople.size()) << row.name;
    for (std::size_t i = 0; i < kPeople.size(); ++i) {
      const auto answer = told(asked(kPeople[i]));
      if (answer == expected[i]) continue;
      out.push_back(row.name + " [" + row.about + " " + row.room + "] as " + kPeople[i] + ": " + answer +
                    " instead of " + expected[i]);
    }
  };
  for (const auto& row : kInRoom) {
    hold(row, [&](const std::string& who) {
      const auto caller = callerOf(who);
      const auto own = standingOf(who, row.room);
      const auto target = standingOf(row.about, row.room);
      Message message;
      message.author = UserId::trusted(row.about == "own" ? who : row.about);
      return policy.in_room(row.right, RoomFacts{caller, own, target, &message});
    });
  }
  for (const auto& row : kInGroup) {
    hold(row, [&](const std::string& who) {
      const auto caller = callerOf(who);
      const std::optional<Group> group = Group{GroupId::trusted("g"), "group", "Group", ""};
      const auto own = standingOf(who, "").in_group;
      const auto target = standingOf(row.about, "").in_group;
      return policy.in_group(row.right, GroupFacts{caller, group, own, target});
    });
  }
  for (const auto& row : kAnywhere) {
    hold(row, [&](const std::string& who) { return policy.anywhere(row.right, callerOf(who)); });
  }
  return out;
}

TEST(PermissionsTest, PolicyIsWhatTheTableSays) {
  EXPECT_THAT(disagreements(Policy{}), IsEmpty());
}

TEST(PermissionsTest, RightOfEveryOperationStandsInTheTable) {
  std::vector<Right> known;
  for (const auto* table : {&kInRoom, &kInGroup, &kAnywhere}) {
    for (const auto& row : *table) known.push_back(row.right);
  }
  for (const auto& operation : operations()) {
    EXPECT_THAT(known, testing::Contains(operation.right)) << operation.method;
  }
}

TEST(PermissionsTest, NobodyWithoutAName) {
  const Caller nobody;
  const auto own = standingOf("member", "");
  const std::optional<Group> group = Group{};
  for (const auto& row : kInRoom) EXPECT_EQ(told(judge(row.right, RoomFacts{nobody, own})), "unauthorized");
  for (const auto& row : kInGroup) {
    EXPECT_EQ(told(judge(row.right, GroupFacts{nobody, group, own.in_group})), "unauthorized");
  }
  for (const auto& row : kAnywhere) EXPECT_EQ(told(judge(row.right, nobody)), "unauthorized");
}

// What follows is about the table: each fault must show, and nothing else.

TEST(PlantedFault, WhoHasLeftCountsAsMember) {
  Policy faulty;
  faulty.in_room = [](Right right, const RoomFacts& facts) {
    auto own = facts.own;
    if (own.member) own.member->state = MemberState::Member;
    if (own.in_group) own.in_group->state = MemberState::Member;
    return judge(right, RoomFacts{facts.caller, own, facts.target, facts.message, facts.last});
  };
  EXPECT_THAT(disagreements(faulty), Not(IsEmpty()));
  EXPECT_THAT(disagreements(faulty), Each(ContainsRegex(" as (left|half): ")));
}

TEST(PlantedFault, RoomDoesNotAskForItsGroup) {
  Policy faulty;
  faulty.in_room = [](Right right, const RoomFacts& facts) {
    auto own = facts.own;
    if (!own.room->isMain()) own.room->group = {};
    return judge(right, RoomFacts{facts.caller, own, facts.target, facts.message, facts.last});
  };
  EXPECT_THAT(disagreements(faulty),
              testing::Contains(ContainsRegex("ReadPlace .* as half: ok instead of none")));
  EXPECT_THAT(disagreements(faulty), Not(testing::Contains(ContainsRegex(" as (member|keeper|founder): "))));
}

TEST(PlantedFault, EqualRanksMayActOnEachOther) {
  Policy faulty;
  faulty.in_room = [](Right right, const RoomFacts& facts) {
    const auto judged = judge(right, facts);
    return told(judged) == "above" ? Result<void>() : judged;
  };
  EXPECT_THAT(disagreements(faulty), Not(IsEmpty()));
  EXPECT_THAT(disagreements(faulty), Each(ContainsRegex("ok instead of above")));
}

TEST(PlantedFault, ArchivedRoomIsTakenForAnActiveOne) {
  Policy faulty;
  faulty.in_room = [](Right right, const RoomFacts& facts) {
    auto own = facts.own;
    own.room->archived_at = 0;
    return judge(right, RoomFacts{facts.caller, own, facts.target, facts.message, facts.last});
  };
  EXPECT_THAT(disagreements(faulty), Not(IsEmpty()));
  EXPECT_THAT(disagreements(faulty), Each(ContainsRegex("archived. as .*: ok instead of archived")));
}

TEST(PlantedFault, EveryMemberDecidesRequests) {
  Policy faulty;
  faulty.in_group = [](Right right, const GroupFacts& facts) {
    return judge(right == Right::DecideRequests ? Right::ReadPlace : right, facts);
  };
  EXPECT_THAT(disagreements(faulty), Not(IsEmpty()));
  EXPECT_THAT(disagreements(faulty), Each(ContainsRegex("^DecideRequests ")));
}

}  // namespace
}  // namespace kith
