#pragma once

#include "store/sqlite/log_table.h"
#include "store/sqlite/message_table.h"
#include "store/sqlite/people_table.h"
#include "store/sqlite/room_table.h"

namespace kith::store::sqlite {

/// All tables on one connection. Lives with it, on its thread.
struct Tables {
  Tables(Connection& connection, const Identity& identity, DamageReport& damage)
      : log(connection, identity, damage),
        messages(connection, log, damage),
        rooms(connection, log),
        people(connection) {}

  LogTable log;
  MessageTable messages;
  RoomTable rooms;
  PeopleTable people;
};

/// The interface's reads, each led to its table: for store::Reader and for store::Transaction.
template <class Interface>
class TableReads : public Interface {
 public:
  explicit TableReads(Tables& tables) : tables_(tables) {}

  Result<Head> head(const Scope& scope) override { return tables_.log.head(scope); }
  Result<std::vector<LoggedEntry>> entries(const Scope& scope, Offset after, Offset last,
                                           const ReadBounds& bounds) override {
    return tables_.log.entries(scope, after, last, bounds);
  }
  Result<std::optional<LoggedEntry>> entryOfNonce(const Scope& scope, const UserId& actor,
                                                  const std::string& nonce) override {
    return tables_.log.entryOfNonce(scope, actor, nonce);
  }
  Result<std::optional<Room>> room(const RoomId& room) override { return tables_.rooms.room(room); }
  Result<std::optional<RoomMember>> member(const RoomId& room, const UserId& user) override {
    return tables_.rooms.member(room, user);
  }
  Result<std::vector<RoomRow>> rooms(const UserId& asker, bool joined_only, const RoomId& cursor,
                                     std::size_t limit) override {
    return tables_.rooms.rooms(asker, joined_only, cursor, limit);
  }
  Result<std::optional<RoomRow>> roomRow(const UserId& asker, const RoomId& room) override {
    return tables_.rooms.roomRow(asker, room);
  }
  Result<std::vector<RoomId>> roomsOf(const UserId& user, std::size_t limit) override {
    return tables_.rooms.roomsOf(user, limit);
  }
  Result<std::vector<MemberRow>> members(const RoomId& room, const UserId& cursor,
                                         std::size_t limit) override {
    return tables_.rooms.members(room, cursor, limit);
  }
  Result<std::optional<Message>> message(const RoomId& room, Offset seq) override {
    return tables_.messages.message(room, seq);
  }
  Result<MessagePage> page(const RoomId& room, const PageQuery& query) override {
    return tables_.messages.page(room, query);
  }
  Result<std::vector<MessageEdit>> edits(const RoomId& room, Offset seq) override {
    return tables_.messages.edits(room, seq);
  }
  Result<std::optional<User>> user(const UserId& user) override { return tables_.people.user(user); }
  Result<std::vector<User>> users(const std::vector<UserId>& users) override {
    return tables_.people.users(users);
  }
  Result<std::optional<User>> userByHandle(const std::string& handle) override {
    return tables_.people.userByHandle(handle);
  }
  Result<bool> hasAdmin() override { return tables_.people.hasAdmin(); }
  Result<std::optional<LoginSession>> session(const SessionId& session) override {
    return tables_.people.session(session);
  }
  Result<std::vector<LoginSession>> sessionsOf(const UserId& user) override {
    return tables_.people.sessionsOf(user);
  }
  Result<std::optional<std::string>> secret(const std::string& name) override {
    return tables_.people.secret(name);
  }

 protected:
  Tables& tables_;
};

}  // namespace kith::store::sqlite
