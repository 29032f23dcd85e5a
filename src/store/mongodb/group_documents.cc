#include "store/mongodb/group_documents.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "store/mongodb/member_documents.h"
#include "store/mongodb/schema.h"

namespace kith::store::mongodb {
namespace {

bool inOrderOfNames(const Group& a, const Group& b) {
  return std::tie(a.name, a.id.text()) < std::tie(b.name, b.id.text());
}

}  // namespace

Group GroupDocuments::groupAt(const View& row) {
  std::vector<RoomId> default_rooms;
  for (auto& id : row.texts("default_rooms")) default_rooms.push_back(RoomId::trusted(std::move(id)));
  return {GroupId::trusted(row.text("_id")),
          row.text("slug"),
          row.text("name"),
          row.text("description"),
          row.text("join_mode") == joinModeName(JoinMode::Approval) ? JoinMode::Approval : JoinMode::Open,
          row.number("capacity"),
          std::move(default_rooms),
          UserId::trusted(row.text("created_by")),
          row.number("created_at"),
          row.text("folded")};
}

Result<std::optional<Group>> GroupDocuments::group(const GroupId& group) {
  Document which;
  which.text("_id", group.text());
  const auto row = TRY(session_.one(kGroups, which));
  if (!row || !View(*row).flag("there")) return std::optional<Group>();
  return std::optional<Group>(groupAt(View(*row)));
}

Result<std::optional<GroupMember>> GroupDocuments::member(const GroupId& group, const UserId& user) {
  Document which;
  which.text("_id", memberId(group.text(), user));
  const auto row = TRY(session_.one(kGroupMembers, which));
  if (!row) return std::optional<GroupMember>();
  return std::optional<GroupMember>(memberAt<GroupMember>(View(*row), group));
}

Result<std::vector<GroupRow>> GroupDocuments::groups(const UserId& asker, const GroupQuery& asked) {
  std::vector<GroupRow> rows;
  if (asked.limit == 0) return rows;
  std::string after_name;
  if (!asked.cursor.empty()) {
    // It may be deleted since: the list goes on all the same. Everybody sees every group.
    Document which;
    which.text("_id", asked.cursor.text());
    const auto at = TRY(session_.one(kGroups, which));
    if (!at) return rows;
    after_name = View(*at).text("name");
  }
  auto found =
      asked.joined_only ? TRY(joinedAsked(asker, asked, after_name)) : TRY(listed(asked, after_name));
  rows.reserve(found.size());
  for (auto& group : found) rows.push_back(TRY(completed(asker, std::move(group))));
  return rows;
}

Result<std::vector<Group>> GroupDocuments::joined(const UserId& user) {
  const auto ids = TRY(placesOf(session_, kGroupMembers, "grp", user));
  std::vector<Group> groups;
  TRY(eachOf(session_, kGroups, ids, [&](const View& row) {
    if (row.flag("there")) groups.push_back(groupAt(row));
  }));
  return groups;
}

Result<std::vector<Group>> GroupDocuments::joinedAsked(const UserId& asker, const GroupQuery& asked,
                                                       const std::string& after_name) {
  auto all = TRY(joined(asker));
  std::erase_if(all, [&](const Group& group) {
    return group.folded_name.find(asked.folded_text) == std::string::npos ||
           std::tie(group.name, group.id.text()) <= std::tie(after_name, asked.cursor.text());
  });
  std::sort(all.begin(), all.end(), inOrderOfNames);
  if (all.size() > asked.limit) all.resize(asked.limit);
  return all;
}

// What is typed is looked for here: no index knows it, and no query asks for more than an index does.
// First those of the cursor's own name, then those of later names: each a range of the index.
Result<std::vector<Group>> GroupDocuments::listed(const GroupQuery& asked, const std::string& after_name) {
  std::vector<Group> found;
  if (!asked.cursor.empty()) {
    Document same_name;
    same_name.flag("there", true).text("name", after_name).above("_id", asked.cursor.text());
    TRY(listSome(same_name, inOrder({"_id"}), asked, found));
  }
  if (found.size() >= asked.limit) return found;
  Document later;
  later.flag("there", true).above("name", after_name);
  TRY(listSome(later, inOrder({"name", "_id"}), asked, found));
  return found;
}

Result<void> GroupDocuments::listSome(const Document& which, const FindOptions& how, const GroupQuery& asked,
                                      std::vector<Group>& out) {
  auto rows = session_.find(kGroups, which, how);
  while (out.size() < asked.limit && TRY(rows.next())) {
    auto group = groupAt(rows.row());
    if (group.folded_name.find(asked.folded_text) != std::string::npos) out.push_back(std::move(group));
  }
  return {};
}

Result<std::optional<GroupRow>> GroupDocuments::groupRow(const UserId& asker, const GroupId& group) {
  auto found = TRY(this->group(group));
  if (!found) return std::optional<GroupRow>();
  return std::optional<GroupRow>(TRY(completed(asker, std::move(*found))));
}

Result<GroupRow> GroupDocuments::completed(const UserId& asker, Group group) {
  GroupRow row;
  row.members = TRY(log_.head(Scope::of(group.id))).members;
  auto mine = TRY(member(group.id, asker));
  if (mine && mine->state == MemberState::Member) row.mine = std::move(mine);
  if (const auto open = TRY(openRequest(group.id, asker))) row.request = open->id;
  row.group = std::move(group);
  return row;
}

Result<std::vector<GroupId>> GroupDocuments::groupsOf(const UserId& user, std::size_t limit) {
  const auto groups = TRY(joined(user));
  std::vector<std::string> rows;
  rows.reserve(groups.size());
  for (const auto& group : groups) rows.push_back(memberId(group.id.text(), user));
  std::vector<std::pair<WallMs, GroupId>> since;
  TRY(eachOf(session_, kGroupMembers, rows, [&](const View& row) {
    since.emplace_back(-row.number("joined_at"), GroupId::trusted(row.text("grp")));
  }));
  std::sort(since.begin(), since.end());
  if (since.size() > limit) since.resize(limit);
  std::vector<GroupId> found;
  found.reserve(since.size());
  for (auto& [at, id] : since) found.push_back(std::move(id));
  return found;
}

Result<std::size_t> GroupDocuments::countOf(const UserId& user, std::size_t limit) {
  return std::min(limit, TRY(joined(user)).size());
}

Result<bool> GroupDocuments::share(const UserId& one, const UserId& other) {
  std::vector<std::string> others;
  for (const auto& group : TRY(joined(one))) others.push_back(memberId(group.id.text(), other));
  bool shared = false;
  TRY(eachOf(session_, kGroupMembers, others, [&](const View& row) {
    shared = shared || row.text("state") == stateName(MemberState::Member);
  }));
  return shared;
}

Result<std::vector<GroupMemberRow>> GroupDocuments::members(const GroupId& group, const UserId& cursor,
                                                            std::size_t limit) {
  std::vector<GroupMemberRow> found;
  if (limit == 0) return found;
  Document which;
  which.text("grp", group.text()).text("state", stateName(MemberState::Member)).above("user", cursor.text());
  std::vector<UserId> users;
  auto rows = session_.find(kGroupMembers, which, inOrder({"user"}, limit));
  while (TRY(rows.next())) {
    found.push_back({memberAt<GroupMember>(rows.row(), group), {}});
    users.push_back(found.back().member.user);
  }
  auto names = TRY(displayNames(session_, users));
  for (std::size_t i = 0; i < found.size(); ++i) found[i].display_name = std::move(names[i]);
  return found;
}

Result<void> GroupDocuments::put(const Group& group) {
  Document same_slug;
  same_slug.text("slug", group.slug).flag("there", true);
  const auto taken = TRY(session_.one(kGroups, same_slug));
  if (taken && View(*taken).text("_id") != group.id.text())
    return Fault{FaultCode::Already, "slug", {}, false};
  std::vector<std::string> default_rooms;
  for (const auto& room : group.default_rooms) default_rooms.push_back(room.text());
  Document fields;
  fields.text("slug", group.slug)
      .text("name", group.name)
      .text("description", group.description)
      .text("join_mode", joinModeName(group.join_mode))
      .number("capacity", group.capacity)
      .texts("default_rooms", default_rooms)
      .text("created_by", group.created_by.text())
      .number("created_at", group.created_at)
      .text("folded", group.folded_name);
  Document at_first;
  at_first.flag("there", true);
  Document change;
  change.document("$set", fields).document("$setOnInsert", at_first);
  return session_.update(kGroups, group.id.text(), change, true);
}

Result<void> GroupDocuments::remove(const GroupId& group, WallMs at) {
  Document fields;
  fields.flag("there", false).number("deleted_at", at);
  Document change;
  change.document("$set", fields);
  return session_.update(kGroups, group.text(), change);
}

Result<void> GroupDocuments::put(const GroupMember& member) {
  return session_.put(kGroupMembers, memberId(member.group.text(), member.user),
                      memberRow("grp", member.group.text(), member));
}

Result<void> GroupDocuments::holdMember(const GroupId& group, const UserId& user) {
  Document one_more;
  one_more.number("held", std::int64_t{1});
  Document change;
  change.document("$inc", one_more);
  return session_.update(kGroupMembers, memberId(group.text(), user), change);
}

}  // namespace kith::store::mongodb
