#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/reader.h"

namespace kith::store {

/// The interface's reads, each led to its table: for Reader and for Transaction, and whatever the tables
/// lie in.
template <class Interface, class Tables>
class TableReads : public Interface {
 public:
  explicit TableReads(Tables& tables) : tables_(tables) {}

  Result<Head> head(const Scope& scope) override { return tables_.log.head(scope); }
  Result<std::vector<LoggedEntry>> entries(const Scope& scope, Offset after, Offset last,
                                           const ReadBounds& bounds) override {
    return tables_.log.entries(scope, after, last, bounds);
  }
  Result<std::vector<bool>> haveEntries(const std::vector<std::pair<Scope, Offset>>& places) override {
    return tables_.log.haveEntries(places);
  }
  Result<std::optional<LoggedEntry>> entryOfNonce(const Scope& scope, const UserId& actor,
                                                  const std::string& nonce) override {
    return tables_.log.entryOfNonce(scope, actor, nonce);
  }
  Result<std::optional<Room>> room(const RoomId& room) override { return tables_.rooms.room(room); }
  Result<std::optional<RoomMember>> member(const RoomId& room, const UserId& user) override {
    return tables_.rooms.member(room, user);
  }
  Result<std::vector<RoomRow>> rooms(const UserId& asker, const RoomQuery& query) override {
    return tables_.rooms.rooms(asker, query);
  }
  Result<std::optional<RoomRow>> roomRow(const UserId& asker, const RoomId& room) override {
    return tables_.rooms.roomRow(asker, room);
  }
  Result<std::vector<RoomId>> roomsOf(const UserId& user, std::size_t limit) override {
    return tables_.rooms.roomsOf(user, limit);
  }
  Result<std::size_t> placeCount(const UserId& user, std::size_t limit) override {
    const auto rooms = TRY(tables_.rooms.countOf(user, limit));
    return rooms + TRY(tables_.groups.countOf(user, limit - rooms));
  }
  Result<std::vector<RoomId>> roomsIn(const GroupId& group, const UserId& member,
                                      std::size_t limit) override {
    return tables_.rooms.roomsIn(group, member, limit);
  }
  Result<std::vector<RoomId>> roomsOfGroup(const GroupId& group, std::size_t limit) override {
    return tables_.rooms.roomsOfGroup(group, limit);
  }
  Result<std::int64_t> roomCount(const GroupId& group) override { return tables_.rooms.roomCount(group); }
  Result<std::vector<MemberRow>> members(const RoomId& room, const UserId& cursor,
                                         std::size_t limit) override {
    return tables_.rooms.members(room, cursor, limit);
  }
  Result<std::optional<Group>> group(const GroupId& group) override { return tables_.groups.group(group); }
  Result<std::optional<GroupMember>> groupMember(const GroupId& group, const UserId& user) override {
    return tables_.groups.member(group, user);
  }
  Result<std::vector<GroupRow>> groups(const UserId& asker, const GroupQuery& query) override {
    return tables_.groups.groups(asker, query);
  }
  Result<std::optional<GroupRow>> groupRow(const UserId& asker, const GroupId& group) override {
    return tables_.groups.groupRow(asker, group);
  }
  Result<std::vector<GroupId>> groupsOf(const UserId& user, std::size_t limit) override {
    return tables_.groups.groupsOf(user, limit);
  }
  Result<bool> sharePlace(const UserId& one, const UserId& other) override {
    return TRY(tables_.rooms.share(one, other)) || TRY(tables_.groups.share(one, other));
  }
  Result<std::vector<GroupMemberRow>> groupMembers(const GroupId& group, const UserId& cursor,
                                                   std::size_t limit) override {
    return tables_.groups.members(group, cursor, limit);
  }
  Result<std::optional<JoinRequest>> request(const JoinRequestId& request) override {
    return tables_.groups.request(request);
  }
  Result<std::optional<JoinRequest>> openRequest(const GroupId& group, const UserId& user) override {
    return tables_.groups.openRequest(group, user);
  }
  Result<std::vector<RequestRow>> openRequests(const GroupId& group, const JoinRequestId& cursor,
                                               std::size_t limit) override {
    return tables_.groups.openRequests(group, cursor, limit);
  }
  Result<std::int64_t> openRequestCount(const GroupId& group) override {
    return tables_.groups.openRequestCount(group);
  }
  Result<std::vector<JoinRequest>> openRequestsOf(const UserId& user, std::size_t limit) override {
    return tables_.groups.openRequestsOf(user, limit);
  }
  Result<std::optional<StoredTask>> task(const std::string& key) override { return tables_.groups.task(key); }
  Result<std::vector<StoredTask>> tasksDue(WallMs now, std::size_t limit) override {
    return tables_.groups.tasksDue(now, limit);
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

}  // namespace kith::store
