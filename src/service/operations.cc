#include "service/operations.h"

#include "service/chat_operations.h"
#include "service/group_operations.h"
#include "service/presence_operations.h"
#include "service/room_operations.h"

namespace kith {
namespace {

constexpr auto kOptional = Field::Need::Optional;

const Field kRoom{"room", FieldType::RoomId};
const Field kGroup{"group", FieldType::GroupId};
const Field kRoomOr{"room", FieldType::RoomId, kOptional};
const Field kOrGroup{"group", FieldType::GroupId, kOptional};
const Field kRequest{"request", FieldType::RequestId};
const Field kQuery{"query", FieldType::Query, kOptional};
const Field kTopic{"topic", FieldType::Topic, kOptional};
const Field kCapacity{"capacity", FieldType::Capacity, kOptional};
const Field kUser{"user", FieldType::UserId};
const Field kSeq{"seq", FieldType::Seq};
const Field kNonce{"nonce", FieldType::Nonce, kOptional};
const Field kReason{"reason", FieldType::Reason, kOptional};
const Field kCursor{"cursor", FieldType::Cursor, kOptional};
const Field kLimit{"limit", FieldType::Limit, kOptional};

}  // namespace

const std::vector<Operation>& operations() {
  // A table, a row each.
  // clang-format off
  static const std::vector<Operation> table{
      {"chat.send", "POST", "/rooms/{room}/messages", 201, Right::PostMessage, "Sends a message.",
       {kRoom, {"text", FieldType::MessageText}, kNonce, {"format", FieldType::Format, kOptional},
        {"reply_to", FieldType::Seq, kOptional}}, sendMessage},
      {"chat.edit", "PATCH", "/rooms/{room}/messages/{seq}", 200, Right::EditMessage, "Replaces the text of an own message.",
       {kRoom, kSeq, {"text", FieldType::MessageText}, kNonce}, editMessage},
      {"chat.delete", "DELETE", "/rooms/{room}/messages/{seq}", 200, Right::DeleteMessage,
       "Deletes a message, or several at once, and leaves tombstones.",
       {kRoom, {"seq", FieldType::Seq, kOptional}, {"seqs", FieldType::Seqs, kOptional}, kReason, kNonce}, deleteMessage,
       "/rooms/{room}/messages/delete"},
      {"chat.history", "GET", "/rooms/{room}/messages", 200, Right::ReadPlace, "One page of messages.",
       {kRoom, {"before", FieldType::Seq, kOptional}, {"after", FieldType::Seq, kOptional},
        {"around", FieldType::Seq, kOptional}, kLimit}, getMessages},
      {"chat.get", "GET", "/rooms/{room}/messages/{seq}", 200, Right::ReadPlace, "One message.", {kRoom, kSeq}, getMessage},
      {"chat.edits", "GET", "/rooms/{room}/messages/{seq}/edits", 200, Right::ReadPlace, "The old texts of a message.",
       {kRoom, kSeq, {"after", FieldType::Seq, kOptional}}, getEdits},
      {"chat.typing", "POST", "/{place}/typing", 200, Right::Type,
       "Says that the caller types in a room, or in the main room of a group, or has stopped.",
       {kRoomOr, kOrGroup, {"on", FieldType::Boolean}}, setTyping},
      {"room.list", "GET", "/rooms", 200, Right::SeeRooms, "The rooms, by name: of no group, or of one.",
       {{"joined", FieldType::Boolean, kOptional}, kOrGroup, kQuery, kCursor, kLimit}, listRooms},
      {"room.get", "GET", "/rooms/{room}", 200, Right::SeeRooms, "One room.", {kRoom}, getRoom},
      {"room.create", "POST", "/rooms", 201, Right::CreateRoom, "Makes a room, perhaps in a group; its maker owns it.",
       {{"name", FieldType::RoomName}, kTopic, kOrGroup, kCapacity, kNonce}, createRoom},
      {"room.update", "PATCH", "/rooms/{room}", 200, Right::UpdateRoom, "Changes what is given.",
       {kRoom, {"name", FieldType::RoomName, kOptional}, kTopic, kCapacity, kNonce}, updateRoom},
      {"room.archive", "POST", "/rooms/{room}/archive", 200, Right::ArchiveRoom, "From now on it can only be read.",
       {kRoom, kNonce}, archiveRoom},
      {"room.unarchive", "POST", "/rooms/{room}/unarchive", 200, Right::ArchiveRoom, "Takes an archived room up again.",
       {kRoom, kNonce}, unarchiveRoom},
      {"room.delete", "DELETE", "/rooms/{room}", 200, Right::DeleteRoom, "Ends a room for everybody.", {kRoom, kNonce}, deleteRoom},
      {"room.join", "POST", "/rooms/{room}/join", 200, Right::JoinRoom, "Joins a room.", {kRoom, kNonce}, joinRoom},
      {"room.leave", "POST", "/rooms/{room}/leave", 200, Right::LeaveRoom, "Leaves a room.", {kRoom, kNonce}, leaveRoom},
      {"room.kick", "POST", "/rooms/{room}/members/{user}/kick", 200, Right::KickMember, "Puts a member out of the room.",
       {kRoom, kUser, kReason, kNonce}, kickMember},
      {"room.members", "GET", "/rooms/{room}/members", 200, Right::ReadPlace, "The members of a room.",
       {kRoom, kCursor, kLimit}, getMembers},
      {"group.list", "GET", "/groups", 200, Right::SeeGroups, "The groups, by name.",
       {{"joined", FieldType::Boolean, kOptional}, kQuery, kCursor, kLimit}, listGroups},
      {"group.get", "GET", "/groups/{group}", 200, Right::SeeGroups, "One group.", {kGroup}, getGroup},
      {"group.create", "POST", "/groups", 201, Right::CreateGroup, "Founds a group with its main room.",
       {{"name", FieldType::RoomName}, {"slug", FieldType::Slug, kOptional}, {"description", FieldType::Description, kOptional},
        {"join_mode", FieldType::JoinMode, kOptional}, kCapacity, kNonce}, createGroup},
      {"group.update", "PATCH", "/groups/{group}", 200, Right::UpdateGroup, "Changes what is given.",
       {kGroup, {"name", FieldType::RoomName, kOptional}, {"description", FieldType::Description, kOptional},
        {"join_mode", FieldType::JoinMode, kOptional}, kCapacity, {"default_rooms", FieldType::RoomIds, kOptional}, kNonce},
       updateGroup},
      {"group.delete", "DELETE", "/groups/{group}", 200, Right::DeleteGroup, "Ends a group and its rooms for everybody.",
       {kGroup, kNonce}, deleteGroup},
      {"group.join", "POST", "/groups/{group}/join", 200, Right::JoinGroup, "Joins an open group, asks another to be let in.",
       {kGroup, kNonce}, joinGroup},
      {"group.leave", "POST", "/groups/{group}/leave", 200, Right::LeaveGroup, "Leaves a group and its rooms.",
       {kGroup, kNonce}, leaveGroup},
      {"group.kick", "POST", "/groups/{group}/members/{user}/kick", 200, Right::KickFromGroup,
       "Puts a member out of the group and its rooms.", {kGroup, kUser, kReason, kNonce}, kickFromGroup},
      {"group.members", "GET", "/groups/{group}/members", 200, Right::ReadPlace, "The members of a group.",
       {kGroup, kCursor, kLimit}, getGroupMembers},
      {"group.requests", "GET", "/groups/{group}/requests", 200, Right::DecideRequests, "Who asks to be let in, the oldest first.",
       {kGroup, kCursor, kLimit}, getRequests},
      {"group.approve", "POST", "/groups/{group}/requests/{request}/approve", 200, Right::DecideRequests, "Lets an applicant in.",
       {kGroup, kRequest, kNonce}, approveRequest},
      {"group.reject", "POST", "/groups/{group}/requests/{request}/reject", 200, Right::DecideRequests, "Turns an applicant down.",
       {kGroup, kRequest, kReason, kNonce}, rejectRequest},
      {"group.cancel", "POST", "/groups/{group}/requests/{request}/cancel", 200, Right::CancelRequest, "Withdraws the own request.",
       {kGroup, kRequest, kNonce}, cancelRequest},
      {"presence.room", "GET", "/rooms/{room}/presence", 200, Right::ReadPlace, "Who of the room is online.",
       {kRoom, kCursor, kLimit}, getOnlineUsers},
      {"presence.group", "GET", "/groups/{group}/presence", 200, Right::ReadPlace, "Who of the group is online.",
       {kGroup, kCursor, kLimit}, getOnlineUsers},
      {"presence.count", "GET", "/{place}/presence/count", 200, Right::ReadPlace, "How many of the room or group are online.",
       {kRoomOr, kOrGroup}, getOnlineCount},
      {"presence.user", "GET", "/users/{user}/presence", 200, Right::SeeIfOnline,
       "Whether somebody is online, to who shares a room or group with him.", {kUser}, getUserPresence},
      {"presence.all", "GET", "/presence", 200, Right::SeeAllOnline, "Everybody who is online.", {kCursor, kLimit}, getAllOnline},
      {"presence.cleanup", "POST", "/{place}/presence/cleanup", 200, Right::ManagePresence,
       "Takes out of the online of a room or group who is not online or not a member.", {kRoomOr, kOrGroup}, cleanupPresence},
      {"presence.setTTL", "PUT", "/{place}/presence/ttl", 200, Right::ManagePresence,
       "How long the online of a room or group is kept without a server that keeps it up.",
       {kRoomOr, kOrGroup, {"seconds", FieldType::OnlineTtl}}, setOnlineTTL},
  };
  // clang-format on
  return table;
}

const Operation* operationOf(std::string_view method) {
  for (const auto& operation : operations()) {
    if (operation.method == method) return &operation;
  }
  return nullptr;
}

void runOperation(const Operation& operation, Services& services, const Caller& caller, std::string_view json,
                  Reply<std::string> reply) {
  if (caller.user.empty()) return reply(Fault::of(FaultCode::Unauthorized));
  auto args = Args::parse(operation.fields, services.limits, json);
  if (!args) return reply(args.error());
  if (operation.route.starts_with(kPlacePath) && args->has("room") == args->has("group")) {
    return reply(Fault::badField("room", "give either a room or a group"));
  }
  if (caller.back_end && needsPerson(operation.right)) {
    return reply(Fault::badField("Kith-User", "name in this header for whom the key acts"));
  }
  auto acting = caller;
  acting.right = operation.right;
  operation.run(services, acting, *args, std::move(reply));
}

}  // namespace kith
