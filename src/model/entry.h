#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/id.h"
#include "model/message.h"
#include "model/scope.h"

namespace kith {

/// The order is how nodes name them to each other (broker/frame.h): new ones go to the end.
enum class EntryType {
  MessageCreated,
  MessageEdited,
  MessageDeleted,
  MemberJoined,
  MemberLeft,
  RoomCreated,
  RoomUpdated,
  RoomArchived,  // and taken up again: `archived` says which
  RoomDeleted,
  GroupUpdated,
  GroupDeleted,
  RoomAdded,
  RoomRemoved,
  GroupAdded,
  GroupRemoved,
  JoinPending,
  JoinApproved,
  JoinRejected,
  JoinClosed,
  JoinRequested,
  JoinDecided,
  SessionsRevoked,
};
inline constexpr auto kLastEntryType = EntryType::SessionsRevoked;

/// "message.created" and so on, as on the wire.
std::string_view entryTypeName(EntryType type);
std::optional<EntryType> entryTypeOf(std::string_view name);

/// A durable event of one scope. Refers to its message and never copies the text: a replay shows
/// the message as it is now.
struct Entry {
  Offset offset = 0;
  WallMs at = 0;  // never runs backwards inside a scope
  EntryType type = EntryType::MessageCreated;
  UserId actor;
  std::string nonce;         // empty: none
  std::string request_hash;  // 16 bytes beside a nonce, else empty
  Offset ref_seq = 0;        // the message spoken of (the first, where the data names several), or 0
  UserId ref_user;           // who joined or left, or none
  std::string data = "{}";   // JSON object, at most 16 KiB: fields of the type beside the ones above
  // Running numbers of the scope, this entry included.
  std::int64_t messages = 0;
  std::int64_t members = 0;
};

/// An entry with the message it speaks of, as it was when both were read in one snapshot.
struct LoggedEntry {
  Entry entry;
  std::optional<Message> message;
};

}  // namespace kith
