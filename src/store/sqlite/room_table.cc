#include "store/sqlite/room_table.h"

#include <utility>

#include "store/sqlite/member_columns.h"

namespace kith::store::sqlite {
namespace {

#define KITH_ROOM_COLUMNS \
  "r.id, r.name, r.topic, r.created_by, r.created_at, r.grp, r.capacity, r.archived_at, r.folded"
// Of a member's row (m) and its room (r): he sees it, being a member of its group too if it has one.
#define KITH_OPEN_TO_HIM                                                                              \
  "(r.grp = '' OR EXISTS (SELECT 1 FROM group_members g WHERE g.grp = r.grp AND g.user = m.user AND " \
  "g.state = 'member'))"
// Of a room (r): it is not of a group that is gone, and to be ended with it.
#define KITH_NOT_OF_A_GONE_GROUP \
  "NOT EXISTS (SELECT 1 FROM groups c WHERE c.id = r.grp AND c.deleted_at != 0)"

Room roomAt(const Query& row) {
  return {RoomId::trusted(row.textAt(0)),
          row.textAt(1),
          row.textAt(2),
          UserId::trusted(row.textAt(3)),
          row.numberAt(4),
          GroupId::trusted(row.textAt(5)),
          row.numberAt(6),
          row.numberAt(7),
          row.textAt(8)};
}

}  // namespace

Result<std::optional<Room>> RoomTable::room(const RoomId& room) {
  auto query =
      connection_.query("SELECT " KITH_ROOM_COLUMNS " FROM rooms r WHERE r.id = ? AND r.deleted_at = 0");
  query.text(room.text());
  if (!TRY(query.next())) return std::optional<Room>();
  return std::optional<Room>(roomAt(query));
}

Result<std::optional<RoomMember>> RoomTable::member(const RoomId& room, const UserId& user) {
  auto query =
      connection_.query("SELECT " KITH_MEMBER_COLUMNS " FROM room_members m WHERE m.room = ? AND m.user = ?");
  query.text(room.text()).text(user.text());
  if (!TRY(query.next())) return std::optional<RoomMember>();
  return std::optional<RoomMember>(memberAt<RoomMember>(query, 0, room));
}

Result<std::vector<RoomRow>> RoomTable::rooms(const UserId& asker, const RoomQuery& asked) {
  std::string after_name;  // empty: before all, since a name has a character
  if (!asked.cursor.empty()) {
    auto at = TRY(nameAtCursor(asker, asked));
    if (!at) return std::vector<RoomRow>();
    after_name = std::move(*at);
  }
  std::vector<Room> found;
  if (asked.joined_only) {
    auto query = connection_.query(
        "SELECT " KITH_ROOM_COLUMNS
        " FROM room_members m JOIN rooms r ON r.id = m.room"
        " WHERE m.user = ? AND m.state = 'member' AND r.deleted_at = 0 AND " KITH_OPEN_TO_HIM
        " AND " KITH_NOT_OF_A_GONE_GROUP
        " AND (?2 = '' OR r.grp = ?2) AND instr(r.folded, ?3) > 0 AND (r.name, r.id) > (?4, ?5)"
        " ORDER BY r.name, r.id LIMIT ?6");
    query.text(asker.text())
        .text(asked.group.text())
        .text(asked.folded_text)
        .text(after_name)
        .text(asked.cursor.text());
    query.number(std::uint64_t{asked.limit});
    while (TRY(query.next())) found.push_back(roomAt(query));
  } else {
    auto query = connection_.query("SELECT " KITH_ROOM_COLUMNS
                                   " FROM rooms r WHERE r.deleted_at = 0 AND r.grp = ? AND r.archived_at = 0"
                                   " AND instr(r.folded, ?) > 0 AND (r.name, r.id) > (?, ?)"
                                   " ORDER BY r.name, r.id LIMIT ?");
    query.text(asked.group.text()).text(asked.folded_text).text(after_name).text(asked.cursor.text());
    query.number(std::uint64_t{asked.limit});
    while (TRY(query.next())) found.push_back(roomAt(query));
  }
  std::vector<RoomRow> rows;
  rows.reserve(found.size());
  for (auto& room : found) rows.push_back(TRY(completed(asker, std::move(room))));
  return rows;
}

// Only where the list could have shown it, or what follows would tell of a name that he may not know. It may
// be deleted, archived or left since: the list goes on all the same.
Result<std::optional<std::string>> RoomTable::nameAtCursor(const UserId& asker, const RoomQuery& asked) {
  auto query = asked.joined_only
                   ? connection_.query(
                         "SELECT r.name FROM rooms r JOIN room_members m ON m.room = r.id"
                         " WHERE r.id = ?1 AND m.user = ?3 AND (?2 = '' OR r.grp = ?2)"
                         " AND (r.deleted_at != 0 OR " KITH_OPEN_TO_HIM ")")
                   : connection_.query("SELECT r.name FROM rooms r WHERE r.id = ?1 AND r.grp = ?2");
  query.text(asked.cursor.text()).text(asked.group.text());
  if (asked.joined_only) query.text(asker.text());
  if (!TRY(query.next())) return std::optional<std::string>();
  return std::optional<std::string>(query.textAt(0));
}

Result<std::optional<RoomRow>> RoomTable::roomRow(const UserId& asker, const RoomId& room) {
  auto found = TRY(this->room(room));
  if (!found) return std::optional<RoomRow>();
  return std::optional<RoomRow>(TRY(completed(asker, std::move(*found))));
}

Result<RoomRow> RoomTable::completed(const UserId& asker, Room room) {
  RoomRow row;
  const auto scope = Scope::of(room.id);
  const auto known = TRY(log_.scope(scope));
  const auto head = TRY(log_.head(scope, known));
  row.members = head.members;
  row.head = head.position.offset;
  {
    auto last = connection_.query("SELECT at FROM messages WHERE scope = ? ORDER BY seq DESC LIMIT 1");
    last.number(known.key);
    if (TRY(last.next())) row.last_message_at = last.numberAt(0);
  }
  auto mine = TRY(member(room.id, asker));
  if (mine && mine->state == MemberState::Member) row.mine = std::move(mine);
  row.room = std::move(room);
  return row;
}

Result<std::vector<RoomId>> RoomTable::roomsOf(const UserId& user, std::size_t limit) {
  // The time of the last entry, one look into the log's tree per room.
  auto query = connection_.query(
      "SELECT m.room, coalesce((SELECT e.at FROM entries e WHERE e.scope = s.key ORDER BY e.offset DESC "
      "LIMIT 1), 0)"
      " AS active FROM room_members m JOIN rooms r ON r.id = m.room LEFT JOIN scopes s ON s.name = 'room:' "
      "|| m.room"
      " WHERE m.user = ? AND m.state = 'member' AND r.deleted_at = 0 ORDER BY active DESC, m.room LIMIT ?");
  query.text(user.text()).number(std::uint64_t{limit});
  std::vector<RoomId> found;
  while (TRY(query.next())) found.push_back(RoomId::trusted(query.textAt(0)));
  return found;
}

// No order and no look into the logs: it is asked before every joining, by the writer.
Result<std::size_t> RoomTable::countOf(const UserId& user, std::size_t limit) {
  auto query = connection_.query(
      "SELECT count(*) FROM (SELECT 1 FROM room_members m JOIN rooms r ON r.id = m.room"
      " WHERE m.user = ? AND m.state = 'member' AND r.deleted_at = 0 LIMIT ?)");
  query.text(user.text()).number(std::uint64_t{limit});
  TRY(query.next());
  return static_cast<std::size_t>(query.numberAt(0));
}

// From the rooms of the one to the rows of the other: CROSS keeps SQLite to that order.
Result<bool> RoomTable::share(const UserId& one, const UserId& other) {
  auto query = connection_.query(
      "SELECT 1 FROM room_members m CROSS JOIN room_members o ON o.room = m.room AND o.user = ?"
      " CROSS JOIN rooms r ON r.id = m.room WHERE m.user = ? AND m.state = 'member' AND o.state = 'member'"
      " AND r.grp = '' AND r.deleted_at = 0 LIMIT 1");
  query.text(other.text()).text(one.text());
  return query.next();
}

Result<std::vector<RoomId>> RoomTable::roomsIn(const GroupId& group, const UserId& member,
                                               std::size_t limit) {
  auto query = connection_.query(
      "SELECT m.room FROM room_members m JOIN rooms r ON r.id = m.room"
      " WHERE m.user = ? AND m.state = 'member' AND r.grp = ? AND r.deleted_at = 0 ORDER BY m.room LIMIT ?");
  query.text(member.text()).text(group.text()).number(std::uint64_t{limit});
  std::vector<RoomId> found;
  while (TRY(query.next())) found.push_back(RoomId::trusted(query.textAt(0)));
  return found;
}

Result<std::int64_t> RoomTable::roomCount(const GroupId& group) {
  auto query = connection_.query("SELECT count(*) FROM rooms r WHERE r.grp = ? AND r.deleted_at = 0");
  query.text(group.text());
  TRY(query.next());
  return query.numberAt(0);
}

Result<std::vector<RoomId>> RoomTable::roomsOfGroup(const GroupId& group, std::size_t limit) {
  auto query = connection_.query(
      "SELECT r.id FROM rooms r WHERE r.grp = ? AND r.deleted_at = 0 ORDER BY r.name, r.id LIMIT ?");
  query.text(group.text()).number(std::uint64_t{limit});
  std::vector<RoomId> found;
  while (TRY(query.next())) found.push_back(RoomId::trusted(query.textAt(0)));
  return found;
}

Result<std::vector<MemberRow>> RoomTable::members(const RoomId& room, const UserId& cursor,
                                                  std::size_t limit) {
  auto query =
      connection_.query("SELECT " KITH_MEMBER_COLUMNS
                        ", u.display_name"
                        " FROM room_members m LEFT JOIN users u ON u.id = m.user"
                        " WHERE m.room = ? AND m.user > ? AND m.state = 'member' ORDER BY m.user LIMIT ?");
  query.text(room.text()).text(cursor.text()).number(std::uint64_t{limit});
  std::vector<MemberRow> found;
  while (TRY(query.next()))
    found.push_back({memberAt<RoomMember>(query, 0, room), query.textAt(kMemberColumns)});
  return found;
}

Result<void> RoomTable::put(const Room& room) {
  auto upsert = connection_.query(
      "INSERT INTO rooms (id, name, topic, created_by, created_at, grp, capacity, archived_at, folded)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (id) DO UPDATE SET name = excluded.name, topic = excluded.topic,"
      " created_by = excluded.created_by, created_at = excluded.created_at, grp = excluded.grp,"
      " capacity = excluded.capacity, archived_at = excluded.archived_at, folded = excluded.folded");
  return upsert.text(room.id.text())
      .text(room.name)
      .text(room.topic)
      .text(room.created_by.text())
      .number(room.created_at)
      .text(room.group.text())
      .number(room.capacity)
      .number(room.archived_at)
      .text(room.folded_name)
      .run();
}

Result<void> RoomTable::remove(const RoomId& room, WallMs at) {
  auto update = connection_.query("UPDATE rooms SET deleted_at = ? WHERE id = ?");
  return update.number(at).text(room.text()).run();
}

Result<void> RoomTable::put(const RoomMember& member) {
  auto upsert = connection_.query(
      "INSERT INTO room_members (room, user, role, state, joined_at, join_offset) VALUES (?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (room, user) DO UPDATE SET role = excluded.role, state = excluded.state,"
      " joined_at = excluded.joined_at, join_offset = excluded.join_offset");
  upsert.text(member.room.text());
  return putMemberRow(upsert, member);
}

}  // namespace kith::store::sqlite
