#include "store/mongodb/people_documents.h"

#include <unordered_map>
#include <utility>

#include "store/mongodb/member_documents.h"
#include "store/mongodb/schema.h"

namespace kith::store::mongodb {
namespace {

std::string_view siteRoleName(SiteRole role) {
  return role == SiteRole::Admin ? "admin" : "member";
}

User userAt(const View& row) {
  return {UserId::trusted(row.text("_id")),
          row.text("handle"),
          row.text("display_name"),
          row.text("site_role") == siteRoleName(SiteRole::Admin) ? SiteRole::Admin : SiteRole::Member,
          row.text("password_hash"),
          row.text("issuer"),
          row.text("external_id"),
          row.number("token_version"),
          row.number("created_at")};
}

LoginSession sessionAt(const View& row) {
  return {SessionId::trusted(row.text("_id")),
          UserId::trusted(row.text("user")),
          row.bytes("secret_hash"),
          row.text("user_agent"),
          row.number("created_at"),
          row.number("expires_at"),
          row.number("revoked_at")};
}

Fault already(const char* field) {
  return {FaultCode::Already, field, {}, false};
}

Document withId(const std::string& id) {
  Document which;
  which.text("_id", id);
  return which;
}

}  // namespace

Result<std::optional<User>> PeopleDocuments::user(const UserId& user) {
  const auto row = TRY(session_.one(kUsers, withId(user.text())));
  if (!row) return std::optional<User>();
  return std::optional<User>(userAt(View(*row)));
}

Result<std::vector<User>> PeopleDocuments::users(const std::vector<UserId>& users) {
  std::vector<std::string> ids;
  for (const auto& id : users) ids.push_back(id.text());
  std::unordered_map<std::string, User> by_id;
  TRY(eachOf(session_, kUsers, ids, [&](const View& row) { by_id.emplace(row.text("_id"), userAt(row)); }));
  std::vector<User> found;
  for (const auto& id : ids) {
    const auto one = by_id.find(id);
    if (one != by_id.end()) found.push_back(one->second);
  }
  return found;
}

Result<std::optional<User>> PeopleDocuments::userByHandle(const std::string& handle) {
  const auto row = TRY(session_.one(kHandles, withId(handle)));
  if (!row) return std::optional<User>();
  return user(UserId::trusted(View(*row).text("user")));
}

Result<bool> PeopleDocuments::hasAdmin() {
  Document which;
  which.text("site_role", siteRoleName(SiteRole::Admin));
  return TRY(session_.one(kUsers, which)).has_value();
}

Result<std::optional<LoginSession>> PeopleDocuments::session(const SessionId& session) {
  const auto row = TRY(session_.one(kSessions, withId(session.text())));
  if (!row) return std::optional<LoginSession>();
  return std::optional<LoginSession>(sessionAt(View(*row)));
}

Result<std::vector<LoginSession>> PeopleDocuments::sessionsOf(const UserId& user) {
  Document which;
  which.text("user", user.text());
  std::vector<LoginSession> found;
  auto rows = session_.find(kSessions, which, inOrder({"created_at", "_id"}));
  while (TRY(rows.next())) found.push_back(sessionAt(rows.row()));
  return found;
}

Result<std::optional<std::string>> PeopleDocuments::secret(const std::string& name) {
  const auto row = TRY(session_.one(kSecrets, withId(name)));
  if (!row) return std::optional<std::string>();
  return std::optional<std::string>(View(*row).bytes("value"));
}

Result<void> PeopleDocuments::reserveHandle(const User& user) {
  if (user.handle.empty()) return {};
  const auto row = TRY(session_.one(kHandles, withId(user.handle)));
  if (row && View(*row).text("user") != user.id.text()) return already("handle");
  if (row) return {};
  auto reserved = withId(user.handle);
  reserved.text("user", user.id.text());
  return session_.put(kHandles, user.handle, reserved);
}

Result<void> PeopleDocuments::checkExternalId(const User& user) {
  if (user.issuer.empty()) return {};
  Document same;
  same.text("issuer", user.issuer).text("external_id", user.external_id);
  const auto row = TRY(session_.one(kUsers, same));
  if (row && View(*row).text("_id") != user.id.text()) return already("external_id");
  return {};
}

Result<void> PeopleDocuments::put(const User& user) {
  TRY(checkExternalId(user));
  TRY(reserveHandle(user));
  auto row = withId(user.id.text());
  row.text("handle", user.handle)
      .text("display_name", user.display_name)
      .text("site_role", siteRoleName(user.site_role))
      .text("password_hash", user.password_hash)
      .text("external_id", user.external_id)
      .number("token_version", user.token_version)
      .number("created_at", user.created_at);
  if (!user.issuer.empty()) row.text("issuer", user.issuer);
  return session_.put(kUsers, user.id.text(), row);
}

Result<void> PeopleDocuments::put(const LoginSession& session) {
  auto row = withId(session.id.text());
  row.text("user", session.user.text())
      .bytes("secret_hash", session.secret_hash)
      .text("user_agent", session.user_agent)
      .number("created_at", session.created_at)
      .number("expires_at", session.expires_at)
      .number("revoked_at", session.revoked_at)
      .number("ends_at", session.revoked_at == 0 ? session.expires_at : session.revoked_at);
  return session_.put(kSessions, session.id.text(), row);
}

Result<void> PeopleDocuments::removeSessionsBefore(WallMs at, std::size_t limit) {
  if (limit == 0) return {};
  Document ended;
  ended.between("ends_at", 0, at - 1);
  std::vector<std::string> ids;
  {
    auto rows = session_.find(kSessions, ended, inOrder({"ends_at", "_id"}, limit));
    while (TRY(rows.next())) ids.push_back(rows.row().text("_id"));
  }
  if (ids.empty()) return {};
  Document those;
  those.among("_id", ids);
  return session_.remove(kSessions, those);
}

Result<void> PeopleDocuments::putSecret(const std::string& name, const std::string& value) {
  auto row = withId(name);
  row.bytes("value", value);
  return session_.put(kSecrets, name, row);
}

Result<void> PeopleDocuments::removeSecret(const std::string& name) {
  return session_.remove(kSecrets, withId(name));
}

}  // namespace kith::store::mongodb
