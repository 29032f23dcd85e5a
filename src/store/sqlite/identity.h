#pragma once

#include <string>

#include "model/scope.h"
#include "store/sqlite/connection.h"

namespace kith::store::sqlite {

/// What makes this store's positions its own: the source of every scope's epoch.
///
/// Read once when the store opens and constant from then on; any thread.
struct Identity {
  std::int64_t generation = 0;
  std::string epoch;         // 16 random bytes
  std::string scope_secret;  // 32 random bytes

  /// The scope's own random. Derived, so that a scope without a row has the epoch it will keep.
  std::string randomOf(const Scope& scope) const;
  /// 11 characters: base64url of the first 8 bytes of SHA-256(epoch, name, random).
  std::string epochOf(const Scope& scope, const std::string& random) const;
};

/// Reads the identity; makes it in a new database; gives a backup that was put in place a new epoch.
Result<Identity> loadIdentity(Connection& connection);

}  // namespace kith::store::sqlite
