#include <array>
#include <utility>

#include "model/entry.h"
#include "model/group.h"
#include "model/message.h"
#include "model/room.h"

namespace kith {
namespace {

constexpr std::array<std::pair<EntryType, std::string_view>, 22> kEntryTypes{{
    {EntryType::MessageCreated, "message.created"}, {EntryType::MessageEdited, "message.edited"},
    {EntryType::MessageDeleted, "message.deleted"}, {EntryType::MemberJoined, "member.joined"},
    {EntryType::MemberLeft, "member.left"},         {EntryType::RoomCreated, "room.created"},
    {EntryType::RoomUpdated, "room.updated"},       {EntryType::RoomArchived, "room.archived"},
    {EntryType::RoomDeleted, "room.deleted"},       {EntryType::GroupUpdated, "group.updated"},
    {EntryType::GroupDeleted, "group.deleted"},     {EntryType::RoomAdded, "room.added"},
    {EntryType::RoomRemoved, "room.removed"},       {EntryType::GroupAdded, "group.added"},
    {EntryType::GroupRemoved, "group.removed"},     {EntryType::JoinPending, "join.pending"},
    {EntryType::JoinApproved, "join.approved"},     {EntryType::JoinRejected, "join.rejected"},
    {EntryType::JoinClosed, "join.closed"},         {EntryType::JoinRequested, "join.requested"},
    {EntryType::JoinDecided, "join.decided"},       {EntryType::SessionsRevoked, "sessions.revoked"},
}};
static_assert(kEntryTypes.size() == static_cast<std::size_t>(kLastEntryType) + 1);

}  // namespace

std::string_view entryTypeName(EntryType type) {
  return kEntryTypes[static_cast<std::size_t>(type)].second;
}

std::optional<EntryType> entryTypeOf(std::string_view name) {
  for (const auto& [type, known] : kEntryTypes) {
    if (known == name) return type;
  }
  return std::nullopt;
}

std::string_view roleName(RoomRole role) {
  return role == RoomRole::Owner ? "owner" : "member";
}

std::string_view joinModeName(JoinMode mode) {
  return mode == JoinMode::Open ? "open" : "approval";
}

std::string_view requestStateName(JoinRequest::State state) {
  switch (state) {
    case JoinRequest::State::Pending:
      return "pending";
    case JoinRequest::State::Approved:
      return "approved";
    case JoinRequest::State::Rejected:
      return "rejected";
    case JoinRequest::State::Cancelled:
      return "cancelled";
  }
  return {};
}

std::string_view formatName(TextFormat format) {
  return format == TextFormat::Plain ? "plain" : "markdown";
}

}  // namespace kith
