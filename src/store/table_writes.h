#pragma once

#include <algorithm>
#include <string>

#include "store/table_reads.h"
#include "store/write_item.h"

namespace kith::store {

/// A transaction's changes, each led to its table, beside the reads. What a store adds is the time, and the
/// heads as far as this transaction has moved them: now() and head().
template <class Tables>
class TableWrites : public TableReads<Transaction, Tables> {
 public:
  using TableReads<Transaction, Tables>::TableReads;

  Result<Offset> nextOffset(const Scope& scope) override {
    return TRY(this->head(scope)).position.offset + 1;
  }
  Result<void> putRoom(const Room& room) override { return this->tables_.rooms.put(room); }
  Result<void> removeRoom(const RoomId& room) override {
    return this->tables_.rooms.remove(room, this->now());
  }
  Result<void> putMember(const RoomMember& member) override { return this->tables_.rooms.put(member); }
  Result<bool> purgeRoom(const RoomId& room, std::size_t limit) override {
    return this->tables_.messages.purge(room, limit, TRY(entryTime(room)));
  }
  Result<void> putGroup(const Group& group) override { return this->tables_.groups.put(group); }
  Result<void> removeGroup(const GroupId& group) override {
    return this->tables_.groups.remove(group, this->now());
  }
  Result<void> putMember(const GroupMember& member) override { return this->tables_.groups.put(member); }
  Result<void> putRequest(const JoinRequest& request) override { return this->tables_.groups.put(request); }
  Result<void> putTask(const StoredTask& task) override { return this->tables_.groups.put(task); }
  Result<void> removeTask(const std::string& key) override { return this->tables_.groups.removeTask(key); }
  Result<void> editMessage(const RoomId& room, Offset seq, const std::string& text) override {
    return this->tables_.messages.edit(room, seq, text, TRY(entryTime(room)));
  }
  Result<void> deleteMessage(const RoomId& room, Offset seq, const UserId& by,
                             const std::string& reason) override {
    return this->tables_.messages.remove(room, seq, by, reason, TRY(entryTime(room)));
  }
  Result<void> putUser(const User& user) override { return this->tables_.people.put(user); }
  Result<void> putSession(const LoginSession& session) override { return this->tables_.people.put(session); }
  Result<void> removeSessionsBefore(WallMs at, std::size_t limit) override {
    return this->tables_.people.removeSessionsBefore(at, limit);
  }
  Result<void> putSecret(const std::string& name, const std::string& value) override {
    return this->tables_.people.putSecret(name, value);
  }
  Result<void> removeSecret(const std::string& name) override {
    return this->tables_.people.removeSecret(name);
  }

 private:
  // That of the entry which tells of the change.
  Result<WallMs> entryTime(const RoomId& room) {
    return std::max(this->now(), TRY(this->head(Scope::of(room))).at);
  }
};

}  // namespace kith::store
