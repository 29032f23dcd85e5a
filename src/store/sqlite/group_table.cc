#include "store/sqlite/group_table.h"

#include <utility>

#include "store/sqlite/member_columns.h"

namespace kith::store::sqlite {
namespace {

std::vector<RoomId> idsIn(const std::string& list) {
  std::vector<RoomId> ids;
  std::size_t begin = 0;
  while (begin < list.size()) {
    const auto end = std::min(list.find(' ', begin), list.size());
    ids.push_back(RoomId::trusted(list.substr(begin, end - begin)));
    begin = end + 1;
  }
  return ids;
}

std::string listOf(const std::vector<RoomId>& ids) {
  std::string list;
  for (const auto& id : ids) {
    if (!list.empty()) list += ' ';
    list += id.text();
  }
  return list;
}

#define KITH_GROUP_COLUMNS                                                                        \
  "g.id, g.slug, g.name, g.description, g.join_mode, g.capacity, g.default_rooms, g.created_by, " \
  "g.created_at, g.folded"
Group groupAt(const Query& row) {
  return {GroupId::trusted(row.textAt(0)),
          row.textAt(1),
          row.textAt(2),
          row.textAt(3),
          row.textAt(4) == joinModeName(JoinMode::Approval) ? JoinMode::Approval : JoinMode::Open,
          row.numberAt(5),
          idsIn(row.textAt(6)),
          UserId::trusted(row.textAt(7)),
          row.numberAt(8),
          row.textAt(9)};
}

}  // namespace

Result<std::optional<Group>> GroupTable::group(const GroupId& group) {
  auto query =
      connection_.query("SELECT " KITH_GROUP_COLUMNS " FROM groups g WHERE g.id = ? AND g.deleted_at = 0");
  query.text(group.text());
  if (!TRY(query.next())) return std::optional<Group>();
  return std::optional<Group>(groupAt(query));
}

Result<std::optional<GroupMember>> GroupTable::member(const GroupId& group, const UserId& user) {
  auto query =
      connection_.query("SELECT " KITH_MEMBER_COLUMNS " FROM group_members m WHERE m.grp = ? AND m.user = ?");
  query.text(group.text()).text(user.text());
  if (!TRY(query.next())) return std::optional<GroupMember>();
  return std::optional<GroupMember>(memberAt<GroupMember>(query, 0, group));
}

Result<std::vector<GroupRow>> GroupTable::groups(const UserId& asker, const GroupQuery& asked) {
  std::string after_name;
  if (!asked.cursor.empty()) {
    // It may be deleted since: the list goes on all the same. Everybody sees every group.
    auto at = connection_.query("SELECT name FROM groups WHERE id = ?");
    at.text(asked.cursor.text());
    if (!TRY(at.next())) return std::vector<GroupRow>();
    after_name = at.textAt(0);
  }
  std::vector<Group> found;
  if (asked.joined_only) {
    auto query = connection_.query("SELECT " KITH_GROUP_COLUMNS
                                   " FROM group_members m JOIN groups g ON g.id = m.grp"
                                   " WHERE m.user = ? AND m.state = 'member' AND g.deleted_at = 0"
                                   " AND instr(g.folded, ?) > 0 AND (g.name, g.id) > (?, ?)"
                                   " ORDER BY g.name, g.id LIMIT ?");
    query.text(asker.text()).text(asked.folded_text).text(after_name).text(asked.cursor.text());
    query.number(std::uint64_t{asked.limit});
    while (TRY(query.next())) found.push_back(groupAt(query));
  } else {
    auto query = connection_.query("SELECT " KITH_GROUP_COLUMNS
                                   " FROM groups g WHERE g.deleted_at = 0 AND instr(g.folded, ?) > 0"
                                   " AND (g.name, g.id) > (?, ?) ORDER BY g.name, g.id LIMIT ?");
    query.text(asked.folded_text)
        .text(after_name)
        .text(asked.cursor.text())
        .number(std::uint64_t{asked.limit});
    while (TRY(query.next())) found.push_back(groupAt(query));
  }
  std::vector<GroupRow> rows;
  rows.reserve(found.size());
  for (auto& group : found) rows.push_back(TRY(completed(asker, std::move(group))));
  return rows;
}

Result<std::optional<GroupRow>> GroupTable::groupRow(const UserId& asker, const GroupId& group) {
  auto found = TRY(this->group(group));
  if (!found) return std::optional<GroupRow>();
  return std::optional<GroupRow>(TRY(completed(asker, std::move(*found))));
}

Result<GroupRow> GroupTable::completed(const UserId& asker, Group group) {
  GroupRow row;
  row.members = TRY(log_.head(Scope::of(group.id))).members;
  auto mine = TRY(member(group.id, asker));
  if (mine && mine->state == MemberState::Member) row.mine = std::move(mine);
  if (auto open = TRY(openRequest(group.id, asker))) row.request = std::move(open->id);
  row.group = std::move(group);
  return row;
}

Result<std::vector<GroupId>> GroupTable::groupsOf(const UserId& user, std::size_t limit) {
  auto query = connection_.query(
      "SELECT m.grp FROM group_members m JOIN groups g ON g.id = m.grp"
      " WHERE m.user = ? AND m.state = 'member' AND g.deleted_at = 0 ORDER BY m.joined_at DESC, m.grp LIMIT "
      "?");
  query.text(user.text()).number(std::uint64_t{limit});
  std::vector<GroupId> found;
  while (TRY(query.next())) found.push_back(GroupId::trusted(query.textAt(0)));
  return found;
}

Result<std::size_t> GroupTable::countOf(const UserId& user, std::size_t limit) {
  auto query = connection_.query(
      "SELECT count(*) FROM (SELECT 1 FROM group_members m JOIN groups g ON g.id = m.grp"
      " WHERE m.user = ? AND m.state = 'member' AND g.deleted_at = 0 LIMIT ?)");
  query.text(user.text()).number(std::uint64_t{limit});
  TRY(query.next());
  return static_cast<std::size_t>(query.numberAt(0));
}

Result<bool> GroupTable::share(const UserId& one, const UserId& other) {
  auto query = connection_.query(
      "SELECT 1 FROM group_members m CROSS JOIN group_members o ON o.grp = m.grp AND o.user = ?"
      " CROSS JOIN groups g ON g.id = m.grp WHERE m.user = ? AND m.state = 'member' AND o.state = 'member'"
      " AND g.deleted_at = 0 LIMIT 1");
  query.text(other.text()).text(one.text());
  return query.next();
}

Result<std::vector<GroupMemberRow>> GroupTable::members(const GroupId& group, const UserId& cursor,
                                                        std::size_t limit) {
  auto query =
      connection_.query("SELECT " KITH_MEMBER_COLUMNS
                        ", u.display_name"
                        " FROM group_members m LEFT JOIN users u ON u.id = m.user"
                        " WHERE m.grp = ? AND m.user > ? AND m.state = 'member' ORDER BY m.user LIMIT ?");
  query.text(group.text()).text(cursor.text()).number(std::uint64_t{limit});
  std::vector<GroupMemberRow> found;
  while (TRY(query.next()))
    found.push_back({memberAt<GroupMember>(query, 0, group), query.textAt(kMemberColumns)});
  return found;
}

Result<void> GroupTable::put(const Group& group) {
  {
    auto taken = connection_.query("SELECT id FROM groups WHERE slug = ? AND deleted_at = 0");
    taken.text(group.slug);
    if (TRY(taken.next()) && taken.textAt(0) != group.id.text())
      return Fault{FaultCode::Already, "slug", {}, false};
  }
  const auto default_rooms = listOf(group.default_rooms);
  auto upsert = connection_.query(
      "INSERT INTO groups (id, slug, name, description, join_mode, capacity, default_rooms, created_by,"
      " created_at, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name,"
      " description = excluded.description, join_mode = excluded.join_mode, capacity = excluded.capacity,"
      " default_rooms = excluded.default_rooms, created_by = excluded.created_by,"
      " created_at = excluded.created_at, folded = excluded.folded");
  return upsert.text(group.id.text())
      .text(group.slug)
      .text(group.name)
      .text(group.description)
      .text(joinModeName(group.join_mode))
      .number(group.capacity)
      .text(default_rooms)
      .text(group.created_by.text())
      .number(group.created_at)
      .text(group.folded_name)
      .run();
}

Result<void> GroupTable::remove(const GroupId& group, WallMs at) {
  auto update = connection_.query("UPDATE groups SET deleted_at = ? WHERE id = ?");
  return update.number(at).text(group.text()).run();
}

Result<void> GroupTable::put(const GroupMember& member) {
  auto upsert = connection_.query(
      "INSERT INTO group_members (grp, user, role, state, joined_at, join_offset) VALUES (?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (grp, user) DO UPDATE SET role = excluded.role, state = excluded.state,"
      " joined_at = excluded.joined_at, join_offset = excluded.join_offset");
  upsert.text(member.group.text());
  return putMemberRow(upsert, member);
}

}  // namespace kith::store::sqlite
