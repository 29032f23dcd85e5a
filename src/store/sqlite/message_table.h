#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/log_table.h"

namespace kith::store::sqlite {

/// The messages on one connection: the texts, their old versions, and pages of them.
///
/// Lives with its connection, on that connection's thread. Text that was removed is nowhere in the
/// tables; that it leaves the WAL too is the Checkpointer's work, asked for by takeRemoved().
class MessageTable {
 public:
  MessageTable(Connection& connection, LogTable& log, DamageReport& damage)
      : connection_(connection), log_(log), damage_(damage) {}

  Result<std::optional<Message>> message(const RoomId& room, Offset seq);
  Result<MessagePage> page(const RoomId& room, const PageQuery& query);
  Result<std::vector<MessageEdit>> edits(const RoomId& room, Offset seq);

  // The writer's.
  Result<void> add(const ScopeRow& row, const Message& message);
  Result<void> edit(const RoomId& room, Offset seq, const std::string& text, WallMs at);
  Result<void> remove(const RoomId& room, Offset seq, const UserId& by, const std::string& reason, WallMs at);
  /// Removes the texts of at most `limit` messages that still have one. True: some are left.
  Result<bool> purge(const RoomId& room, std::size_t limit, WallMs at);
  /// Whether text was removed since the last call, also if that was undone.
  bool takeRemoved() { return std::exchange(removed_, false); }

 private:
  using Shown = std::pair<Message, std::string>;
  Result<std::optional<Message>> messageOf(const Scope& scope, const ScopeRow& row, Offset seq);
  Result<void> gather(const Scope& scope, const ScopeRow& row, Query& query, std::vector<Shown>& out);
  Result<bool> below(const Scope& scope, const ScopeRow& row, Offset seq, std::size_t limit,
                     std::vector<Shown>& out);
  Result<bool> above(const Scope& scope, const ScopeRow& row, Offset seq, std::size_t limit,
                     std::vector<Shown>& out);
  Result<bool> any(const ScopeRow& row, Offset first, Offset last);
  Result<void> replace(const ScopeRow& row, const Message& message);

  Connection& connection_;
  LogTable& log_;
  DamageReport& damage_;
  bool removed_ = false;
};

}  // namespace kith::store::sqlite
