#include <mutex>
#include <set>
#include <tuple>

#include "store/mongodb/mongo_test_fixture.h"

// Every query is answered by an index.
namespace kith::store {
namespace {

class MongoQueriesTest : public MongoTest {
 protected:
  using Query = std::tuple<std::string, std::string, std::string>;  // collection, filter, sort

  std::unique_ptr<MongoStore> watched() {
    auto given = options();
    given.on_query = [this](const std::string& collection, const std::string& filter,
                            const std::string& sort) {
      const std::lock_guard lock(mutex_);
      queries_.insert({collection, filter, sort});
    };
    return open(std::move(given));
  }
  std::set<Query> queries() {
    const std::lock_guard lock(mutex_);
    return queries_;
  }

  /// How the server says that it would answer, as JSON.
  std::string plan(const Query& query) {
    const auto& [collection, filter, sort] = query;
    const auto json = R"({"explain": {"find": ")" + collection + R"(", "filter": )" + filter +
                      R"(, "sort": )" + sort + R"(}, "verbosity": "queryPlanner"})";
    bson_error_t error;
    bson_t* command = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json.data()),
                                         static_cast<ssize_t>(json.size()), &error);
    if (command == nullptr) return error.message;
    bson_t reply;
    std::string plan;
    if (mongoc_client_command_simple(database->client(), database->name().c_str(), command, nullptr, &reply,
                                     &error)) {
      char* text = bson_as_relaxed_extended_json(&reply, nullptr);
      plan = text;
      bson_free(text);
    } else {
      plan = error.message;
    }
    bson_destroy(&reply);
    bson_destroy(command);
    return plan;
  }

 private:
  std::mutex mutex_;
  std::set<Query> queries_;
};

Result<void> askEverything(Reader& reader, const RoomId& room, const UserId& ann, const UserId& bob) {
  const auto club = GroupId::trusted("club");
  const auto scope = Scope::of(room);
  TRY(reader.head(scope));
  TRY(reader.entries(scope, 0, 100, {}));
  TRY(reader.haveEntries({{scope, 1}, {scope, 2}}));
  TRY(reader.entryOfNonce(scope, ann, "n1"));
  TRY(reader.member(room, ann));
  for (const auto& cursor : {RoomId(), room}) {
    TRY(reader.rooms(ann, {false, {}, "lob", cursor, 10}));
    TRY(reader.rooms(ann, {true, {}, {}, cursor, 10}));
  }
  TRY(reader.rooms(ann, {true, club, {}, RoomId::trusted("inside"), 10}));
  TRY(reader.rooms(ann, {false, club, {}, RoomId::trusted("inside"), 10}));
  TRY(reader.roomRow(ann, room));
  TRY(reader.roomsOf(ann, 10));
  TRY(reader.placeCount(ann, 10));
  TRY(reader.roomsIn(club, ann, 10));
  TRY(reader.roomsOfGroup(club, 10));
  TRY(reader.roomCount(club));
  TRY(reader.members(room, ann, 10));
  TRY(reader.group(club));
  for (const bool joined : {false, true}) {
    TRY(reader.groups(ann, {joined, "c", {}, 10}));
    TRY(reader.groups(ann, {joined, {}, club, 10}));
  }
  TRY(reader.groupRow(ann, club));
  TRY(reader.groupsOf(ann, 10));
  TRY(reader.sharePlace(ann, bob));
  TRY(reader.groupMembers(club, UserId(), 10));
  TRY(reader.request(JoinRequestId::trusted("q1")));
  TRY(reader.openRequest(club, bob));
  TRY(reader.openRequests(club, JoinRequestId(), 10));
  TRY(reader.openRequests(club, JoinRequestId::trusted("q1"), 10));
  TRY(reader.openRequestCount(club));
  TRY(reader.openRequestsOf(bob, 10));
  TRY(reader.task("t"));
  TRY(reader.tasksDue(10, 10));
  TRY(reader.message(room, 1));
  using From = PageQuery::From;
  for (const auto from : {From::Newest, From::Before, From::After, From::Around})
    TRY(reader.page(room, {from, 1, 10}));
  TRY(reader.edits(room, 1));
  TRY(reader.users({ann, bob}));
  TRY(reader.userByHandle("ann"));
  TRY(reader.hasAdmin());
  TRY(reader.session(SessionId::trusted("s1")));
  TRY(reader.sessionsOf(ann));
  TRY(reader.secret("key"));
  return {};
}

