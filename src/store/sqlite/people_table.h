#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/user.h"
#include "store/sqlite/connection.h"

namespace kith::store::sqlite {

/// Users, their handles and sign-ins, and the deployment's secrets, on one connection.
/// Lives with it, on its thread.
class PeopleTable {
 public:
  explicit PeopleTable(Connection& connection) : connection_(connection) {}

  Result<std::optional<User>> user(const UserId& user);
  /// Those that exist, in the order asked for.
  Result<std::vector<User>> users(const std::vector<UserId>& users);
  /// A former handle leads to its user too.
  Result<std::optional<User>> userByHandle(const std::string& handle);
  Result<bool> hasAdmin();
  Result<std::optional<LoginSession>> session(const SessionId& session);
  /// Oldest first, ended ones too.
  Result<std::vector<LoginSession>> sessionsOf(const UserId& user);
  Result<std::optional<std::string>> secret(const std::string& name);

  // The writer's.
  Result<void> put(const User& user);
  Result<void> put(const LoginSession& session);
  Result<void> removeSessionsBefore(WallMs at, std::size_t limit);
  Result<void> putSecret(const std::string& name, const std::string& value);
  Result<void> removeSecret(const std::string& name);

 private:
  Result<void> reserveHandle(const User& user);
  Result<void> checkExternalId(const User& user);

  Connection& connection_;
};

}  // namespace kith::store::sqlite
