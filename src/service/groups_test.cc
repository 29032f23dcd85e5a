#include "service/groups.h"

#include <future>

#include "service/page_cut.h"
#include "service/places_test_fixture.h"

namespace kith {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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
  /// Commits what somebody else does meanwhile, and nothing that would follow it.
  void commit(std::vector<Scope> scopes, store::TransactionRun run) {
    std::promise<bool> committed;
    real->submit({std::move(scopes),
                  UserId::trusted("ann"),
                  {},
                  {},
                  0,
                  std::move(run),
                  [&](Result<store::Committed> result) { committed.set_value(result.ok()); }});
    EXPECT_TRUE(committed.get_future().get());
  }
  LoggedEntry lastOf(const Scope& scope) {
    return read([&](store::Reader& reader) { return reader.entries(scope, 0, 1'000, {}); }).back();
  }
};

// The second was answered as if it had been the first: a member of a group he was not in.
TEST_F(GroupsTest, OneNonceDoesNotJoinTwoGroups) {
  for (const std::string mode : {"open", "approval"}) {
    const auto one = groupOf("ann", mode);
    const auto other = groupOf("ann", mode);
    done("bob", "group.join", object({{"group", one}, {"nonce", mode}}));
    const auto fault = refused("bob", "group.join", object({{"group", other}, {"nonce", mode}}));
    EXPECT_EQ(fault.code, FaultCode::NonceConflict);
    EXPECT_THAT(done("bob", "group.join", object({{"group", one}, {"nonce", mode}})),
                HasSubstr(R"("duplicate":true)"));
  }
}

TEST_F(GroupsTest, RepeatOfAJoinTellsWhatItDidThoughTheGroupIsJoinedOtherwiseNow) {
  const auto opened = groupOf("ann", "approval");
  const auto ask = object({{"group", opened}, {"nonce", "ask"}});
  EXPECT_THAT(done("bob", "group.join", ask), HasSubstr(R"("state":"pending")"));
  done("ann", "group.update", object({{"group", opened}, {"join_mode", "open"}}));
  EXPECT_THAT(done("bob", "group.join", ask), HasSubstr(R"({"state":"pending","request":{"id":")"));

  const auto closed = groupOf("ann");
  const auto join = object({{"group", closed}, {"nonce", "join"}});
  EXPECT_THAT(done("bob", "group.join", join), HasSubstr(R"("joined":true)"));
  done("ann", "group.update", object({{"group", closed}, {"join_mode", "approval"}}));
  done("ann", "group.kick", object({{"group", closed}, {"user", "bob"}}));
  const auto repeat = done("bob", "group.join", join);
  EXPECT_THAT(repeat, HasSubstr(R"({"group":{"id":")" + closed));
  EXPECT_THAT(repeat, HasSubstr(R"("joined":false)"));
  EXPECT_THAT(repeat, HasSubstr(R"("duplicate":true)"));
}

// A list of groups with long descriptions was larger than a client's queue.
TEST_F(GroupsTest, ListOfGroupsIsCutWhereItsBytesEnd) {
  std::string description;
  while (description.size() < 4'000) description += "\xF0\x9F\x8C\xB3";
  std::vector<std::string> made;
  for (int i = 0; i < 80; ++i) {
    const auto name = std::to_string(100 + i);
    made.push_back(
        addedGroupOf(done("ann", "group.create", object({{"name", name}, {"description", description}})))
            .first.text());
  }
  std::vector<std::string> seen;
  std::string cursor;
  for (;;) {
    const auto page = done("bob", "group.list",
                           R"({"limit":200)" + (cursor.empty() ? "" : R"(,"cursor":")" + cursor + '"') + "}");
    EXPECT_LE(page.size(), kPageBytesMax + 1'000);
    for (const auto& id : made) {
      if (page.find(R"({"id":")" + id) != std::string::npos) seen.push_back(id);
    }
    const auto next = page.find(R"("next":")");
    if (next == std::string::npos) break;
    cursor = page.substr(next + 8, page.find('"', next + 8) - next - 8);
    EXPECT_EQ(cursor, seen.back());
  }
  EXPECT_EQ(seen, made);
}

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

TEST_F(GroupsTest, ApprovalThatTheApplicantsPlacesForbidSpeaksOfTheApplicant) {
  const auto group = groupOf("ann", "approval");
  const auto asked = done("bob", "group.join", object({{"group", group}}));
  groupOf("bob");  // two places: the group and its main room
  CommunityGroupService narrow{{log, publish, online, typing, tasks, "key", GroupLimits{2, 20, 50}}};
  const auto approved = wait<RequestWritten>([&](auto reply) {
    narrow.approveJoinRequest(caller("ann", Right::DecideRequests),
                              {GroupId::trusted(group), requestOfJson(asked), {}, {}}, std::move(reply));
  });
  ASSERT_FALSE(approved);
  EXPECT_EQ(approved.error().code, FaultCode::LimitExceeded);
  EXPECT_THAT(approved.error().detail, HasSubstr("the applicant is in"));
  EXPECT_THAT(approved.error().detail, Not(HasSubstr("you")));
}

// They could be read and written until the task had come to them.
TEST_F(GroupsTest, RoomsAreGoneWithTheirGroupBeforeTheTaskComesToThem) {
  const auto [group, room] = groupWithDefaultRoom();
  commit({Scope::of(GroupId::trusted(group))},
         [id = GroupId::trusted(group)](store::Transaction& now) -> Result<store::Drafts> {
           TRY(now.removeGroup(id));
           return store::Drafts{};
         });
  const auto in_room = object({{"room", room}});
  for (const std::string who : {"bob", "ann", "root"}) {
    for (const char* method : {"chat.history", "room.get", "room.join", "room.leave", "room.members",
                               "room.archive", "presence.room", "presence.count"}) {
      EXPECT_EQ(refused(who, method, in_room).code, FaultCode::NotFound) << who << ' ' << method;
    }
    const auto send = object({{"room", room}, {"text", "hello"}, {"nonce", "sent"}});
    EXPECT_EQ(refused(who, "chat.send", send).code, FaultCode::NotFound) << who;
    EXPECT_THAT(done(who, "room.list", R"({"joined":true})"), Not(HasSubstr(room)));
  }
  EXPECT_EQ(refused("root", "presence.cleanup", in_room).code, FaultCode::NotFound);
}

// Its id stayed in the setting, and no other could be sent beside it: there was no such room.
TEST_F(GroupsTest, DefaultRoomThatIsDeletedIsNoDefaultRoomAnyMore) {
  const auto [group, room] = groupWithDefaultRoom();
  const auto other = roomIn(group, "ann", "Barn");
  done("ann", "group.update",
       R"({"group":")" + group + R"(","default_rooms":[")" + room + R"(",")" + other + R"("]})");
  done("ann", "room.delete", object({{"room", room}}));

  const auto left = R"("default_rooms":[")" + other + R"("])";
  EXPECT_THAT(done("ann", "group.get", object({{"group", group}})), HasSubstr(left));
  const auto told = lastOf(Scope::of(GroupId::trusted(group))).entry;
  EXPECT_EQ(told.type, EntryType::GroupUpdated);
  EXPECT_EQ(told.data, R"({"changes":{)" + left + "}}");
}

TEST_F(GroupsTest, NothingFollowsTheEndOfAGroupThatIsDeletedWhileSomebodyLeavesIt) {
  const auto group = groupOf("ann");
  done("bob", "group.join", object({{"group", group}}));
  store.afterRead(1, [&] {
    groups.deleteGroup(caller("ann", Right::DeleteGroup), GroupId::trusted(group), "", [](auto) {});
    const auto there = [&](store::Reader& reader) { return reader.group(GroupId::trusted(group)); };
    while (read(there)) std::this_thread::yield();
  });
  EXPECT_EQ(done("bob", "group.leave", object({{"group", group}})), R"({"changed":false})");
  EXPECT_EQ(lastOf(Scope::of(GroupId::trusted(group))).entry.type, EntryType::GroupDeleted);
  EXPECT_EQ(lastOf(Scope::of(RoomId::trusted(group))).entry.type, EntryType::RoomDeleted);
}

TEST_F(GroupsTest, NothingFollowsTheEndOfARoomThatIsDeletedWhileSomebodyLeavesTheGroup) {
  const auto [group, id] = groupWithDefaultRoom();
  const auto room = RoomId::trusted(id);
  store.afterRead(1, [&] {
    commit({Scope::of(room)}, [room](store::Transaction& now) -> Result<store::Drafts> {
      const auto row = TRY(now.room(room));
      auto draft = TRY(endRoomNow(now, *row, UserId::trusted("ann")));
      return store::Drafts{std::move(draft)};
    });
  });
  done("bob", "group.leave", object({{"group", group}}));
  EXPECT_FALSE(isInGroup(group, "bob"));
  EXPECT_EQ(lastOf(Scope::of(room)).entry.type, EntryType::RoomDeleted);
}

// The last step was refused for ever: what he did in between had bound the nonce.
TEST_F(GroupsTest, LeaveIsDoneThoughItsNonceIsUsedMeanwhile) {
  const auto group = groupOf("ann");
  done("root", "group.join", object({{"group", group}}));
  store.afterRead(1, [&] {
    std::promise<void> updated;
    UpdateGroup request;
    request.group = GroupId::trusted(group);
    request.description = "Ours";
    request.nonce = "once";
    groups.updateGroup(caller("root", Right::UpdateGroup), request, [&](Result<GroupWritten> written) {
      EXPECT_TRUE(written);
      updated.set_value();
    });
    updated.get_future().get();
  });
  EXPECT_EQ(done("root", "group.leave", object({{"group", group}, {"nonce", "once"}})),
            R"({"accepted":true})");
  EXPECT_FALSE(isInGroup(group, "root"));
}

TEST_F(GroupsTest, RepeatIsAnsweredThoughTheGroupIsGone) {
  const auto create = object({{"name", "Club"}, {"join_mode", "approval"}, {"nonce", "made"}});
  const auto group = addedGroupOf(done("ann", "group.create", create)).first.text();
  const auto update = object({{"group", group}, {"description", "Ours"}, {"nonce", "changed"}});
  done("ann", "group.update", update);
  const auto join = object({{"group", group}, {"nonce", "join"}});
  const auto decision = [&](const std::string& who) {
    const auto request = requestOfJson(done(who, "group.join", join)).text();
    return object({{"group", group}, {"request", request}, {"nonce", "for-" + who}});
  };
  const auto approve = decision("bob");
  const auto reject = decision("cid");
  done("ann", "group.approve", approve);
  done("ann", "group.reject", reject);
  done("ann", "group.update", object({{"group", group}, {"join_mode", "open"}}));
  done("dan", "group.join", join);
  done("ann", "group.delete", object({{"group", group}}));

  const auto id_alone = StartsWith(R"({"group":{"id":")" + group + R"("},)");
  const auto repeated = HasSubstr(R"("duplicate":true)");
  EXPECT_THAT(done("ann", "group.create", create), AllOf(id_alone, repeated));
  EXPECT_THAT(done("ann", "group.update", update), AllOf(id_alone, repeated));
  EXPECT_THAT(done("dan", "group.join", join), AllOf(id_alone, repeated));
  EXPECT_THAT(done("cid", "group.join", join), repeated);
  EXPECT_THAT(done("ann", "group.approve", approve), repeated);
  EXPECT_THAT(done("ann", "group.reject", reject), repeated);
}

TEST_F(GroupsTest, RepeatedApprovalIsAnsweredThoughTheRightIsGone) {
  const auto group = groupOf("ann", "approval");
  const auto request = requestOfJson(done("bob", "group.join", object({{"group", group}}))).text();
  const auto approve = [&](SiteRole role, const std::string& of) {
    auto by = caller("root", Right::DecideRequests);
    by.site_role = role;
    return wait<RequestWritten>([&](auto reply) {
      groups.approveJoinRequest(by, {GroupId::trusted(group), JoinRequestId::trusted(of), {}, "in"},
                                std::move(reply));
    });
  };
  ASSERT_TRUE(approve(SiteRole::Admin, request));
  const auto again = approve(SiteRole::Member, request);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->written.duplicate);
  // Of a request that is not there, he learns no more than of one that is.
  EXPECT_EQ(approve(SiteRole::Member, "none").error().code, FaultCode::NotMember);
}

// They were counted as nothing, so that what waits for a commit could be far more than the limits say.
TEST_F(GroupsTest, TextsThatWaitToBeWrittenAreCounted) {
  const std::string text(200, 'x');
  const auto group = groupOf("ann", "approval");
  const auto room = roomIn(group, "ann");
  const auto asked = [&](const std::string& who) {
    return requestOfJson(done(who, "group.join", object({{"group", group}}))).text();
  };
  const auto bobs = asked("bob");
  done("ann", "group.approve", object({{"group", group}, {"request", bobs}}));
  done("bob", "room.join", object({{"room", room}}));
  const auto cids = asked("cid");
  const std::vector<std::pair<const char*, std::string>> writes{
      {"group.create", object({{"name", "Den"}, {"description", text}})},
      {"group.update", object({{"group", group}, {"description", text}})},
      {"room.create", object({{"name", "Den"}, {"topic", text}})},
      {"room.update", object({{"room", room}, {"topic", text}})},
      {"room.kick", object({{"room", room}, {"user", "bob"}, {"reason", text}})},
      {"group.kick", object({{"group", group}, {"user", "bob"}, {"reason", text}})},
      {"group.reject", object({{"group", group}, {"request", cids}, {"reason", text}})}};
  for (const auto& [method, request] : writes) {
    const auto before = store.bytes();
    done("ann", method, request);
    EXPECT_GE(store.bytes() - before, text.size()) << method;
  }
}

}  // namespace
}  // namespace kith
