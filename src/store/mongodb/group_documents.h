#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/task.h"
#include "store/mongodb/log_documents.h"

namespace kith::store::mongodb {

/// Groups, their members, requests to be let in, and tasks, on one session. Lives with it, on its thread.
class GroupDocuments {
 public:
  GroupDocuments(Session& session, LogDocuments& log) : session_(session), log_(log) {}

  Result<std::optional<Group>> group(const GroupId& group);
  Result<std::optional<GroupMember>> member(const GroupId& group, const UserId& user);
  Result<std::vector<GroupRow>> groups(const UserId& asker, const GroupQuery& asked);
  Result<std::optional<GroupRow>> groupRow(const UserId& asker, const GroupId& group);
  Result<std::vector<GroupId>> groupsOf(const UserId& user, std::size_t limit);
  Result<std::size_t> countOf(const UserId& user, std::size_t limit);
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

  // In a transaction.
  Result<void> put(const Group& group);
  Result<void> remove(const GroupId& group, WallMs at);
  Result<void> put(const GroupMember& member);
  Result<void> put(const JoinRequest& request);
  Result<void> put(const StoredTask& task);
  Result<void> removeTask(const std::string& key);
  /// Changes nothing that is read, so that of two transactions one of which changes this row one is run
  /// again.
  Result<void> holdMember(const GroupId& group, const UserId& user);

 private:
  static Group groupAt(const View& row);
  /// The groups he is a member of, in no order.
  Result<std::vector<Group>> joined(const UserId& user);
  Result<std::vector<Group>> joinedAsked(const UserId& asker, const GroupQuery& asked,
                                         const std::string& after_name);
  Result<std::vector<Group>> listed(const GroupQuery& asked, const std::string& after_name);
  Result<void> listSome(const Document& which, const FindOptions& how, const GroupQuery& asked,
                        std::vector<Group>& out);
  Result<GroupRow> completed(const UserId& asker, Group group);

  Session& session_;
  LogDocuments& log_;
};

}  // namespace kith::store::mongodb
