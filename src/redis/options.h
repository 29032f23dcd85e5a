#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/expected.h"

namespace kith {

/// Where a Redis server is, and who we are there.
struct RedisOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string user;      // empty: the default user
  std::string password;  // empty: no AUTH
  std::uint32_t database = 0;

  /// redis://[user[:password]@]host[:port][/database]. User and password may be percent-encoded; a host in
  /// brackets is an IPv6 address. An error names the part in fault, and never the password.
  static Expected<RedisOptions, Error> parse(std::string_view url);

  /// "host:port/database", for logs.
  std::string name() const;
};

}  // namespace kith
