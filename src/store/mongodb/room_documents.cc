#include "store/mongodb/room_documents.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "store/mongodb/member_documents.h"
#include "store/mongodb/schema.h"

namespace kith::store::mongodb {
namespace {

bool comesAfter(const Room& room, const std::string& name, const RoomId& cursor) {
  return std::tie(room.name, room.id.text()) > std::tie(name, cursor.text());
}

Document inGroup(const GroupId& group) {
  Document which;
  which.text("grp", group.text()).flag("there", true);
  return which;
}

}  // namespace

RoomDocuments::Stored RoomDocuments::storedAt(const View& row) {
  Room room{RoomId::trusted(row.text("_id")),
            row.text("name"),
            row.text("topic"),
            UserId::trusted(row.text("created_by")),
            row.number("created_at"),
            GroupId::trusted(row.text("grp")),
            row.number("capacity"),
            row.number("archived_at"),
            row.text("folded")};
  return {std::move(room), row.flag("there")};
}

Result<std::optional<Room>> RoomDocuments::room(const RoomId& room) {
  Document which;
  which.text("_id", room.text());
  const auto row = TRY(session_.one(kRooms, which));
  if (!row || !View(*row).flag("there")) return std::optional<Room>();
  return std::optional<Room>(storedAt(View(*row)).room);
}

Result<std::optional<RoomMember>> RoomDocuments::member(const RoomId& room, const UserId& user) {
  Document which;
  which.text("_id", memberId(room.text(), user));
  const auto row = TRY(session_.one(kRoomMembers, which));
  if (!row) return std::optional<RoomMember>();
  return std::optional<RoomMember>(memberAt<RoomMember>(View(*row), room));
}

Result<std::vector<RoomRow>> RoomDocuments::rooms(const UserId& asker, const RoomQuery& asked) {
  std::vector<RoomRow> rows;
  if (asked.limit == 0) return rows;
  std::string after_name;  // empty: before all, since a name has a character
  if (!asked.cursor.empty()) {
    auto at = TRY(nameAtCursor(asker, asked));
    if (!at) return rows;
    after_name = std::move(*at);
  }
  auto found =
      asked.joined_only ? TRY(joinedAsked(asker, asked, after_name)) : TRY(listed(asked, after_name));
  rows.reserve(found.size());
  for (auto& room : found) rows.push_back(TRY(completed(asker, std::move(room))));
  return rows;
}

Result<std::vector<Room>> RoomDocuments::joinedAsked(const UserId& asker, const RoomQuery& asked,
                                                     const std::string& after_name) {
  auto all = TRY(joined(asker));
  std::erase_if(all, [&](const Room& room) {
    return (!asked.group.empty() && room.group != asked.group) ||
           room.folded_name.find(asked.folded_text) == std::string::npos ||
           !comesAfter(room, after_name, asked.cursor);
  });
  auto open = TRY(openTo(asker, std::move(all)));
  std::sort(open.begin(), open.end(), [](const Room& a, const Room& b) {
    return std::tie(a.name, a.id.text()) < std::tie(b.name, b.id.text());
  });
  if (open.size() > asked.limit) open.resize(asked.limit);
  return open;
}

// What is typed is looked for here: no index knows it, and no query asks for more than an index does.
// First those of the cursor's own name, then those of later names: each a range of the index.
Result<std::vector<Room>> RoomDocuments::listed(const RoomQuery& asked, const std::string& after_name) {
  std::vector<Room> found;
  if (!asked.cursor.empty()) {
    auto same_name = inGroup(asked.group);
    same_name.text("name", after_name).above("_id", asked.cursor.text());
    TRY(listSome(same_name, inOrder({"_id"}), asked, found));
  }
  if (found.size() >= asked.limit) return found;
  auto later = inGroup(asked.group);
  later.above("name", after_name);
  TRY(listSome(later, inOrder({"name", "_id"}), asked, found));
  return found;
}

Result<void> RoomDocuments::listSome(const Document& which, const FindOptions& how, const RoomQuery& asked,
                                     std::vector<Room>& out) {
  auto rows = session_.find(kRooms, which, how);
  while (out.size() < asked.limit && TRY(rows.next())) {
    auto room = storedAt(rows.row()).room;
    if (room.archived_at == 0 && room.folded_name.find(asked.folded_text) != std::string::npos)
      out.push_back(std::move(room));
  }
  return {};
}

// Only where the list could have shown it, or what follows would tell of a name that he may not know. It may
// be deleted, archived or left since: the list goes on all the same.
Result<std::optional<std::string>> RoomDocuments::nameAtCursor(const UserId& asker, const RoomQuery& asked) {
  Document which;
  which.text("_id", asked.cursor.text());
  const auto row = TRY(session_.one(kRooms, which));
  if (!row) return std::optional<std::string>();
  auto [room, there] = storedAt(View(*row));
  if (!asked.joined_only && room.group != asked.group) return std::optional<std::string>();
  if (asked.joined_only) {
    if (!asked.group.empty() && room.group != asked.group) return std::optional<std::string>();
    if (!TRY(member(room.id, asker))) return std::optional<std::string>();
    if (there && !room.group.empty()) {
      Document his;
      his.text("_id", memberId(room.group.text(), asker));
      const auto in_group = TRY(session_.one(kGroupMembers, his));
      if (!in_group || View(*in_group).text("state") != stateName(MemberState::Member))
        return std::optional<std::string>();
    }
  }
  return std::optional<std::string>(std::move(room.name));
}

Result<std::vector<Room>> RoomDocuments::joined(const UserId& user) {
  const auto ids = TRY(placesOf(session_, kRoomMembers, "room", user));
  std::vector<Room> rooms;
  TRY(eachOf(session_, kRooms, ids, [&](const View& row) {
    auto stored = storedAt(row);
    if (stored.there) rooms.push_back(std::move(stored.room));
  }));
  return rooms;
}

Result<std::vector<Room>> RoomDocuments::openTo(const UserId& user, std::vector<Room> rooms) {
  std::vector<std::string> groups;
  std::vector<std::string> rows;
  for (const auto& room : rooms) {
    if (room.group.empty()) continue;
    groups.push_back(room.group.text());
    rows.push_back(memberId(room.group.text(), user));
  }
  std::unordered_set<std::string> in;
  TRY(eachOf(session_, kGroupMembers, rows, [&](const View& row) {
    if (row.text("state") == stateName(MemberState::Member)) in.insert(row.text("grp"));
  }));
  TRY(eachOf(session_, kGroups, groups, [&](const View& row) {
    if (!row.flag("there")) in.erase(row.text("_id"));
  }));
  std::erase_if(
      rooms, [&](const Room& room) { return !room.group.empty() && in.find(room.group.text()) == in.end(); });
  return rooms;
}

Result<std::optional<RoomRow>> RoomDocuments::roomRow(const UserId& asker, const RoomId& room) {
  auto found = TRY(this->room(room));
  if (!found) return std::optional<RoomRow>();
  return std::optional<RoomRow>(TRY(completed(asker, std::move(*found))));
}

Result<RoomRow> RoomDocuments::completed(const UserId& asker, Room room) {
  RoomRow row;
  const auto scope = Scope::of(room.id);
  const auto head = TRY(log_.head(scope));
  row.members = head.members;
  row.head = head.position.offset;
  if (head.messages > 0) {
    Document messages;
    messages.text("s", scope.name()).flag("msg", true);
    messages.between("o", 1, static_cast<std::int64_t>(row.head));
    if (const auto last = TRY(session_.one(kEntries, messages, inReverse({"o"}))))
      row.last_message_at = View(*last).number("at");
  }
  auto mine = TRY(member(room.id, asker));
  if (mine && mine->state == MemberState::Member) row.mine = std::move(mine);
  row.room = std::move(room);
  return row;
}

Result<std::vector<RoomId>> RoomDocuments::roomsOf(const UserId& user, std::size_t limit) {
  const auto rooms = TRY(joined(user));
  std::vector<std::pair<WallMs, RoomId>> active;
  active.reserve(rooms.size());
  for (const auto& room : rooms) active.emplace_back(-TRY(log_.head(Scope::of(room.id))).at, room.id);
  std::sort(active.begin(), active.end());
  if (active.size() > limit) active.resize(limit);
  std::vector<RoomId> found;
  found.reserve(active.size());
  for (auto& [at, id] : active) found.push_back(std::move(id));
  return found;
}

Result<std::size_t> RoomDocuments::countOf(const UserId& user, std::size_t limit) {
  return std::min(limit, TRY(joined(user)).size());
}

Result<bool> RoomDocuments::share(const UserId& one, const UserId& other) {
  const auto his = TRY(placesOf(session_, kRoomMembers, "room", one));
  std::vector<std::string> others;
  others.reserve(his.size());
  for (const auto& room : his) others.push_back(memberId(room, other));
  std::vector<std::string> both;
  TRY(eachOf(session_, kRoomMembers, others, [&](const View& row) {
    if (row.text("state") == stateName(MemberState::Member)) both.push_back(row.text("room"));
  }));
  bool shared = false;
  TRY(eachOf(session_, kRooms, both,
             [&](const View& row) { shared = shared || (row.flag("there") && row.text("grp").empty()); }));
  return shared;
}

Result<std::vector<RoomId>> RoomDocuments::roomsIn(const GroupId& group, const UserId& member,
                                                   std::size_t limit) {
  std::vector<RoomId> found;
  for (auto& room : TRY(joined(member))) {
    if (room.group == group) found.push_back(room.id);
  }
  std::sort(found.begin(), found.end());
  if (found.size() > limit) found.resize(limit);
  return found;
}

Result<std::vector<RoomId>> RoomDocuments::roomsOfGroup(const GroupId& group, std::size_t limit) {
  std::vector<RoomId> found;
  if (limit == 0) return found;
  auto rows = session_.find(kRooms, inGroup(group), inOrder({"name", "_id"}, limit));
  while (TRY(rows.next())) found.push_back(RoomId::trusted(rows.row().text("_id")));
  return found;
}

Result<std::int64_t> RoomDocuments::roomCount(const GroupId& group) {
  std::int64_t count = 0;
  auto rows = session_.find(kRooms, inGroup(group));
  while (TRY(rows.next())) ++count;
  return count;
}

Result<std::vector<MemberRow>> RoomDocuments::members(const RoomId& room, const UserId& cursor,
                                                      std::size_t limit) {
  std::vector<MemberRow> found;
  if (limit == 0) return found;
  Document which;
  which.text("room", room.text()).text("state", stateName(MemberState::Member)).above("user", cursor.text());
  std::vector<UserId> users;
  auto rows = session_.find(kRoomMembers, which, inOrder({"user"}, limit));
  while (TRY(rows.next())) {
    found.push_back({memberAt<RoomMember>(rows.row(), room), {}});
    users.push_back(found.back().member.user);
  }
  auto names = TRY(displayNames(session_, users));
  for (std::size_t i = 0; i < found.size(); ++i) found[i].display_name = std::move(names[i]);
  return found;
}

Result<void> RoomDocuments::put(const Room& room) {
  Document fields;
  fields.text("name", room.name)
      .text("topic", room.topic)
      .text("created_by", room.created_by.text())
      .number("created_at", room.created_at)
      .text("grp", room.group.text())
      .number("capacity", room.capacity)
      .number("archived_at", room.archived_at)
      .text("folded", room.folded_name);
  Document at_first;
  at_first.flag("there", true);
  Document change;
  change.document("$set", fields).document("$setOnInsert", at_first);
  return session_.update(kRooms, room.id.text(), change, true);
}

Result<void> RoomDocuments::remove(const RoomId& room, WallMs at) {
  Document fields;
  fields.flag("there", false).number("deleted_at", at);
  Document change;
  change.document("$set", fields);
  return session_.update(kRooms, room.text(), change);
}

Result<void> RoomDocuments::put(const RoomMember& member) {
  return session_.put(kRoomMembers, memberId(member.room.text(), member.user),
                      memberRow("room", member.room.text(), member));
}

}  // namespace kith::store::mongodb
