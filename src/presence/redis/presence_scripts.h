#pragma once

#include <array>
#include <string>
#include <string_view>

namespace kith {

/// A Lua script that Redis runs in one step, and the name it has there.
struct RedisScript {
  explicit RedisScript(std::string_view text);
  std::string text;
  std::string sha;  // of the text, as EVALSHA takes it
};

/// How the keys change. The invariant: `c` of kith:u:USER is the number of kith:n:* Sets that hold him. Each
/// script changes both sides in one step, so that one that is repeated, late or lost does no harm.
struct PresenceScripts {
  PresenceScripts();

  /// KEYS kith:nodes users:online kith:n:NODE kith:u:USER  ARGV node user epoch version scopes ttl
  /// -1: this incarnation is fenced; 1: he came online; 0: neither.
  RedisScript up;
  /// The same KEYS  ARGV node user. 1: he went offline.
  RedisScript down;
  /// KEYS kith:nodes kith:n:NODE  ARGV node lease_ms "new"|"". {-1}: fenced; else {users held, the
  /// incarnation whose lease ends first, ms it has left}.
  RedisScript beat;
  /// KEYS kith:nodes users:online kith:n:DEAD  ARGV dead users. {-1}: alive or gone; else {users left, user,
  /// scopes…} of those who went offline.
  RedisScript reap;
  /// KEYS room:ID:typing  ARGV user ms… (0: stopped; none: only read). {user, ms left…}.
  RedisScript typing;
  /// KEYS room:ID:online  ARGV scope user…. How many were taken out, who are offline or no members.
  RedisScript clean;
  /// KEYS kith:nodes users:online kith:n:NODE  ARGV user…. Those with something amiss, made ready for an up.
  RedisScript check;
  /// KEYS kith:ttl  ARGV scope…. Renews their Sets; the scopes whose Set is gone.
  RedisScript renew;
  /// KEYS kith:deployment  ARGV deployment ms. 1: it is ours, for so long; 0: another deployment has it.
  RedisScript claim;

  std::array<const RedisScript*, 9> all() const {
    return {&up, &down, &beat, &reap, &typing, &clean, &check, &renew, &claim};
  }
};

}  // namespace kith
