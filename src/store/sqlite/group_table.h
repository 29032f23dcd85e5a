#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/log_table.h"

namespace kith::store::sqlite {

/// Groups, their members and who asks to be let in, on one connection. Lives with it, on its thread.
class GroupTable {
 public:
  GroupTable(Connection& connection, LogTable& log) : connection_(connection), log_(log) {}

  Result<std::optional<Group>> group(const GroupId& group);
  Result<std::optional<GroupMember>> member(const GroupId& group, const UserId& user);
  Result<std::vector<GroupRow>> groups(const UserId& asker, const GroupQuery& asked);
  Result<std::optional<GroupRow>> groupRow(const UserId& asker, const GroupId& group);
  Result<std::vector<GroupId>> groupsOf(const UserId& user, std::size_t limit);
  Result<std::size_t> countOf(const UserId& user, std::size_t limit);
  /// A group that both are members of.
  Result<bool> share(const UserId& one, const UserId& other);
  Result<std::vector<GroupMemberRow>> members(const GroupId& group, const UserId& cursor, std::size_t limit);

  Result<std::optional<JoinRequest>> request(const JoinRequestId& request);
  Result<std::optional<JoinRequest>> openRequest(const GroupId& group, const UserId& user);
  Result<std::vector<RequestRow>> openRequests(const GroupId& group, const JoinRequestId& cursor,
                                               std::size_t limit);
  Result<std::int64_t> openRequestCount(const GroupId& group);
  Result<std::vector<JoinRequest>> openRequestsOf(const UserId& user, std::size_t limit);

  Result<std::optional<StoredTask>> task(const std::string& key);
  Result<std::vector<StoredTask>> tasksDue(WallMs now, std::size_t limit);

  // The writer's.
  Result<void> put(const Group& group);
  Result<void> remove(const GroupId& group, WallMs at);
  Result<void> put(const GroupMember& member);
  Result<void> put(const JoinRequest& request);
  Result<void> put(const StoredTask& task);
  Result<void> removeTask(const std::string& key);

 private:
  Result<GroupRow> completed(const UserId& asker, Group group);

  Connection& connection_;
  LogTable& log_;
};

}  // namespace kith::store::sqlite
