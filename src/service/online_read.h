#pragma once

#include <string>
#include <vector>

#include "service/operations.h"

namespace kith {

/// One page of who of a room is online, as its members see it.
struct OnlineShown {
  struct Person {
    UserId id;
    std::string name;
  };
  std::int64_t count = 0;
  std::vector<Person> users;
  std::string next;  // empty: the last page
};

/// Judges the right to read the room, then asks. The limit is of the page; `count` is of all.
void readOnlineInRoom(Services& services, const Caller& caller, const RoomId& room, const std::string& cursor,
                      std::size_t limit, Reply<OnlineShown> reply);
void readOnlineCountInRoom(Services& services, const Caller& caller, const RoomId& room,
                           Reply<std::int64_t> reply);

}  // namespace kith
