#pragma once

#include <cstdint>
#include <string>

#include "model/scope.h"

namespace kith::store {

/// What makes a store's positions its own: the source of every scope's epoch.
///
/// Read once when the store opens and constant from then on; any thread.
struct Identity {
  std::int64_t generation = 0;
  std::string epoch;         // 16 random bytes
  std::string scope_secret;  // 32 random bytes

  /// Of a store that is new.
  static Identity made();
  static std::string newEpoch();

  /// The scope's own random. Derived, so that a scope without a row has the epoch it will keep.
  std::string randomOf(const Scope& scope) const;
  /// 11 characters: base64url of the first 8 bytes of SHA-256(epoch, name, random).
  std::string epochOf(const Scope& scope, const std::string& random) const;
};

}  // namespace kith::store
