#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/user.h"
#include "store/mongodb/session.h"

namespace kith::store::mongodb {

/// Users, sign-ins and secrets on one session. Lives with it, on its thread.
class PeopleDocuments {
 public:
  explicit PeopleDocuments(Session& session) : session_(session) {}

  Result<std::optional<User>> user(const UserId& user);
  Result<std::vector<User>> users(const std::vector<UserId>& users);
  Result<std::optional<User>> userByHandle(const std::string& handle);
  Result<bool> hasAdmin();
  Result<std::optional<LoginSession>> session(const SessionId& session);
  Result<std::vector<LoginSession>> sessionsOf(const UserId& user);
  Result<std::optional<std::string>> secret(const std::string& name);

  // In a transaction.
  Result<void> put(const User& user);
  Result<void> put(const LoginSession& session);
  Result<void> removeSessionsBefore(WallMs at, std::size_t limit);
  Result<void> putSecret(const std::string& name, const std::string& value);
  Result<void> removeSecret(const std::string& name);

 private:
  Result<void> reserveHandle(const User& user);
  Result<void> checkExternalId(const User& user);

  Session& session_;
};

}  // namespace kith::store::mongodb
