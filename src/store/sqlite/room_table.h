#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/log_table.h"

namespace kith::store::sqlite {

/// Rooms and their members on one connection. Lives with it, on its thread.
class RoomTable {
 public:
  RoomTable(Connection& connection, LogTable& log) : connection_(connection), log_(log) {}

  Result<std::optional<Room>> room(const RoomId& room);
  Result<std::optional<RoomMember>> member(const RoomId& room, const UserId& user);
  Result<std::vector<RoomRow>> rooms(const UserId& asker, const RoomQuery& asked);
  Result<std::optional<RoomRow>> roomRow(const UserId& asker, const RoomId& room);
  Result<std::vector<RoomId>> roomsOf(const UserId& user, std::size_t limit);
  Result<std::size_t> countOf(const UserId& user, std::size_t limit);
  /// A room of no group that both are members of.
  Result<bool> share(const UserId& one, const UserId& other);
  Result<std::vector<RoomId>> roomsIn(const GroupId& group, const UserId& member, std::size_t limit);
  Result<std::vector<RoomId>> roomsOfGroup(const GroupId& group, std::size_t limit);
  Result<std::int64_t> roomCount(const GroupId& group);
  Result<std::vector<MemberRow>> members(const RoomId& room, const UserId& cursor, std::size_t limit);

  // The writer's.
  Result<void> put(const Room& room);
  Result<void> remove(const RoomId& room, WallMs at);
  Result<void> put(const RoomMember& member);

 private:
  Result<std::optional<std::string>> nameAtCursor(const UserId& asker, const RoomQuery& asked);
  Result<RoomRow> completed(const UserId& asker, Room room);

  Connection& connection_;
  LogTable& log_;
};

}  // namespace kith::store::sqlite
