#pragma once

#include <optional>

#include "eventlog/event_log.h"
#include "model/message.h"
#include "model/room.h"
#include "service/caller.h"

namespace kith {

/// Everything that somebody may do. Each operation names one.
enum class Right {
  SeeRooms,  // list rooms, look one up
  CreateRoom,
  JoinRoom,
  LeaveRoom,
  ReadRoom,  // messages, members, presence
  PostMessage,
  Type,
  EditMessage,
  DeleteMessage,
  KickMember,
};

/// What a right is judged by: rows of one snapshot, or of the transaction that will act.
struct Facts {
  UserId actor;
  const std::optional<Room>& room;
  const std::optional<RoomMember>& mine;
  const std::optional<RoomMember>& target = kNobody;  // of KickMember; the author, of DeleteMessage
  const Message* message = nullptr;                   // of EditMessage, DeleteMessage

  static const std::optional<RoomMember> kNobody;
};

/// The one policy. What it does not allow is denied. A room that is not there is NotFound, whatever
/// was asked; what only members may do is NotMember to others.
Result<void> judge(Right right, const Facts& facts);

/// The same for what needs the room and the asker's own row alone, read here.
Result<void> judgeInRoom(Right right, store::Reader& reader, const UserId& user, const RoomId& room);

/// May `user` read the log of `scope`? Judged in the snapshot; PermissionDenied alike for what is
/// not there and for what is not his.
Result<Granted> mayRead(store::Reader& reader, const UserId& user, const Scope& scope);

/// The same for a connection, which also ends with its sign-in: Unauthorized if that was revoked.
Result<Granted> mayListen(store::Reader& reader, const Caller& caller, const Scope& scope);

}  // namespace kith
