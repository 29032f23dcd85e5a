#pragma once

namespace kith {

/// Everything that somebody may do. Each operation names one.
enum class Right {
  Nothing,     // of who runs no operation
  SeeRooms,    // list rooms, look one up
  CreateRoom,  // of its own, or in a group
  JoinRoom,
  LeaveRoom,
  ReadPlace,  // of a room or group: messages, rooms, members, presence
  PostMessage,
  Type,
  EditMessage,
  DeleteMessage,
  KickMember,
  UpdateRoom,
  ArchiveRoom,
  DeleteRoom,
  SeeGroups,  // list groups, look one up
  CreateGroup,
  JoinGroup,  // at once, or by asking
  CancelRequest,
  LeaveGroup,
  DecideRequests,
  KickFromGroup,
  UpdateGroup,
  DeleteGroup,
  SeeIfOnline,  // of somebody one shares a place with
  SeeAllOnline,
  ManagePresence,
};

/// Is it something that only a person can do: to be, to come, to go, to speak?
constexpr bool needsPerson(Right right) {
  switch (right) {
    case Right::CreateRoom:
    case Right::JoinRoom:
    case Right::LeaveRoom:
    case Right::PostMessage:
    case Right::Type:
    case Right::EditMessage:
    case Right::CreateGroup:
    case Right::JoinGroup:
    case Right::CancelRequest:
    case Right::LeaveGroup:
      return true;
    default:
      return false;
  }
}

}  // namespace kith
