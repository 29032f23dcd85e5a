#include "service/operations.h"

#include "service/chat_operations.h"
#include "service/group_operations.h"
#include "service/presence_operations.h"
#include "service/room_operations.h"

namespace kith {
namespace {

constexpr auto kOptional = Field::Need::Optional;
constexpr auto kRequired = Field::Need::Required;

// Fields that several operations have, a row each.
// clang-format off
const Field kRoom{"room", FieldType::RoomId};
const Field kGroup{"group", FieldType::GroupId};
const Field kRoomOr{"room", FieldType::RoomId, kOptional, "either this"};
const Field kOrGroup{"group", FieldType::GroupId, kOptional, "or this"};
const Field kInGroup{"group", FieldType::GroupId, kOptional, "which it is of; none: a room of its own"};
const Field kRequest{"request", FieldType::RequestId};
const Field kQuery{"query", FieldType::Query, kOptional, "a part of the name, whatever its case"};
const Field kJoined{"joined", FieldType::Boolean, kOptional, "those alone that the caller is a member of"};
const Field kTopic{"topic", FieldType::Topic, kOptional};
const Field kJoinMode{"join_mode", FieldType::JoinMode, kOptional, "whether one joins at once, or asks to be let in"};
const Field kCapacity{"capacity", FieldType::Capacity, kOptional, "members at most; 0: no limit"};
const Field kUser{"user", FieldType::UserId};
const Field kSeq{"seq", FieldType::Seq, kRequired, "which message"};
const Field kNonce{"nonce", FieldType::Nonce, kOptional, "made by the client: a repeat with the same one is answered by what the first did"};
const Field kReason{"reason", FieldType::Reason, kOptional, "for whom it concerns"};
const Field kCursor{"cursor", FieldType::Cursor, kOptional};
const Field kLimit{"limit", FieldType::Limit, kOptional, "of the page"};
// clang-format on

}  // namespace

const std::vector<Operation>& operations() {
  // A table, a row each.
  // clang-format off
  static const std::vector<Operation> table{
      {"chat.send", "POST", "/rooms/{room}/messages", 201, Right::PostMessage, "Sends a message.", "seq, +written",
       {kRoom, {"text", FieldType::MessageText}, kNonce, {"format", FieldType::Format, kOptional},
        {"reply_to", FieldType::Seq, kOptional, "the message that this answers"}}, sendMessage},
      {"chat.edit", "PATCH", "/rooms/{room}/messages/{seq}", 200, Right::EditMessage, "Replaces the text of an own message.", "+written",
       {kRoom, kSeq, {"text", FieldType::MessageText}, kNonce}, editMessage},
      {"chat.delete", "DELETE", "/rooms/{room}/messages/{seq}", 200, Right::DeleteMessage,
       "Deletes a message, or several at once, and leaves tombstones.", "+written",
       {kRoom, {"seq", FieldType::Seq, kOptional, "either this"}, {"seqs", FieldType::Seqs, kOptional, "or these"}, kReason, kNonce}, deleteMessage,
       "/rooms/{room}/messages/delete"},
      {"chat.history", "GET", "/rooms/{room}/messages", 200, Right::ReadPlace, "One page of messages.",
       "messages[]: message, users, epoch, offset, has_more_before, has_more_after",
       {kRoom, {"before", FieldType::Seq, kOptional, "one of three: the newest before this seq;"}, {"after", FieldType::Seq, kOptional, "the oldest after it;"},
        {"around", FieldType::Seq, kOptional, "those on both sides. None: the newest of all"}, kLimit}, getMessages},
      {"chat.get", "GET", "/rooms/{room}/messages/{seq}", 200, Right::ReadPlace, "One message.", "message: message, users", {kRoom, kSeq}, getMessage},
      {"chat.edits", "GET", "/rooms/{room}/messages/{seq}/edits", 200, Right::ReadPlace, "The old texts of a message.", "edits[]: edit, has_more_after",
       {kRoom, kSeq, {"after", FieldType::Seq, kOptional, "the `number` of the last one of the page before"}}, getEdits},
      {"chat.typing", "POST", "/{place}/typing", 200, Right::Type,
       "Says that the caller types in a room, or in the main room of a group, or has stopped.", "",
       {kRoomOr, kOrGroup, {"on", FieldType::Boolean, kRequired, "false: has stopped"}}, setTyping},
      {"room.list", "GET", "/rooms", 200, Right::SeeRooms, "The rooms, by name: of no group, or of one.", "rooms[]: room, next?",
       {kJoined, {"group", FieldType::GroupId, kOptional, "its rooms; none: those of no group, or with `joined` of all"}, kQuery, kCursor, kLimit}, listRooms},
      {"room.get", "GET", "/rooms/{room}", 200, Right::SeeRooms, "One room.", "room: room", {kRoom}, getRoom},
      {"room.create", "POST", "/rooms", 201, Right::CreateRoom, "Makes a room, perhaps in a group; its maker owns it.", "room: room, role?, +written",
       {{"name", FieldType::RoomName}, kTopic, kInGroup, kCapacity, kNonce}, createRoom},
      {"room.update", "PATCH", "/rooms/{room}", 200, Right::UpdateRoom, "Changes what is given.", "room: room, role?, +written",
       {kRoom, {"name", FieldType::RoomName, kOptional}, kTopic, kCapacity, kNonce}, updateRoom},
      {"room.archive", "POST", "/rooms/{room}/archive", 200, Right::ArchiveRoom, "From now on it can only be read.", "room: room, role?, +written",
       {kRoom, kNonce}, archiveRoom},
      {"room.unarchive", "POST", "/rooms/{room}/unarchive", 200, Right::ArchiveRoom, "Takes an archived room up again.", "room: room, role?, +written",
       {kRoom, kNonce}, unarchiveRoom},
      {"room.delete", "DELETE", "/rooms/{room}", 200, Right::DeleteRoom, "Ends a room for everybody.", "+written", {kRoom, kNonce}, deleteRoom},
      {"room.join", "POST", "/rooms/{room}/join", 200, Right::JoinRoom, "Joins a room.", "room: room, role?, +written", {kRoom, kNonce}, joinRoom},
      {"room.leave", "POST", "/rooms/{room}/leave", 200, Right::LeaveRoom, "Leaves a room.", "+written", {kRoom, kNonce}, leaveRoom},
      {"room.kick", "POST", "/rooms/{room}/members/{user}/kick", 200, Right::KickMember, "Puts a member out of the room.", "+written",
       {kRoom, kUser, kReason, kNonce}, kickMember},
      {"room.members", "GET", "/rooms/{room}/members", 200, Right::ReadPlace, "The members of a room.", "members[]: member, next?",
       {kRoom, kCursor, kLimit}, getMembers},
      {"group.list", "GET", "/groups", 200, Right::SeeGroups, "The groups, by name.", "groups[]: group, next?",
       {kJoined, kQuery, kCursor, kLimit}, listGroups},
      {"group.get", "GET", "/groups/{group}", 200, Right::SeeGroups, "One group.", "group: group", {kGroup}, getGroup},
      {"group.create", "POST", "/groups", 201, Right::CreateGroup, "Founds a group with its main room.", "group: group, state?, role?, +written",
       {{"name", FieldType::RoomName}, {"slug", FieldType::Slug, kOptional, "none: made from the name"}, {"description", FieldType::Description, kOptional},
        kJoinMode, kCapacity, kNonce}, createGroup},
      {"group.update", "PATCH", "/groups/{group}", 200, Right::UpdateGroup, "Changes what is given.", "group: group, state?, role?, +written",
       {kGroup, {"name", FieldType::RoomName, kOptional}, {"description", FieldType::Description, kOptional},
        kJoinMode, kCapacity, {"default_rooms", FieldType::RoomIds, kOptional, "rooms of the group that who joins it is let into too"}, kNonce},
       updateGroup},
      {"group.delete", "DELETE", "/groups/{group}", 200, Right::DeleteGroup, "Ends a group and its rooms for everybody.", "+written",
       {kGroup, kNonce}, deleteGroup},
      {"group.join", "POST", "/groups/{group}/join", 200, Right::JoinGroup, "Joins an open group, asks another to be let in.", "state?, group?: group, request?: request, role?, +written",
       {kGroup, kNonce}, joinGroup},
      {"group.leave", "POST", "/groups/{group}/leave", 200, Right::LeaveGroup, "Leaves a group and its rooms.", "+written",
       {kGroup, kNonce}, leaveGroup},
      {"group.kick", "POST", "/groups/{group}/members/{user}/kick", 200, Right::KickFromGroup,
       "Puts a member out of the group and its rooms.", "+written", {kGroup, kUser, kReason, kNonce}, kickFromGroup},
      {"group.members", "GET", "/groups/{group}/members", 200, Right::ReadPlace, "The members of a group.", "members[]: member, next?",
       {kGroup, kCursor, kLimit}, getGroupMembers},
      {"group.requests", "GET", "/groups/{group}/requests", 200, Right::DecideRequests, "Who asks to be let in, the oldest first.", "open, requests[]: request, next?",
       {kGroup, kCursor, kLimit}, getRequests},
      {"group.approve", "POST", "/groups/{group}/requests/{request}/approve", 200, Right::DecideRequests, "Lets an applicant in.", "state, request: request, +written",
       {kGroup, kRequest, kNonce}, approveRequest},
      {"group.reject", "POST", "/groups/{group}/requests/{request}/reject", 200, Right::DecideRequests, "Turns an applicant down.", "state, request: request, +written",
       {kGroup, kRequest, kReason, kNonce}, rejectRequest},
      {"group.cancel", "POST", "/groups/{group}/requests/{request}/cancel", 200, Right::CancelRequest, "Withdraws the own request.", "state, request: request, +written",
       {kGroup, kRequest, kNonce}, cancelRequest},
      {"presence.room", "GET", "/rooms/{room}/presence", 200, Right::ReadPlace, "Who of the room is online.", "count, users[]: person, next?",
       {kRoom, kCursor, kLimit}, getOnlineUsers},
      {"presence.group", "GET", "/groups/{group}/presence", 200, Right::ReadPlace, "Who of the group is online.", "count, users[]: person, next?",
       {kGroup, kCursor, kLimit}, getOnlineUsers},
      {"presence.count", "GET", "/{place}/presence/count", 200, Right::ReadPlace, "How many of the room or group are online.", "count",
       {kRoomOr, kOrGroup}, getOnlineCount},
      {"presence.user", "GET", "/users/{user}/presence", 200, Right::SeeIfOnline,
       "Whether somebody is online, to who shares a room or group with him.", "user, status", {kUser}, getUserPresence},
      {"presence.all", "GET", "/presence", 200, Right::SeeAllOnline, "Everybody who is online.", "users[]: person, next?", {kCursor, kLimit}, getAllOnline},
      {"presence.cleanup", "POST", "/{place}/presence/cleanup", 200, Right::ManagePresence,
       "Takes out of the online of a room or group who is not online or not a member.", "removed", {kRoomOr, kOrGroup}, cleanupPresence},
      {"presence.setTTL", "PUT", "/{place}/presence/ttl", 200, Right::ManagePresence,
       "How long the online of a room or group is kept without a server that keeps it up.", "",
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
