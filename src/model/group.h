#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/room.h"

namespace kith {

/// How somebody becomes a member: by himself, or by asking.
enum class JoinMode { Open, Approval };

std::string_view joinModeName(JoinMode mode);

/// A community: its members, a main room that all of them are in, and further rooms.
struct Group {
  GroupId id;
  std::string slug;         // unique among the groups that are not deleted
  std::string name;         // 1 to 64 code points, NFC
  std::string description;  // up to 2000
  JoinMode join_mode = JoinMode::Open;
  std::int64_t capacity = 0;            // members at most; 0: no limit
  std::vector<RoomId> default_rooms{};  // at most 10: joined with the group, left alone later
  UserId created_by{};
  WallMs created_at = 0;
  std::string folded_name{};  // what a search of the list looks at

  /// Made with the group, joined, left and deleted with it.
  RoomId mainRoom() const { return mainRoomOf(id); }
  static RoomId mainRoomOf(const GroupId& group) { return RoomId::trusted(group.text()); }
};

struct GroupMember {
  GroupId group;
  UserId user;
  RoomRole role = RoomRole::Member;
  MemberState state = MemberState::Member;
  WallMs joined_at = 0;
  Offset join_offset = 0;  // of the last `member.joined` in the group's log
};

/// A wish to be let in. Pending is the only state that changes; one of a person and group is pending at most.
struct JoinRequest {
  enum class State { Pending, Approved, Rejected, Cancelled };
  JoinRequestId id;
  GroupId group;
  UserId user;
  State state = State::Pending;
  WallMs created_at = 0;
  WallMs decided_at = 0;  // 0: not yet
  UserId decided_by{};
  std::string reason{};  // of a rejection, for the applicant
};

std::string_view requestStateName(JoinRequest::State state);

}  // namespace kith
