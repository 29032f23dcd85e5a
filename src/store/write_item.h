#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/task.h"
#include "store/reader.h"

namespace kith::store {

/// What a message entry brings with it.
struct NewMessage {
  std::string text;
  TextFormat format = TextFormat::Markdown;
  Offset reply_to = 0;
};

/// An entry before it has an offset.
struct EntryDraft {
  EntryType type = EntryType::MessageCreated;
  Offset ref_seq = 0;  // MessageCreated: the store puts the entry's own offset
  UserId ref_user;
  std::string data = "{}";
  std::optional<NewMessage> message;  // with MessageCreated, and only with it
  int members_change = 0;
};

/// What a class A item is judged by: the log and the rows of its one scope, with every item before
/// it applied, those of the same commit included.
class ScopeState {
 public:
  virtual ~ScopeState() = default;
  virtual Result<Head> head() = 0;
  virtual Result<std::optional<Room>> room() = 0;
  virtual Result<std::optional<RoomMember>> member(const UserId& user) = 0;
  /// The room's group, if it has one that is not deleted.
  virtual Result<std::optional<Group>> group() = 0;
  /// His row in the room's group, if it has one.
  virtual Result<std::optional<GroupMember>> groupMember(const UserId& user) = 0;
  virtual WallMs now() const = 0;
};

/// What a class T item reads and changes. Reads see the item's own changes. All of it commits with
/// the item's entries, or nothing does.
class Transaction : public Reader {
 public:
  virtual WallMs now() const = 0;
  /// The offset that the next entry of `scope` in this item will have.
  virtual Result<Offset> nextOffset(const Scope& scope) = 0;

  virtual Result<void> putRoom(const Room& room) = 0;
  /// The room is not there any more: no read gives it, but for its members' rows.
  virtual Result<void> removeRoom(const RoomId& room) = 0;
  virtual Result<void> putMember(const RoomMember& member) = 0;
  /// Takes the texts of a deleted room's messages away, at most `limit` messages. True: some are left.
  virtual Result<bool> purgeRoom(const RoomId& room, std::size_t limit) = 0;

  /// A slug that another group has is Already with the field "slug".
  virtual Result<void> putGroup(const Group& group) = 0;
  virtual Result<void> removeGroup(const GroupId& group) = 0;
  virtual Result<void> putMember(const GroupMember& member) = 0;
  virtual Result<void> putRequest(const JoinRequest& request) = 0;
  virtual Result<void> putTask(const StoredTask& task) = 0;
  virtual Result<void> removeTask(const std::string& key) = 0;

  /// Keeps the old text (the newest 100) and shows the new one. NotFound if there is no such message
  /// or it is deleted.
  virtual Result<void> editMessage(const RoomId& room, Offset seq, const std::string& text) = 0;
  /// Leaves the tombstone: text and old texts are gone. A tombstone stays as it is. NotFound if there
  /// never was such a message.
  virtual Result<void> deleteMessage(const RoomId& room, Offset seq, const UserId& by,
                                     const std::string& reason) = 0;

  /// Inserts or replaces. A handle that another user has or had is Already with the field "handle";
  /// an external id that another user of the same issuer has, with "external_id".
  virtual Result<void> putUser(const User& user) = 0;
  virtual Result<void> putSession(const LoginSession& session) = 0;
  /// Removes sign-ins that expired or were revoked before `at`: at most `limit`, what ended first goes first.
  virtual Result<void> removeSessionsBefore(WallMs at, std::size_t limit) = 0;
  virtual Result<void> putSecret(const std::string& name, const std::string& value) = 0;
  virtual Result<void> removeSecret(const std::string& name) = 0;
};

/// An entry and where it belongs.
struct ScopedDraft {
  Scope scope;
  EntryDraft draft;
};

/// Entries of one item, in order. None: nothing changed, and no nonce is bound.
using Drafts = std::vector<ScopedDraft>;

/// Judges and makes the entries. Straight-line code without any other effect: it may run again.
using AppendRun = Callback<Result<EntryDraft>(ScopeState&)>;
using TransactionRun = Callback<Result<Drafts>(Transaction&)>;

struct CommittedEntry {
  Scope scope;
  LoggedEntry logged;
  std::string epoch;
};

/// What a commit made durable. `entries` is empty if nothing changed.
struct Committed {
  std::vector<CommittedEntry> entries;
  bool duplicate = false;  // a repeat of a nonce: `entries` holds the first one's entry, nothing was written
};

/// One wish to write.
///
/// The store first looks the nonce up (scope of the first of `scopes`, author, nonce): bound to an equal
/// hash, the item is a duplicate and `run` is not asked; to another hash, it is NonceConflict.
struct WriteItem {
  std::vector<Scope> scopes;  // all that may get entries; the nonce is bound in the first
  UserId author;
  std::string nonce;         // empty: none
  std::string request_hash;  // 16 bytes
  std::size_t bytes = 0;     // of what `run` holds, its text above all: counted by the queue limits
  std::variant<AppendRun, TransactionRun> run;
  /// Called once, on the store's thread, after the commit is durable (or has failed); for items of
  /// one scope in the order of their offsets. An item that finds the queue full or the store ended is
  /// answered on the thread that submits it. Must be short and must not block.
  Callback<void(Result<Committed>)> done;
};

}  // namespace kith::store
