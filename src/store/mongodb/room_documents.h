#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/mongodb/log_documents.h"

namespace kith::store::mongodb {

/// Rooms and their members on one session. Lives with its session, on its thread.
class RoomDocuments {
 public:
  RoomDocuments(Session& session, LogDocuments& log) : session_(session), log_(log) {}

  Result<std::optional<Room>> room(const RoomId& room);
  Result<std::optional<RoomMember>> member(const RoomId& room, const UserId& user);
  Result<std::vector<RoomRow>> rooms(const UserId& asker, const RoomQuery& asked);
  Result<std::optional<RoomRow>> roomRow(const UserId& asker, const RoomId& room);
  Result<std::vector<RoomId>> roomsOf(const UserId& user, std::size_t limit);
  Result<std::size_t> countOf(const UserId& user, std::size_t limit);
  Result<bool> share(const UserId& one, const UserId& other);
  Result<std::vector<RoomId>> roomsIn(const GroupId& group, const UserId& member, std::size_t limit);
  Result<std::vector<RoomId>> roomsOfGroup(const GroupId& group, std::size_t limit);
  Result<std::int64_t> roomCount(const GroupId& group);
  Result<std::vector<MemberRow>> members(const RoomId& room, const UserId& cursor, std::size_t limit);

  // In a transaction.
  Result<void> put(const Room& room);
  Result<void> remove(const RoomId& room, WallMs at);
  Result<void> put(const RoomMember& member);

 private:
  struct Stored {
    Room room;
    bool there = true;  // not deleted
  };
  static Stored storedAt(const View& row);
  /// The rooms he has a member's row in, in no order.
  Result<std::vector<Room>> joined(const UserId& user);
  Result<std::vector<Room>> joinedAsked(const UserId& asker, const RoomQuery& asked,
                                        const std::string& after_name);
  Result<std::vector<Room>> listed(const RoomQuery& asked, const std::string& after_name);
  Result<void> listSome(const Document& which, const FindOptions& how, const RoomQuery& asked,
                        std::vector<Room>& out);
  Result<std::optional<std::string>> nameAtCursor(const UserId& asker, const RoomQuery& asked);
  /// Of these rooms those that he sees as joined: of no group, or of one that is there and that he is in.
  Result<std::vector<Room>> openTo(const UserId& user, std::vector<Room> rooms);
  Result<RoomRow> completed(const UserId& asker, Room room);

  Session& session_;
  LogDocuments& log_;
};

}  // namespace kith::store::mongodb
