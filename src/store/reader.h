#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/entry.h"
#include "model/fault.h"
#include "model/group.h"
#include "model/room.h"
#include "model/task.h"
#include "model/user.h"

namespace kith::store {

/// The end of a scope's log. A scope nobody has written to has offset 0 and an epoch all the same.
struct Head {
  Position position;
  WallMs at = 0;
  std::int64_t messages = 0;
  std::int64_t members = 0;
};

/// What a read of entries may take at most.
struct ReadBounds {
  std::size_t entries_max = 1000;
  std::size_t bytes_max = 256 * 1024;  // of texts and data; the entry that passes it is still returned
};

/// One page of a room's messages, ascending, tombstones included.
struct MessagePage {
  std::vector<std::pair<Message, std::string /*nonce*/>> messages;
  bool has_more_before = false;
  bool has_more_after = false;
  Head head;  // of the same snapshot: subscribing from here leaves no gap
};

/// Which page. Cursors are seqs and exclusive (Around: included if it is a message); they need not
/// be messages, nor inside the log.
struct PageQuery {
  enum class From { Newest, Before, After, Around };
  From from = From::Newest;
  Offset cursor = 0;
  std::size_t limit = 50;
};

/// A list of rooms, in the order of their names, then ids. A cursor that the list could never have shown is
/// as one that never was: nothing follows it. One that has gone since is fine.
struct RoomQuery {
  bool joined_only =
      false;        // those he is in, and in their group, which is there; else all but the archived ones
  GroupId group{};  // its rooms; empty: with joined_only every room, else those of no group
  std::string folded_text{};  // what their folded names contain
  RoomId cursor{};            // after this one; empty: from the start
  std::size_t limit = 50;
};

struct RoomRow {
  Room room;
  std::int64_t members = 0;  // of the last entry
  Offset head = 0;
  WallMs last_message_at = 0;
  std::optional<RoomMember> mine;  // the asker's row, if he is a member
};

/// A list of groups, in the order of their names, then ids. The cursor may have gone since.
struct GroupQuery {
  bool joined_only = false;
  std::string folded_text{};
  GroupId cursor{};
  std::size_t limit = 50;
};

struct GroupRow {
  Group group;
  std::int64_t members = 0;         // of the last entry
  std::optional<GroupMember> mine;  // the asker's row, if he is a member
  JoinRequestId request;            // the asker's open one, or none
};

struct GroupMemberRow {
  GroupMember member;
  std::string display_name;
};

struct RequestRow {
  JoinRequest request;
  std::string display_name;  // of the applicant
};

struct MemberRow {
  RoomMember member;
  std::string display_name;
};

/// Reads of one snapshot: nothing that commits meanwhile is seen by half.
///
/// Lives on a worker's thread for the length of one Store::read. A fault is the store's
/// (temporary, or a damaged row), never "not there": that is an empty answer.
class Reader {
 public:
  virtual ~Reader() = default;

  // The log.
  virtual Result<Head> head(const Scope& scope) = 0;
  /// Entries after `after` up to `last`, ascending, each with its message as it is in this snapshot;
  /// stops at a bound.
  virtual Result<std::vector<LoggedEntry>> entries(const Scope& scope, Offset after, Offset last,
                                                   const ReadBounds& bounds) = 0;
  /// Whether there is an entry at each of these places, in the order asked. One question for hundreds of
  /// logs: it looks at keys alone, and says nothing of damage.
  virtual Result<std::vector<bool>> haveEntries(const std::vector<std::pair<Scope, Offset>>& places) = 0;
  /// The entry a nonce is bound to, for good.
  virtual Result<std::optional<LoggedEntry>> entryOfNonce(const Scope& scope, const UserId& actor,
                                                          const std::string& nonce) = 0;

