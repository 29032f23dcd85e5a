#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "model/group.h"
#include "model/task.h"
#include "service/place_entries.h"

namespace kith {

/// The tasks of groups and rooms as they are stored: their kinds, and what their data says.

inline constexpr const char* kGroupEnter = "group.enter";  // default rooms, one after the other
inline constexpr const char* kGroupLeave = "group.leave";  // rooms first, the group last
inline constexpr const char* kGroupKick = "group.kick";    // the group is left already; its rooms follow
inline constexpr const char* kGroupEnd = "group.end";      // rooms, requests and members of a deleted group
inline constexpr const char* kRoomEnd = "room.end";        // members of a deleted room
inline constexpr const char* kRoomPurge = "room.purge";    // its texts, a week later

struct GroupTask {
  GroupId group;
  UserId user;  // who enters or leaves; who deleted
  std::string name{};
  UserId by{};  // who kicked
  std::string nonce{};
  std::vector<RoomId> rooms{};  // still to enter
};

/// One per kind, group and person (kGroupEnd: per group).
StoredTask groupTask(const char* kind, const GroupTask& task);
GroupTask groupTaskOf(const StoredTask& task);
StoredTask roomTask(const char* kind, const RoomId& room, const UserId& by, WallMs run_at = 0);
/// The room and who deleted it.
std::pair<RoomId, UserId> roomTaskOf(const StoredTask& task);

/// Is he on his way out of the group? Until that is done he cannot come back: a temporary fault.
Result<void> isNotLeaving(store::Transaction& now, const GroupId& group, const UserId& user);

/// Those of `logs` that can be written to. A task leaves out a damaged one: who it belongs to is not told,
/// and nobody else waits for that.
Result<std::unordered_set<Scope>> wholeLogs(store::Reader& reader, const std::vector<Scope>& logs);

/// Ends a room in this commit: the row, the task for its members, and `room.deleted`.
Result<store::ScopedDraft> endRoomNow(store::Transaction& now, const Room& room, const UserId& by);

/// The group that a `group.added` object speaks of, and the role in it.
std::pair<GroupId, std::string> addedGroupOf(std::string_view json);
/// The request that an entry of it speaks of.
JoinRequestId requestOfJson(std::string_view json);

}  // namespace kith
