#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "model/id.h"
#include "model/scope.h"

namespace kith {

enum class RoomRole { Member, Owner };
enum class MemberState { Member, Left };

std::string_view roleName(RoomRole role);

struct Room {
  RoomId id;
  std::string name;   // 1 to 64 code points, NFC
  std::string topic;  // up to 1024
  UserId created_by;
  WallMs created_at = 0;
  GroupId group{};            // empty: a room of its own
  std::int64_t capacity = 0;  // members at most; 0: no limit
  WallMs archived_at = 0;     // 0: active
  std::string folded_name{};  // what a search of the list looks at

  /// The main room of its group has the group's id: entered, left and ended with it.
  bool isMain() const { return !group.empty() && id.text() == group.text(); }
};

struct RoomMember {
  RoomId room;
  UserId user;
  RoomRole role = RoomRole::Member;
  MemberState state = MemberState::Member;
  WallMs joined_at = 0;
  Offset join_offset = 0;  // of the last `member.joined`
};

}  // namespace kith
