#pragma once

#include "store/people_conformance.h"

// Groups, their members and rooms, requests to be let in, tasks.
namespace kith::store {

class GroupConformance : public PeopleConformance {
 protected:
  const GroupId club = GroupId::trusted("club");

  static Group groupOf(const std::string& id, const std::string& name) {
    Group group;
    group.id = GroupId::trusted(id);
    group.slug = "slug-" + id;
    group.name = name;
    group.folded_name = name;
    return group;
  }
  void putGroup(const Group& group) {
    EXPECT_TRUE(change([&](Transaction& rows) { return rows.putGroup(group); }).ok());
  }
  void putRoomIn(const GroupId& group, const std::string& id, const std::string& name) {
    Room made{RoomId::trusted(id), name, "", ann, 1};
    made.group = group;
    made.folded_name = name;
    EXPECT_TRUE(change([&](Transaction& rows) { return rows.putRoom(made); }).ok());
  }
  void putMember(const GroupId& group, const UserId& user, MemberState state = MemberState::Member) {
    EXPECT_TRUE(change([&](Transaction& rows) {
                  return rows.putMember(GroupMember{group, user, RoomRole::Member, state, rows.now(), 1});
                }).ok());
  }
  JoinRequest requestOf(const std::string& id, const UserId& user, WallMs at) const {
    return {JoinRequestId::trusted(id), club, user, JoinRequest::State::Pending, at};
  }
  Result<Committed> put(const JoinRequest& request) {
    return change([&](Transaction& rows) { return rows.putRequest(request); });
  }
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GroupConformance);

TEST_P(GroupConformance, AGroupIsReadBackAsWrittenUntilItIsRemoved) {
  auto group = groupOf("club", "Club");
  group.description = "For all";
  group.join_mode = JoinMode::Approval;
  group.capacity = 37;
  group.default_rooms = {RoomId::trusted("r1"), RoomId::trusted("r2")};
  group.created_by = ann;
  group.created_at = 7;
  putGroup(group);
  under_test->reopen();
  const auto found = read([&](Reader& reader) { return reader.group(club); });
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->slug, "slug-club");
  EXPECT_EQ(found->name, "Club");
  EXPECT_EQ(found->description, "For all");
  EXPECT_EQ(found->join_mode, JoinMode::Approval);
  EXPECT_EQ(found->capacity, 37);
  EXPECT_EQ(found->default_rooms, group.default_rooms);
  EXPECT_EQ(found->created_by, ann);
  EXPECT_EQ(found->created_at, 7);
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.removeGroup(club); }).ok());
  EXPECT_FALSE(read([&](Reader& reader) { return reader.group(club); }).has_value());
  EXPECT_FALSE(read([&](Reader& reader) { return reader.groupRow(ann, club); }).has_value());
  EXPECT_TRUE(read([&](Reader& reader) { return reader.groups(ann, {}); }).empty());
}

TEST_P(GroupConformance, ASlugBelongsToOneGroupUntilThatIsRemoved) {
  putGroup(groupOf("club", "Club"));
  auto other = groupOf("other", "Other");
  other.slug = "slug-club";
  const auto refused = change([&](Transaction& rows) { return rows.putGroup(other); });
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, FaultCode::Already);
  EXPECT_EQ(refused.error().field, "slug");
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.removeGroup(club); }).ok());
  putGroup(other);
}

TEST_P(GroupConformance, GroupsComeInTheOrderOfTheirNamesPageByPage) {
  for (const auto& [id, name] : {std::pair{"c", "beta"}, {"a", "beta"}, {"b", "alpha"}, {"d", "gamma"}})
    putGroup(groupOf(id, name));
  putMember(GroupId::trusted("d"), ann);
  putMember(GroupId::trusted("b"), ann, MemberState::Left);
  std::vector<std::string> seen;
  GroupQuery query;
  query.limit = 2;
  for (;;) {
    const auto page = read([&](Reader& reader) { return reader.groups(ann, query); });
    for (const auto& row : page) seen.push_back(row.group.id.text());
    if (page.size() < 2) break;
    query.cursor = page.back().group.id;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"b", "a", "c", "d"}));
  const auto joined = read([&](Reader& reader) { return reader.groups(ann, {true, {}, {}, 10}); });
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].group.id.text(), "d");
  EXPECT_TRUE(joined[0].mine.has_value());
  EXPECT_EQ(read([&](Reader& reader) { return reader.groups(ann, {false, "eta", {}, 10}); }).size(), 2u);
  EXPECT_EQ(read([&](Reader& reader) { return reader.groupsOf(ann, 10); }),
            std::vector{GroupId::trusted("d")});
  // What a person types is text, never a pattern.
  EXPECT_TRUE(read([&](Reader& reader) { return reader.groups(ann, {false, "%", {}, 10}); }).empty());
}

