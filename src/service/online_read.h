#pragma once

#include <string>
#include <vector>

#include "service/operations.h"

namespace kith {

/// One page of who of a room or group is online, as its members see it.
struct OnlineShown {
  struct Person {
    UserId id;
    std::string name;
  };
  std::int64_t count = 0;
  std::vector<Person> users;
  std::string next;  // empty: the last page
};

/// Asks who is online, then for their names and the right to know, in one snapshot. The limit is of the
/// page; `count` is of all.
void readOnline(Services& services, const Caller& caller, const Scope& place, const std::string& cursor,
                std::size_t limit, Reply<OnlineShown> reply);
/// Everybody who is online; `count` stays 0.
void readAllOnline(Services& services, const Caller& caller, const std::string& cursor, std::size_t limit,
                   Reply<OnlineShown> reply);
void readIfOnline(Services& services, const Caller& caller, const UserId& user, Reply<bool> reply);
void readOnlineCount(Services& services, const Caller& caller, const Scope& place, Reply<std::int64_t> reply);

}  // namespace kith
