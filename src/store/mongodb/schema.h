#pragma once

#include "store/identity.h"
#include "store/mongodb/server.h"

namespace kith::store::mongodb {

// The collections.
inline constexpr const char* kMeta = "meta";
inline constexpr const char* kMetaRow = "store";  // the only one of it
inline constexpr const char* kEntries = "entries";
inline constexpr const char* kMessageEdits = "message_edits";
inline constexpr const char* kRooms = "rooms";
inline constexpr const char* kRoomMembers = "room_members";
inline constexpr const char* kGroups = "groups";
inline constexpr const char* kGroupMembers = "group_members";
inline constexpr const char* kJoinRequests = "join_requests";
inline constexpr const char* kTasks = "tasks";
inline constexpr const char* kUsers = "users";
inline constexpr const char* kHandles = "handles";
inline constexpr const char* kSessions = "sessions";
inline constexpr const char* kSecrets = "secrets";
inline constexpr const char* kNodes = "nodes";  // those that run

// Unique keys of the log, as an error names them.
inline constexpr const char* kOffsetIndex = "scope_offset";
inline constexpr const char* kNonceIndex = "scope_actor_nonce";

/// Makes the collections and indexes that are missing, and reads the identity, which it makes in a new
/// database. A database of a newer Kith is refused.
Expected<Identity, Error> prepare(Server& server);

}  // namespace kith::store::mongodb
