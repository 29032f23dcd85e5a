#include "store/sqlite/people_table.h"

namespace kith::store::sqlite {
namespace {

std::string_view siteRoleName(SiteRole role) {
  return role == SiteRole::Admin ? "admin" : "member";
}

#define KITH_USER_COLUMNS                                                                                    \
  "u.id, u.handle, u.display_name, u.site_role, u.password_hash, u.issuer, u.external_id, u.token_version, " \
  "u.created_at"
User userAt(const Query& row) {
  return {UserId::trusted(row.textAt(0)),
          row.textAt(1),
          row.textAt(2),
          row.textAt(3) == siteRoleName(SiteRole::Admin) ? SiteRole::Admin : SiteRole::Member,
          row.textAt(4),
          row.textAt(5),
          row.textAt(6),
          row.numberAt(7),
          row.numberAt(8)};
}

#define KITH_SESSION_COLUMNS "id, user, secret_hash, user_agent, created_at, expires_at, revoked_at"
LoginSession sessionAt(const Query& row) {
  return {SessionId::trusted(row.textAt(0)),
          UserId::trusted(row.textAt(1)),
          row.textAt(2),
          row.textAt(3),
          row.numberAt(4),
          row.numberAt(5),
          row.numberAt(6)};
}

Fault already(const char* field) {
  return {FaultCode::Already, field, {}, false};
}

}  // namespace

Result<std::optional<User>> PeopleTable::user(const UserId& user) {
  auto query = connection_.query("SELECT " KITH_USER_COLUMNS " FROM users u WHERE u.id = ?");
  query.text(user.text());
  if (!TRY(query.next())) return std::optional<User>();
  return std::optional<User>(userAt(query));
}

Result<std::vector<User>> PeopleTable::users(const std::vector<UserId>& users) {
  std::vector<User> found;
  for (const auto& id : users) {
    auto one = TRY(user(id));
    if (one) found.push_back(std::move(*one));
  }
  return found;
}

Result<std::optional<User>> PeopleTable::userByHandle(const std::string& handle) {
  auto query = connection_.query("SELECT " KITH_USER_COLUMNS
                                 " FROM handles h JOIN users u ON u.id = h.user WHERE h.handle = ?");
  query.text(handle);
  if (!TRY(query.next())) return std::optional<User>();
  return std::optional<User>(userAt(query));
}

Result<bool> PeopleTable::hasAdmin() {
  auto query = connection_.query("SELECT 1 FROM users WHERE site_role = 'admin' LIMIT 1");
  return query.next();
}

Result<std::optional<LoginSession>> PeopleTable::session(const SessionId& session) {
  auto query = connection_.query("SELECT " KITH_SESSION_COLUMNS " FROM sessions WHERE id = ?");
  query.text(session.text());
  if (!TRY(query.next())) return std::optional<LoginSession>();
  return std::optional<LoginSession>(sessionAt(query));
}

Result<std::vector<LoginSession>> PeopleTable::sessionsOf(const UserId& user) {
  auto query = connection_.query("SELECT " KITH_SESSION_COLUMNS
                                 " FROM sessions WHERE user = ? ORDER BY created_at, id");
  query.text(user.text());
  std::vector<LoginSession> found;
  while (TRY(query.next())) found.push_back(sessionAt(query));
  return found;
}

Result<std::optional<std::string>> PeopleTable::secret(const std::string& name) {
  auto query = connection_.query("SELECT value FROM secrets WHERE name = ?");
  query.text(name);
  if (!TRY(query.next())) return std::optional<std::string>();
  return std::optional<std::string>(query.textAt(0));
}

Result<void> PeopleTable::reserveHandle(const User& user) {
  if (user.handle.empty()) return {};
  {
    auto query = connection_.query("SELECT user FROM handles WHERE handle = ?");
    query.text(user.handle);
    if (TRY(query.next())) {
      if (query.textAt(0) != user.id.text()) return already("handle");
      return {};
    }
  }
  auto insert = connection_.query("INSERT INTO handles (handle, user) VALUES (?, ?)");
  return insert.text(user.handle).text(user.id.text()).run();
}

Result<void> PeopleTable::checkExternalId(const User& user) {
  if (user.issuer.empty()) return {};
  auto query = connection_.query("SELECT id FROM users WHERE issuer = ? AND external_id = ?");
  query.text(user.issuer).text(user.external_id);
  if (TRY(query.next()) && query.textAt(0) != user.id.text()) return already("external_id");
  return {};
}

Result<void> PeopleTable::put(const User& user) {
  TRY(checkExternalId(user));
  TRY(reserveHandle(user));
  auto upsert = connection_.query(
      "INSERT INTO users (id, handle, display_name, site_role, password_hash, issuer, external_id, "
      "token_version,"
      " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET handle = "
      "excluded.handle,"
      " display_name = excluded.display_name, site_role = excluded.site_role, password_hash = "
      "excluded.password_hash,"
      " issuer = excluded.issuer, external_id = excluded.external_id, token_version = excluded.token_version,"
      " created_at = excluded.created_at");
  return upsert.text(user.id.text())
      .textOrNull(user.handle)
      .text(user.display_name)
      .text(siteRoleName(user.site_role))
      .textOrNull(user.password_hash)
      .textOrNull(user.issuer)
      .textOrNull(user.external_id)
      .number(user.token_version)
      .number(user.created_at)
      .run();
}

Result<void> PeopleTable::put(const LoginSession& session) {
  auto upsert = connection_.query(
      "INSERT INTO sessions (id, user, secret_hash, user_agent, created_at, expires_at, revoked_at)"
      " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET user = excluded.user,"
      " secret_hash = excluded.secret_hash, user_agent = excluded.user_agent, created_at = "
      "excluded.created_at,"
      " expires_at = excluded.expires_at, revoked_at = excluded.revoked_at");
  return upsert.text(session.id.text())
      .text(session.user.text())
      .blob(session.secret_hash)
      .text(session.user_agent)
      .number(session.created_at)
      .number(session.expires_at)
      .number(session.revoked_at)
      .run();
}

// As the index sessions_end has it.
#define KITH_SESSION_END "CASE revoked_at WHEN 0 THEN expires_at ELSE revoked_at END"

Result<void> PeopleTable::removeSessionsBefore(WallMs at, std::size_t limit) {
  auto remove =
      connection_.query("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE " KITH_SESSION_END
                        " < ? ORDER BY " KITH_SESSION_END " LIMIT ?)");
  return remove.number(at).number(std::uint64_t{limit}).run();
}

Result<void> PeopleTable::putSecret(const std::string& name, const std::string& value) {
  auto upsert = connection_.query(
      "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value");
  return upsert.text(name).blob(value).run();
}

Result<void> PeopleTable::removeSecret(const std::string& name) {
  auto remove = connection_.query("DELETE FROM secrets WHERE name = ?");
  return remove.text(name).run();
}

}  // namespace kith::store::sqlite