  // Rooms and members. What was deleted is not there.
  virtual Result<std::optional<Room>> room(const RoomId& room) = 0;
  /// The row whatever its state; nothing if he never was a member.
  virtual Result<std::optional<RoomMember>> member(const RoomId& room, const UserId& user) = 0;
  virtual Result<std::vector<RoomRow>> rooms(const UserId& asker, const RoomQuery& query) = 0;
  virtual Result<std::optional<RoomRow>> roomRow(const UserId& asker, const RoomId& room) = 0;
  /// Rooms the user is a member of, most recently active first.
  virtual Result<std::vector<RoomId>> roomsOf(const UserId& user, std::size_t limit) = 0;
  /// How many rooms and groups the user is a member of; counting ends at `limit`.
  virtual Result<std::size_t> placeCount(const UserId& user, std::size_t limit) = 0;
  /// Rooms of a group that `member` is in; respectively all of them, and how many.
  virtual Result<std::vector<RoomId>> roomsIn(const GroupId& group, const UserId& member,
                                              std::size_t limit) = 0;
  virtual Result<std::vector<RoomId>> roomsOfGroup(const GroupId& group, std::size_t limit) = 0;
  virtual Result<std::int64_t> roomCount(const GroupId& group) = 0;
  /// Members in the order of their ids after `cursor`. Who was put out of the room's group is among them
  /// until its task has come to the room.
  virtual Result<std::vector<MemberRow>> members(const RoomId& room, const UserId& cursor,
                                                 std::size_t limit) = 0;

  // Groups, members and who asks to be let in. What was deleted is not there.
  virtual Result<std::optional<Group>> group(const GroupId& group) = 0;
  virtual Result<std::optional<GroupMember>> groupMember(const GroupId& group, const UserId& user) = 0;
  virtual Result<std::vector<GroupRow>> groups(const UserId& asker, const GroupQuery& query) = 0;
  virtual Result<std::optional<GroupRow>> groupRow(const UserId& asker, const GroupId& group) = 0;
  /// Groups the user is a member of, most recently joined first.
  virtual Result<std::vector<GroupId>> groupsOf(const UserId& user, std::size_t limit) = 0;
  /// Is there a place that both are members of: a room of no group, or a group? A row in a room of a group
  /// opens nothing without one in the group, which who was put out loses first: so the group says it.
  virtual Result<bool> sharePlace(const UserId& one, const UserId& other) = 0;
  virtual Result<std::vector<GroupMemberRow>> groupMembers(const GroupId& group, const UserId& cursor,
                                                           std::size_t limit) = 0;
  virtual Result<std::optional<JoinRequest>> request(const JoinRequestId& request) = 0;
  virtual Result<std::optional<JoinRequest>> openRequest(const GroupId& group, const UserId& user) = 0;
  /// Oldest first, after `cursor` (decided or not); after one of another group is nothing.
  virtual Result<std::vector<RequestRow>> openRequests(const GroupId& group, const JoinRequestId& cursor,
                                                       std::size_t limit) = 0;
  virtual Result<std::int64_t> openRequestCount(const GroupId& group) = 0;
  virtual Result<std::vector<JoinRequest>> openRequestsOf(const UserId& user, std::size_t limit) = 0;

  // Work that goes on after a crash.
  virtual Result<std::optional<StoredTask>> task(const std::string& key) = 0;
  /// With run_at up to `now`, the oldest first.
  virtual Result<std::vector<StoredTask>> tasksDue(WallMs now, std::size_t limit) = 0;

  // Messages.
  virtual Result<std::optional<Message>> message(const RoomId& room, Offset seq) = 0;
  virtual Result<MessagePage> page(const RoomId& room, const PageQuery& query) = 0;
  virtual Result<std::vector<MessageEdit>> edits(const RoomId& room, Offset seq) = 0;

  // People.
  virtual Result<std::optional<User>> user(const UserId& user) = 0;
  virtual Result<std::vector<User>> users(const std::vector<UserId>& users) = 0;
  virtual Result<std::optional<User>> userByHandle(const std::string& handle) = 0;
  virtual Result<bool> hasAdmin() = 0;
  virtual Result<std::optional<LoginSession>> session(const SessionId& session) = 0;
  virtual Result<std::vector<LoginSession>> sessionsOf(const UserId& user) = 0;

  // Small secrets of the deployment: signing keys, the hash of the one-time link.
  virtual Result<std::optional<std::string>> secret(const std::string& name) = 0;
};

}  // namespace kith::store
