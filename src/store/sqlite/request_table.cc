#include "store/sqlite/group_table.h"

// Requests to be let in, and tasks.
namespace kith::store::sqlite {
namespace {

#define KITH_REQUEST_COLUMNS \
  "q.id, q.grp, q.user, q.state, q.created_at, q.decided_at, q.decided_by, q.reason"
constexpr int kRequestColumns = 8;

JoinRequest::State stateOf(std::string_view name) {
  for (const auto state :
       {JoinRequest::State::Approved, JoinRequest::State::Rejected, JoinRequest::State::Cancelled}) {
    if (requestStateName(state) == name) return state;
  }
  return JoinRequest::State::Pending;
}

JoinRequest requestAt(const Query& row) {
  return {JoinRequestId::trusted(row.textAt(0)),
          GroupId::trusted(row.textAt(1)),
          UserId::trusted(row.textAt(2)),
          stateOf(row.textAt(3)),
          row.numberAt(4),
          row.numberAt(5),
          UserId::trusted(row.textAt(6)),
          row.textAt(7)};
}

StoredTask taskAt(const Query& row) {
  return {row.textAt(0), row.textAt(1), row.textAt(2), row.numberAt(3)};
}

}  // namespace

Result<std::optional<JoinRequest>> GroupTable::request(const JoinRequestId& request) {
  auto query = connection_.query("SELECT " KITH_REQUEST_COLUMNS " FROM join_requests q WHERE q.id = ?");
  query.text(request.text());
  if (!TRY(query.next())) return std::optional<JoinRequest>();
  return std::optional<JoinRequest>(requestAt(query));
}

Result<std::optional<JoinRequest>> GroupTable::openRequest(const GroupId& group, const UserId& user) {
  auto query =
      connection_.query("SELECT " KITH_REQUEST_COLUMNS
                        " FROM join_requests q WHERE q.grp = ? AND q.user = ? AND q.state = 'pending'");
  query.text(group.text()).text(user.text());
  if (!TRY(query.next())) return std::optional<JoinRequest>();
  return std::optional<JoinRequest>(requestAt(query));
}

Result<std::vector<RequestRow>> GroupTable::openRequests(const GroupId& group, const JoinRequestId& cursor,
                                                         std::size_t limit) {
  WallMs after = 0;
  if (!cursor.empty()) {
    const auto at = TRY(request(cursor));
    if (!at || at->group != group) return std::vector<RequestRow>();
    after = at->created_at;
  }
  auto query = connection_.query("SELECT " KITH_REQUEST_COLUMNS
                                 ", u.display_name FROM join_requests q LEFT JOIN users u ON u.id = q.user"
                                 " WHERE q.grp = ? AND q.state = 'pending' AND (q.created_at, q.id) > (?, ?)"
                                 " ORDER BY q.created_at, q.id LIMIT ?");
  query.text(group.text()).number(after).text(cursor.text()).number(std::uint64_t{limit});
  std::vector<RequestRow> found;
  while (TRY(query.next())) found.push_back({requestAt(query), query.textAt(kRequestColumns)});
  return found;
}

Result<std::int64_t> GroupTable::openRequestCount(const GroupId& group) {
  auto query =
      connection_.query("SELECT count(*) FROM join_requests q WHERE q.grp = ? AND q.state = 'pending'");
  query.text(group.text());
  TRY(query.next());
  return query.numberAt(0);
}

Result<std::vector<JoinRequest>> GroupTable::openRequestsOf(const UserId& user, std::size_t limit) {
  auto query = connection_.query(
      "SELECT " KITH_REQUEST_COLUMNS
      " FROM join_requests q WHERE q.user = ? AND q.state = 'pending' ORDER BY q.id LIMIT ?");
  query.text(user.text()).number(std::uint64_t{limit});
  std::vector<JoinRequest> found;
  while (TRY(query.next())) found.push_back(requestAt(query));
  return found;
}

Result<void> GroupTable::put(const JoinRequest& request) {
  auto upsert = connection_.query(
      "INSERT INTO join_requests (id, grp, user, state, created_at, decided_at, decided_by, reason)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state,"
      " decided_at = excluded.decided_at, decided_by = excluded.decided_by, reason = excluded.reason");
  return upsert.text(request.id.text())
      .text(request.group.text())
      .text(request.user.text())
      .text(requestStateName(request.state))
      .number(request.created_at)
      .number(request.decided_at)
      .textOrNull(request.decided_by.text())
      .textOrNull(request.reason)
      .run();
}

Result<std::optional<StoredTask>> GroupTable::task(const std::string& key) {
  auto query = connection_.query("SELECT key, kind, data, run_at FROM tasks WHERE key = ?");
  query.text(key);
  if (!TRY(query.next())) return std::optional<StoredTask>();
  return std::optional<StoredTask>(taskAt(query));
}

Result<std::vector<StoredTask>> GroupTable::tasksDue(WallMs now, std::size_t limit) {
  auto query = connection_.query(
      "SELECT key, kind, data, run_at FROM tasks WHERE run_at <= ? ORDER BY run_at, key LIMIT ?");
  query.number(now).number(std::uint64_t{limit});
  std::vector<StoredTask> found;
  while (TRY(query.next())) found.push_back(taskAt(query));
  return found;
}

Result<void> GroupTable::put(const StoredTask& task) {
  auto upsert = connection_.query(
      "INSERT INTO tasks (key, kind, data, run_at) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
      " kind = excluded.kind, data = excluded.data, run_at = excluded.run_at");
  return upsert.text(task.key).text(task.kind).text(task.data).number(task.run_at).run();
}

Result<void> GroupTable::removeTask(const std::string& key) {
  auto remove = connection_.query("DELETE FROM tasks WHERE key = ?");
  return remove.text(key).run();
}

}  // namespace kith::store::sqlite
