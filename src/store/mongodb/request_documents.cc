#include "store/mongodb/group_documents.h"
#include "store/mongodb/member_documents.h"
#include "store/mongodb/schema.h"

// Requests to be let in, and tasks.
namespace kith::store::mongodb {
namespace {

JoinRequest::State stateOf(const std::string& name) {
  for (const auto state :
       {JoinRequest::State::Approved, JoinRequest::State::Rejected, JoinRequest::State::Cancelled}) {
    if (requestStateName(state) == name) return state;
  }
  return JoinRequest::State::Pending;
}

JoinRequest requestAt(const View& row) {
  return {JoinRequestId::trusted(row.text("_id")),
          GroupId::trusted(row.text("grp")),
          UserId::trusted(row.text("user")),
          stateOf(row.text("state")),
          row.number("created_at"),
          row.number("decided_at"),
          UserId::trusted(row.text("decided_by")),
          row.text("reason")};
}

StoredTask taskAt(const View& row) {
  return {row.text("_id"), row.text("kind"), row.text("data"), row.number("run_at")};
}

Document openIn(const GroupId& group) {
  Document which;
  which.text("grp", group.text()).text("state", requestStateName(JoinRequest::State::Pending));
  return which;
}

}  // namespace

Result<std::optional<JoinRequest>> GroupDocuments::request(const JoinRequestId& request) {
  Document which;
  which.text("_id", request.text());
  const auto row = TRY(session_.one(kJoinRequests, which));
  if (!row) return std::optional<JoinRequest>();
  return std::optional<JoinRequest>(requestAt(View(*row)));
}

Result<std::optional<JoinRequest>> GroupDocuments::openRequest(const GroupId& group, const UserId& user) {
  auto which = openIn(group);
  which.text("user", user.text());
  const auto row = TRY(session_.one(kJoinRequests, which));
  if (!row) return std::optional<JoinRequest>();
  return std::optional<JoinRequest>(requestAt(View(*row)));
}

// First those of the cursor's own time, then the later ones: each a range of the index.
Result<std::vector<RequestRow>> GroupDocuments::openRequests(const GroupId& group,
                                                             const JoinRequestId& cursor, std::size_t limit) {
  std::vector<RequestRow> found;
  if (limit == 0) return found;
  auto later = openIn(group);
  if (!cursor.empty()) {
    const auto at = TRY(request(cursor));
    if (!at || at->group != group) return found;
    auto same_time = openIn(group);
    same_time.number("created_at", at->created_at).above("_id", cursor.text());
    auto rows = session_.find(kJoinRequests, same_time, inOrder({"_id"}, limit));
    while (TRY(rows.next())) found.push_back({requestAt(rows.row()), {}});
    later.above("created_at", at->created_at);
  }
  if (found.size() < limit) {
    auto rows = session_.find(kJoinRequests, later, inOrder({"created_at", "_id"}, limit - found.size()));
    while (TRY(rows.next())) found.push_back({requestAt(rows.row()), {}});
  }
  std::vector<UserId> users;
  for (const auto& row : found) users.push_back(row.request.user);
  auto names = TRY(displayNames(session_, users));
  for (std::size_t i = 0; i < found.size(); ++i) found[i].display_name = std::move(names[i]);
  return found;
}

Result<std::int64_t> GroupDocuments::openRequestCount(const GroupId& group) {
  std::int64_t count = 0;
  auto rows = session_.find(kJoinRequests, openIn(group));
  while (TRY(rows.next())) ++count;
  return count;
}

Result<std::vector<JoinRequest>> GroupDocuments::openRequestsOf(const UserId& user, std::size_t limit) {
  std::vector<JoinRequest> found;
  if (limit == 0) return found;
  Document which;
  which.text("user", user.text()).text("state", requestStateName(JoinRequest::State::Pending));
  auto rows = session_.find(kJoinRequests, which, inOrder({"_id"}, limit));
  while (TRY(rows.next())) found.push_back(requestAt(rows.row()));
  return found;
}

Result<void> GroupDocuments::put(const JoinRequest& request) {
  Document row;
  row.text("_id", request.id.text())
      .text("grp", request.group.text())
      .text("user", request.user.text())
      .text("state", requestStateName(request.state))
      .number("created_at", request.created_at)
      .number("decided_at", request.decided_at);
  if (!request.decided_by.empty()) row.text("decided_by", request.decided_by.text());
  if (!request.reason.empty()) row.text("reason", request.reason);
  return session_.put(kJoinRequests, request.id.text(), row);
}

Result<std::optional<StoredTask>> GroupDocuments::task(const std::string& key) {
  Document which;
  which.text("_id", key);
  const auto row = TRY(session_.one(kTasks, which));
  if (!row) return std::optional<StoredTask>();
  return std::optional<StoredTask>(taskAt(View(*row)));
}

Result<std::vector<StoredTask>> GroupDocuments::tasksDue(WallMs now, std::size_t limit) {
  std::vector<StoredTask> found;
  if (limit == 0) return found;
  Document due;
  due.between("run_at", 0, now);
  auto rows = session_.find(kTasks, due, inOrder({"run_at", "_id"}, limit));
  while (TRY(rows.next())) found.push_back(taskAt(rows.row()));
  return found;
}

Result<void> GroupDocuments::put(const StoredTask& task) {
  Document row;
  row.text("_id", task.key).text("kind", task.kind).text("data", task.data).number("run_at", task.run_at);
  return session_.put(kTasks, task.key, row);
}

Result<void> GroupDocuments::removeTask(const std::string& key) {
  Document which;
  which.text("_id", key);
  return session_.remove(kTasks, which);
}

}  // namespace kith::store::mongodb
