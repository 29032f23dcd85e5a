#pragma once

#include <string>
#include <string_view>

#include "model/scope.h"

namespace kith {

/// All names of presence in Redis. Other programs may read the first three; what begins with "kith:" is ours.
struct PresenceKeys {
  static constexpr std::string_view kUsersOnline = "users:online";  // Set of user ids
  /// room:ID:online, group:ID:online: Set of user ids.
  static std::string online(const Scope& place) { return place.name() + ":online"; }
  /// room:ID:typing, group:ID:typing: Hash of user id to deadline, in ms of the server's clock.
  static std::string typing(const Scope& place) { return place.name() + ":typing"; }

  static constexpr std::string_view kNodes =
      "kith:nodes";  // ZSET of incarnation to the end of its lease, in ms
  static constexpr std::string_view kDeployment = "kith:deployment";  // whose servers these are
  static constexpr std::string_view kTtls = "kith:ttl";  // Hash of scope to seconds: what was chosen
  /// Set of the users that one incarnation of a node holds.
  static std::string node(std::string_view incarnation) { return "kith:n:" + std::string(incarnation); }
  /// Hash: `c` nodes that hold him, `e` epoch and `v` version of his memberships, `s` their scopes.
  static std::string user(const UserId& user) { return "kith:u:" + user.text(); }
};

}  // namespace kith