Result<void> changeEverything(Transaction& rows, const RoomId& room, const UserId& ann, const UserId& bob) {
  Group group;
  const auto club = GroupId::trusted("club");
  group.id = club;
  group.slug = "club";
  group.name = group.folded_name = "club";
  TRY(rows.putGroup(group));
  Room inside{RoomId::trusted("inside"), "inside", "", ann, 1};
  inside.group = club;
  TRY(rows.putRoom(inside));
  Room lobby{room, "lobby", "", ann, 1};
  lobby.folded_name = "lobby";
  TRY(rows.putRoom(lobby));
  for (const auto& user : {ann, bob}) {
    TRY(rows.putMember(RoomMember{room, user}));
    TRY(rows.putMember(RoomMember{inside.id, user}));
    TRY(rows.putMember(GroupMember{club, user}));
    User person;
    person.id = user;
    person.handle = user.text();
    person.display_name = user.text();
    person.issuer = "https://host.example";
    person.external_id = user.text();
    TRY(rows.putUser(person));
  }
  TRY(rows.groupMember(club, ann));
  TRY(rows.putRequest({JoinRequestId::trusted("q1"), club, bob, JoinRequest::State::Pending, 5}));
  TRY(rows.putTask({"t", "kind", "{}", 5}));
  TRY(rows.removeTask("t"));
  TRY(rows.putSession({SessionId::trusted("s1"), ann, "hash", "Firefox", 1, 2, 0}));
  TRY(rows.removeSessionsBefore(10, 10));
  TRY(rows.putSecret("key", "value"));
  TRY(rows.removeSecret("key"));
  TRY(rows.editMessage(room, 1, "edited"));
  for (int i = 0; i < 101; ++i) TRY(rows.editMessage(room, 2, "edited " + std::to_string(i)));
  TRY(rows.deleteMessage(room, 1, bob, "spam"));
  TRY(rows.purgeRoom(room, 1));
  TRY(rows.removeRoom(inside.id));
  return {};
}

TEST_F(MongoQueriesTest, EveryQueryIsAnsweredByAnIndex) {
  const auto store = watched();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(submit(*store, message("hello", "n" + std::to_string(i))).get().ok());
  const auto changed = submit(*store, change({scope}, [&](Transaction& rows) -> Result<Drafts> {
                         TRY(changeEverything(rows, room, ann, bob));
                         auto all = drafts(scope, EntryType::MessageEdited);
                         all.back().draft.ref_seq = 3;
                         return all;
                       })).get();
  ASSERT_TRUE(changed.ok()) << changed.error().message() << changed.error().detail;
  const auto asked =
      store->read([&](Reader& reader) -> Result<void> { return askEverything(reader, room, ann, bob); });
  ASSERT_TRUE(asked.ok()) << asked.error().detail;

  const auto all = queries();
  EXPECT_GT(all.size(), 50u);
  for (const auto& query : all) {
    if (std::get<0>(query) == "nodes") continue;  // all of it is wanted: as many rows as there are nodes
    const auto found = plan(query);
    const bool by_index = found.find("IXSCAN") != std::string::npos ||
                          found.find("IDHACK") != std::string::npos ||
                          found.find("EXPRESS") != std::string::npos;
    EXPECT_TRUE(by_index && found.find("COLLSCAN") == std::string::npos)
        << std::get<0>(query) << " " << std::get<1>(query) << " sorted " << std::get<2>(query) << ":\n"
        << found;
  }
}

}  // namespace
}  // namespace kith::store
