#include "store/mongodb/schema.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kith::store::mongodb {
namespace {

constexpr std::int64_t kVersion = 1;

struct Index {
  const char* collection;
  const char* name;
  std::vector<const char*> fields;
  bool unique = false;
  Document only{};  // of which rows; empty: all
};

Document onlyIf(const char* field) {
  Document only;
  only.flag(field, true);
  return only;
}

// A comparison and not `$exists`: that a query with a value in it is answered by the index, every planner
// sees.
Document onlyWith(const char* field) {
  Document only;
  only.above(field, std::string_view());
  return only;
}

Document onlyPending() {
  Document only;
  only.text("state", "pending");
  return only;
}

// Everything is found by an index: equalities that lead it, then a range.
std::vector<Index> indexes() {
  std::vector<Index> all;
  all.push_back({kEntries, kOffsetIndex, {"s", "o"}, true});
  all.push_back({kEntries, kNonceIndex, {"s", "by", "nonce"}, true, onlyWith("nonce")});
  all.push_back({kEntries, "messages", {"s", "msg", "o"}, false, onlyIf("msg")});
  all.push_back({kEntries, "texts", {"s", "live", "o"}, false, onlyIf("live")});
  all.push_back({kMessageEdits, "of_message", {"s", "seq", "number"}, true});
  all.push_back({kRooms, "of_group", {"grp", "there", "name", "_id"}});
  all.push_back({kRoomMembers, "of_user", {"user", "state"}});
  all.push_back({kRoomMembers, "of_room", {"room", "state", "user"}});
  all.push_back({kGroups, "slug", {"slug"}, true, onlyIf("there")});
  all.push_back({kGroups, "by_name", {"there", "name", "_id"}});
  all.push_back({kGroupMembers, "of_user", {"user", "state"}});
  all.push_back({kGroupMembers, "of_group", {"grp", "state", "user"}});
  all.push_back({kJoinRequests, "one_pending", {"grp", "user"}, true, onlyPending()});
  all.push_back({kJoinRequests, "of_group", {"grp", "state", "created_at", "_id"}});
  all.push_back({kJoinRequests, "of_user", {"user", "state", "_id"}});
  all.push_back({kTasks, "due", {"run_at", "_id"}});
  all.push_back({kUsers, "external", {"external_id", "issuer"}, true, onlyWith("issuer")});
  all.push_back({kUsers, "site_role", {"site_role"}});
  all.push_back({kSessions, "of_user", {"user", "created_at", "_id"}});
  all.push_back({kSessions, "ended", {"ends_at", "_id"}});
  return all;
}

Document asked(const Index& index) {
  Document key;
  for (const char* field : index.fields) key.number(field, std::int64_t{1});
  Document made;
  made.document("key", key).text("name", index.name);
  if (index.unique) made.flag("unique", true);
  if (!bson_empty(&index.only.bson())) made.document("partialFilterExpression", index.only);
  return made;
}

Expected<void, Error> makeIndexes(Session& session) {
  std::map<std::string, std::vector<Document>> by_collection;
  for (const auto& index : indexes()) by_collection[index.collection].push_back(asked(index));
  for (const auto& [collection, made] : by_collection) {
    Document command;
    command.text("createIndexes", collection).documents("indexes", made);
    if (!session.command(command))
      return Error{"An index of " + session.database() + "." + collection +
                   " cannot be made: " + session.failureText() + "."};
  }
  return {};
}

Identity identityOf(const View& row) {
  return {row.number("generation"), row.bytes("epoch"), row.bytes("scope_secret")};
}

// In a transaction, so that a server without them is found now and not at the first write.
Result<std::optional<Document>> readMeta(Session& session) {
  Document which;
  which.text("_id", kMetaRow);
  TRY(session.begin());
  auto row = session.one(kMeta, which);
  if (row) TRY(session.commit());
  return row;
}

void makeMeta(Session& session) {
  const auto identity = Identity::made();
  std::vector<Document> rows(1);
  rows.front()
      .text("_id", kMetaRow)
      .number("schema", kVersion)
      .number("generation", identity.generation)
      .bytes("epoch", identity.epoch)
      .bytes("scope_secret", identity.scope_secret);
  // Another node may have been faster: its identity is read then.
  (void)session.insert(kMeta, rows);
}

}  // namespace

Expected<Identity, Error> prepare(Server& server) {
  auto session = server.patientSession();
  if (!session) return Error{session.error().detail};
  TRY(makeIndexes(**session));
  auto meta = readMeta(**session);
  if (meta && !*meta) {
    makeMeta(**session);
    meta = readMeta(**session);
  }
  if (!meta || !*meta)
    return Error{"The database " + server.database() + " of MongoDB at " + server.hosts() +
                 " cannot be used: " + (*session)->failureText() + "."};
  const View row(**meta);
  if (row.number("schema") > kVersion)
    return Error{"The database " + server.database() + " has schema " + std::to_string(row.number("schema")) +
                 ", but this kith knows only " + std::to_string(kVersion) +
                 ". Start the newer kith that wrote it."};
  return identityOf(row);
}

}  // namespace kith::store::mongodb