TEST_P(GroupConformance, MembersComeInTheOrderOfTheirIdsWithoutThoseWhoLeft) {
  putGroup(groupOf("club", "Club"));
  for (const char* id : {"u3", "u1", "u2"}) putMember(club, UserId::trusted(id));
  putMember(club, UserId::trusted("u2"), MemberState::Left);
  const auto members = read([&](Reader& reader) { return reader.groupMembers(club, UserId(), 10); });
  ASSERT_EQ(members.size(), 2u);
  EXPECT_EQ(members[0].member.user.text(), "u1");
  EXPECT_EQ(members[1].member.user.text(), "u3");
  EXPECT_EQ(read([&](Reader& reader) { return reader.groupMembers(club, UserId::trusted("u1"), 10); }).size(),
            1u);
  EXPECT_EQ(read([&](Reader& reader) { return reader.groupMember(club, UserId::trusted("u2")); })->state,
            MemberState::Left);
}

TEST_P(GroupConformance, TwoShareARoomOfNoGroupOrAGroupWhileBothAreMembers) {
  const auto cid = UserId::trusted("cid");
  const auto shared = [&](const UserId& one, const UserId& other) {
    const bool there = read([&](Reader& reader) { return reader.sharePlace(one, other); });
    EXPECT_EQ(read([&](Reader& reader) { return reader.sharePlace(other, one); }), there);
    return there;
  };
  EXPECT_FALSE(shared(ann, bob));
  putRoomIn(GroupId(), "r1", "one");
  written(join(RoomId::trusted("r1"), ann));
  EXPECT_FALSE(shared(ann, bob));
  written(join(RoomId::trusted("r1"), bob));
  EXPECT_TRUE(shared(ann, bob));
  EXPECT_FALSE(shared(ann, cid));
  ASSERT_TRUE(change([&](Transaction& rows) -> Result<void> {
                auto row = TRY(rows.member(RoomId::trusted("r1"), bob));
                row->state = MemberState::Left;
                return rows.putMember(*row);
              }).ok());
  EXPECT_FALSE(shared(ann, bob));

  // A room of a group is only theirs while the group is.
  putGroup(groupOf("club", "Club"));
  putRoomIn(club, "r2", "two");
  for (const auto& user : {ann, cid}) written(join(RoomId::trusted("r2"), user));
  putMember(club, ann);
  EXPECT_FALSE(shared(ann, cid));
  putMember(club, cid);
  EXPECT_TRUE(shared(ann, cid));
  putMember(club, cid, MemberState::Left);
  EXPECT_FALSE(shared(ann, cid));
}

TEST_P(GroupConformance, AGroupThatWasDeletedIsSharedByNobody) {
  putGroup(groupOf("club", "Club"));
  for (const auto& user : {ann, bob}) putMember(club, user);
  EXPECT_TRUE(read([&](Reader& reader) { return reader.sharePlace(ann, bob); }));
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.removeGroup(club); }).ok());
  EXPECT_FALSE(read([&](Reader& reader) { return reader.sharePlace(ann, bob); }));
}

