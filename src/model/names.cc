#include <array>
#include <utility>

#include "model/entry.h"
#include "model/message.h"
#include "model/room.h"

namespace kith {
namespace {

constexpr std::array<std::pair<EntryType, std::string_view>, 8> kEntryTypes{{
    {EntryType::MessageCreated, "message.created"},
    {EntryType::MessageEdited, "message.edited"},
    {EntryType::MessageDeleted, "message.deleted"},
    {EntryType::MemberJoined, "member.joined"},
    {EntryType::MemberLeft, "member.left"},
    {EntryType::RoomAdded, "room.added"},
    {EntryType::RoomRemoved, "room.removed"},
    {EntryType::SessionsRevoked, "sessions.revoked"},
}};

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

std::string_view formatName(TextFormat format) {
  return format == TextFormat::Plain ? "plain" : "markdown";
}

}  // namespace kith
