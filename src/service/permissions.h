#pragma once

#include <optional>

#include "eventlog/event_log.h"
#include "model/group.h"
#include "model/message.h"
#include "service/caller.h"
#include "store/write_item.h"

namespace kith {

/// Whatever else his row says: is he a member now?
template <class Row>
bool isMember(const std::optional<Row>& row) {
  return row && row->state == MemberState::Member;
}

/// A room and somebody's rows in it and in its group. With its group, the room is gone.
struct Standing {
  std::optional<Room> room;
  std::optional<RoomMember> member;
  std::optional<GroupMember> in_group;
};
Result<Standing> standingIn(store::Reader& reader, const RoomId& room, const UserId& user);
Result<Standing> standingIn(store::ScopeState& now, const UserId& user);

/// What a right in a room is judged by: rows of one snapshot, or of the transaction that will act.
struct RoomFacts {
  const Caller& caller;
  const Standing& own;
  const Standing& target = kNobody;  // of KickMember; the author, of DeleteMessage
  const Message* message = nullptr;  // of EditMessage, DeleteMessage
  bool last = false;                 // of LeaveRoom: nobody else is in it

  static const Standing kNobody;
};

/// The same in a group.
struct GroupFacts {
  const Caller& caller;
  const std::optional<Group>& group;
  const std::optional<GroupMember>& own;
  const std::optional<GroupMember>& target = kNobody;  // of KickFromGroup

  static const std::optional<GroupMember> kNobody;
};

/// The one policy. What it does not allow is denied. What is not there, or not for him, is NotFound,
/// whatever was asked; what only members may do is NotMember to others.
Result<void> judge(Right right, const RoomFacts& facts);
Result<void> judge(Right right, const GroupFacts& facts);
/// Of rights that no place is needed for.
Result<void> judge(Right right, const Caller& caller);

/// The same for what needs the place and the asker's own rows alone, read here.
Result<void> judgeInRoom(Right right, store::Reader& reader, const Caller& caller, const RoomId& room);
Result<void> judgeInGroup(Right right, store::Reader& reader, const Caller& caller, const GroupId& group);

Result<void> judgeInPlace(store::Reader& reader, const Caller& caller, const Scope& place);
/// The same towards a person, by the places both are members of. Who shares none, and who is not there, are
/// NotFound alike.
Result<void> judgeTowards(store::Reader& reader, const Caller& caller, const UserId& person);
/// The same for what a site admin does with a place that he need not be a member of. The right comes first:
/// who lacks it learns nothing of the place.
Result<void> judgeOverPlace(store::Reader& reader, const Caller& caller, const Scope& place);

/// May he read the log of `scope`? Judged in the snapshot; PermissionDenied alike for what is not there and
/// for what is not his.
Result<Granted> mayRead(store::Reader& reader, const Caller& caller, const Scope& scope);

/// The same for a connection, which also ends with its sign-in: Unauthorized if that was revoked.
Result<Granted> mayListen(store::Reader& reader, const Caller& caller, const Scope& scope);

}  // namespace kith