TEST_P(GroupConformance, RoomsOfAGroupAreListedApart) {
  putRoomIn(club, "r1", "one");
  putRoomIn(club, "r2", "two");
  putRoomIn(GroupId(), "r3", "three");
  putMember(club, ann);
  written(join(RoomId::trusted("r1"), ann));
  written(join(RoomId::trusted("r3"), ann));
  const auto names = [&](RoomQuery query) {
    std::vector<std::string> found;
    for (const auto& row : read([&](Reader& reader) { return reader.rooms(ann, query); }))
      found.push_back(row.room.name);
    return found;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({}), Names{"three"});
  EXPECT_EQ(names({false, club}), (Names{"one", "two"}));
  EXPECT_EQ(names({true}), (Names{"one", "three"}));
  EXPECT_EQ(names({true, club}), Names{"one"});
  EXPECT_EQ(names({false, club, "w"}), Names{"two"});
  EXPECT_EQ(read([&](Reader& reader) { return reader.roomsIn(club, ann, 10); }),
            std::vector{RoomId::trusted("r1")});
  EXPECT_EQ(read([&](Reader& reader) { return reader.roomsOfGroup(club, 10); }).size(), 2u);
  EXPECT_EQ(read([&](Reader& reader) { return reader.roomCount(club); }), 2);
}

// Put out of the group, he is a member of its rooms until the last of them is left.
TEST_P(GroupConformance, RoomsOfAGroupAreListedAsJoinedOnlyToItsMembers) {
  putRoomIn(club, "r1", "one");
  written(join(RoomId::trusted("r1"), ann));
  const auto listed = [&](const RoomQuery& query) {
    return read([&](Reader& reader) { return reader.rooms(ann, query); }).size();
  };
  EXPECT_EQ(listed({true}), 0u);
  putMember(club, ann);
  EXPECT_EQ(listed({true}), 1u);
  putMember(club, ann, MemberState::Left);
  EXPECT_EQ(listed({true}), 0u);
  EXPECT_EQ(listed({true, club}), 0u);
}

TEST_P(GroupConformance, PlacesOfAUserAreCountedUpToALimit) {
  const auto count = [&](std::size_t limit) {
    return read([&](Reader& reader) { return reader.placeCount(ann, limit); });
  };
  EXPECT_EQ(count(10), 0u);
  for (const char* id : {"r1", "r2", "left", "gone"}) {
    putRoomIn(GroupId(), id, id);
    written(join(RoomId::trusted(id), ann));
  }
  for (const char* id : {"club", "old"}) {
    putGroup(groupOf(id, id));
    putMember(GroupId::trusted(id), ann);
  }
  ASSERT_TRUE(change([&](Transaction& rows) -> Result<void> {
                auto member = TRY(rows.member(RoomId::trusted("left"), ann));
                member->state = MemberState::Left;
                TRY(rows.putMember(*member));
                TRY(rows.removeRoom(RoomId::trusted("gone")));
                return rows.removeGroup(GroupId::trusted("old"));
              }).ok());
  EXPECT_EQ(count(10), 3u);
  EXPECT_EQ(count(3), 3u);
  EXPECT_EQ(count(2), 2u);
  EXPECT_EQ(count(1), 1u);
}

// Its end is committed before its rooms are ended one by one.
TEST_P(GroupConformance, RoomsOfAGroupThatWasDeletedAreListedAsJoinedToNobody) {
  putGroup(groupOf("club", "Club"));
  putMember(club, ann);
  putRoomIn(club, "r1", "one");
  putRoomIn(GroupId(), "r2", "two");
  for (const char* id : {"r1", "r2"}) written(join(RoomId::trusted(id), ann));
  const auto listed = [&](const RoomId& cursor) {
    return read([&](Reader& reader) { return reader.rooms(ann, {true, {}, {}, cursor, 10}); }).size();
  };
  EXPECT_EQ(listed(RoomId()), 2u);
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.removeGroup(club); }).ok());
  EXPECT_EQ(listed(RoomId()), 1u);
  EXPECT_EQ(listed(RoomId::trusted("r1")), 1u);
}

