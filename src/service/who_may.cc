#include "service/who_may.h"

namespace kith {

std::string_view whoMay(Right right) {
  switch (right) {
    case Right::Nothing:
      return "nobody";
    case Right::SeeRooms:
      return "everybody; the rooms of a group are there for its members";
    case Right::CreateRoom:
      return "everybody; in a group, its members";
    case Right::JoinRoom:
      return "everybody, while the room is not archived; in a group, its members";
    case Right::LeaveRoom:
      return "members; the owner as the last of them; nobody from the main room of a group";
    case Right::ReadPlace:
      return "members";
    case Right::PostMessage:
    case Right::Type:
      return "members, while the room is not archived";
    case Right::EditMessage:
      return "its author, as a member, while the room is not archived";
    case Right::DeleteMessage:
      return "its author; the owners of the room and of its group, and site admins, over who ranks lower";
    case Right::KickMember:
      return "the owners of the room and of its group, and site admins, over who ranks lower; nobody from "
             "the "
             "main room of a group";
    case Right::UpdateRoom:
    case Right::ArchiveRoom:
      return "the owners of the room and of its group, and site admins";
    case Right::DeleteRoom:
      return "the owners of the room and of its group, and site admins; nobody the main room of a group";
    case Right::SeeGroups:
    case Right::CreateGroup:
    case Right::JoinGroup:
      return "everybody";
    case Right::CancelRequest:
      return "the applicant";
    case Right::LeaveGroup:
      return "members, but not the owner";
    case Right::DecideRequests:
    case Right::UpdateGroup:
    case Right::DeleteGroup:
      return "the owner of the group, and site admins";
    case Right::KickFromGroup:
      return "the owner of the group, and site admins, over who ranks lower";
    case Right::SeeIfOnline:
      return "who shares a group, or a room of no group, with that person; site admins";
    case Right::SeeAllOnline:
    case Right::ManagePresence:
      return "site admins";
  }
  return "nobody";
}

}  // namespace kith
