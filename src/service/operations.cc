#include "service/operations.h"

#include "service/chat_operations.h"
#include "service/room_operations.h"

namespace kith {
namespace {

constexpr auto kOptional = Field::Need::Optional;

const Field kRoom{"room", FieldType::RoomId};
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
       "Deletes a message and leaves a tombstone.", {kRoom, kSeq, kReason, kNonce}, deleteMessage},
      {"chat.history", "GET", "/rooms/{room}/messages", 200, Right::ReadRoom, "One page of messages.",
       {kRoom, {"before", FieldType::Seq, kOptional}, {"after", FieldType::Seq, kOptional},
        {"around", FieldType::Seq, kOptional}, kLimit}, getMessages},
      {"chat.get", "GET", "/rooms/{room}/messages/{seq}", 200, Right::ReadRoom, "One message.", {kRoom, kSeq}, getMessage},
      {"chat.edits", "GET", "/rooms/{room}/messages/{seq}/edits", 200, Right::ReadRoom, "The old texts of a message.",
       {kRoom, kSeq, {"after", FieldType::Seq, kOptional}}, getEdits},
      {"chat.typing", "POST", "/rooms/{room}/typing", 200, Right::Type, "Says that the caller types, or has stopped.",
       {kRoom, {"on", FieldType::Boolean}}, setTyping},
      {"room.list", "GET", "/rooms", 200, Right::SeeRooms, "The rooms, by name.",
       {{"joined", FieldType::Boolean, kOptional}, kCursor, kLimit}, listRooms},
      {"room.get", "GET", "/rooms/{room}", 200, Right::SeeRooms, "One room.", {kRoom}, getRoom},
      {"room.create", "POST", "/rooms", 201, Right::CreateRoom, "Makes a room; its maker owns it.",
       {{"name", FieldType::RoomName}, {"topic", FieldType::Topic, kOptional}, kNonce}, createRoom},
      {"room.join", "POST", "/rooms/{room}/join", 200, Right::JoinRoom, "Joins a room.", {kRoom, kNonce}, joinRoom},
      {"room.leave", "POST", "/rooms/{room}/leave", 200, Right::LeaveRoom, "Leaves a room.", {kRoom, kNonce}, leaveRoom},
      {"room.kick", "POST", "/rooms/{room}/members/{user}/kick", 200, Right::KickMember, "Puts a member out of the room.",
       {kRoom, kUser, kReason, kNonce}, kickMember},
      {"room.members", "GET", "/rooms/{room}/members", 200, Right::ReadRoom, "The members of a room.",
       {kRoom, kCursor, kLimit}, getMembers},
      {"presence.room", "GET", "/rooms/{room}/presence", 200, Right::ReadRoom, "Who of the room is online.",
       {kRoom, kCursor, kLimit}, getOnlineUsersInRoom},
      {"presence.count", "GET", "/rooms/{room}/presence/count", 200, Right::ReadRoom, "How many of the room are online.",
       {kRoom}, getOnlineCountInRoom},
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
  operation.run(services, caller, *args, std::move(reply));
}

}  // namespace kith