// The name of a hidden room could be found out by what came after it.
TEST_P(GroupConformance, RoomOfAnotherListIsNoCursorAndAnswersAsOneThatNeverWas) {
  putRoomIn(GroupId(), "a", "alpha");
  putRoomIn(GroupId(), "o", "omega");
  putRoomIn(club, "m", "hidden");
  written(join(RoomId::trusted("o"), ann));
  written(join(RoomId::trusted("m"), ann));  // the group has put her out, and this room is still to be left
  const auto after = [&](bool joined, const GroupId& group, const std::string& cursor) {
    return read([&](Reader& reader) {
             return reader.rooms(ann, {joined, group, {}, RoomId::trusted(cursor), 10});
           })
        .size();
  };
  for (const bool joined : {false, true}) {
    EXPECT_EQ(after(joined, {}, "m"), 0u);
    EXPECT_EQ(after(joined, {}, "never"), 0u);
  }
  EXPECT_EQ(after(false, club, "a"), 0u);
  EXPECT_EQ(after(true, {}, "a"), 0u);
  EXPECT_EQ(after(false, {}, "a"), 1u);
}

// It ended where the last room of the page before had been deleted, or left, meanwhile.
TEST_P(GroupConformance, ListGoesOnBehindACursorThatIsGone) {
  for (const char* id : {"a", "b", "c"}) {
    putRoomIn(GroupId(), id, id);
    written(join(RoomId::trusted(id), ann));
    putGroup(groupOf(id, id));
  }
  const auto rooms = [&](bool joined) {
    return read([&](Reader& reader) {
             return reader.rooms(ann, {joined, {}, {}, RoomId::trusted("a"), 10});
           })
        .size();
  };
  ASSERT_TRUE(change([&](Transaction& rows) -> Result<void> {
                auto member = TRY(rows.member(RoomId::trusted("a"), ann));
                member->state = MemberState::Left;
                TRY(rows.putMember(*member));
                TRY(rows.removeRoom(RoomId::trusted("a")));
                return rows.removeGroup(GroupId::trusted("a"));
              }).ok());
  EXPECT_EQ(rooms(false), 2u);
  EXPECT_EQ(rooms(true), 2u);
  const GroupQuery query{false, {}, GroupId::trusted("a"), 10};
  EXPECT_EQ(read([&](Reader& reader) { return reader.groups(ann, query); }).size(), 2u);
}

TEST_P(GroupConformance, AnArchivedRoomIsListedToItsMembersAndARemovedOneToNobody) {
  putRoomIn(club, "r1", "one");
  putMember(club, ann);
  written(join(RoomId::trusted("r1"), ann));
  auto room = *read([&](Reader& reader) { return reader.room(RoomId::trusted("r1")); });
  room.archived_at = 5;
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.putRoom(room); }).ok());
  EXPECT_EQ(read([&](Reader& reader) { return reader.room(room.id); })->archived_at, 5);
  EXPECT_TRUE(read([&](Reader& reader) { return reader.rooms(ann, {false, club}); }).empty());
  EXPECT_EQ(read([&](Reader& reader) { return reader.rooms(ann, {true, club}); }).size(), 1u);
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.removeRoom(room.id); }).ok());
  EXPECT_FALSE(read([&](Reader& reader) { return reader.room(room.id); }).has_value());
  EXPECT_TRUE(read([&](Reader& reader) { return reader.rooms(ann, {true, club}); }).empty());
  EXPECT_TRUE(read([&](Reader& reader) { return reader.roomsOf(ann, 10); }).empty());
  EXPECT_EQ(read([&](Reader& reader) { return reader.members(room.id, UserId(), 10); }).size(), 1u);
}

TEST_P(GroupConformance, ARemovedRoomsTextsArePurgedStepByStep) {
  putRoomIn(GroupId(), room.text(), "lobby");
  for (int i = 0; i < 5; ++i) say("needle-" + std::to_string(i));
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.removeRoom(room); }).ok());
  std::vector<bool> more;
  do {
    bool left = false;
    ASSERT_TRUE(change([&](Transaction& rows) -> Result<void> {
                  left = TRY(rows.purgeRoom(room, 2));
                  return {};
                }).ok());
    more.push_back(left);
  } while (more.back());
  EXPECT_EQ(more, (std::vector<bool>{true, true, false}));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(under_test->keepsAnywhere("needle-" + std::to_string(i)));
}

TEST_P(GroupConformance, RequestsAreListedOldestFirstWhileTheyAreOpen) {
  ASSERT_TRUE(PeopleConformance::put(person("bob", "bob")).ok());
  ASSERT_TRUE(put(requestOf("q2", bob, 20)).ok());
  ASSERT_TRUE(put(requestOf("q1", ann, 10)).ok());
  auto open = read([&](Reader& reader) { return reader.openRequests(club, JoinRequestId(), 10); });
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].request.id.text(), "q1");
  EXPECT_EQ(open[1].display_name, "The bob");
  EXPECT_EQ(read([&](Reader& reader) {
              return reader.openRequests(club, JoinRequestId::trusted("q1"), 10);
            }).size(),
            1u);
  EXPECT_EQ(read([&](Reader& reader) { return reader.openRequest(club, bob); })->id.text(), "q2");
  EXPECT_EQ(read([&](Reader& reader) { return reader.openRequestCount(club); }), 2);

  auto decided = open[0].request;
  decided.state = JoinRequest::State::Rejected;
  decided.decided_at = 30;
  decided.decided_by = bob;
  decided.reason = "not now";
  ASSERT_TRUE(put(decided).ok());
  under_test->reopen();
  const auto kept = read([&](Reader& reader) { return reader.request(decided.id); });
  EXPECT_EQ(kept->state, JoinRequest::State::Rejected);
  EXPECT_EQ(kept->decided_at, 30);
  EXPECT_EQ(kept->decided_by, bob);
  EXPECT_EQ(kept->reason, "not now");
  EXPECT_EQ(read([&](Reader& reader) { return reader.openRequestCount(club); }), 1);
  EXPECT_FALSE(read([&](Reader& reader) { return reader.openRequest(club, ann); }).has_value());
  ASSERT_TRUE(put(requestOf("q3", ann, 40)).ok());
  EXPECT_EQ(read([&](Reader& reader) { return reader.openRequestsOf(ann, 10); }).size(), 1u);
}

TEST_P(GroupConformance, RequestOfAnotherGroupIsNoCursor) {
  ASSERT_TRUE(put(requestOf("q1", ann, 10)).ok());
  auto elsewhere = requestOf("q2", ann, 20);
  elsewhere.group = GroupId::trusted("other");
  ASSERT_TRUE(put(elsewhere).ok());
  const auto after = [&](const std::string& cursor) {
    return read([&](Reader& reader) {
      return reader.openRequests(elsewhere.group, JoinRequestId::trusted(cursor), 10);
    });
  };
  EXPECT_EQ(after("").size(), 1u);
  EXPECT_TRUE(after("q1").empty());
}

TEST_P(GroupConformance, OneRequestOfAPersonIsOpenAtMost) {
  ASSERT_TRUE(put(requestOf("q1", ann, 10)).ok());
  EXPECT_FALSE(put(requestOf("q2", ann, 20)).ok());
  EXPECT_EQ(read([&](Reader& reader) { return reader.openRequestCount(club); }), 1);
}

TEST_P(GroupConformance, TasksAreThereUntilRemovedAndComeWhenDue) {
  ASSERT_TRUE(change([&](Transaction& rows) -> Result<void> {
                TRY(rows.putTask({"b", "kind", R"({"n":1})", 10}));
                TRY(rows.putTask({"a", "kind", "{}", 20}));
                return rows.putTask({"c", "kind", "{}", 5});
              }).ok());
  under_test->reopen();
  const auto due = read([](Reader& reader) { return reader.tasksDue(10, 10); });
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].key, "c");
  EXPECT_EQ(due[1].data, R"({"n":1})");
  EXPECT_EQ(read([](Reader& reader) { return reader.tasksDue(100, 2); }).size(), 2u);
  ASSERT_TRUE(change([](Transaction& rows) { return rows.removeTask("b"); }).ok());
  EXPECT_FALSE(read([](Reader& reader) { return reader.task("b"); }).has_value());
  EXPECT_EQ(read([](Reader& reader) { return reader.task("a"); })->run_at, 20);
}

}  // namespace kith::store
