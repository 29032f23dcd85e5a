#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/damage_report.h"
#include "store/reader.h"
#include "store/row_sum.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/identity.h"
#include "store/write_item.h"

namespace kith::store::sqlite {

/// What rows of a scope are found by.
struct ScopeRow {
  std::int64_t key = 0;  // 0: nothing was written to the scope yet
  std::string epoch;
};

/// The log on one connection: scopes and entries.
///
/// Lives with its connection, on that connection's thread. Every row read is checked against its
/// checksum; a damaged one is a fault, never an answer.
class LogTable {
 public:
  LogTable(Connection& connection, const Identity& identity, DamageReport& damage)
      : connection_(connection), identity_(identity), damage_(damage) {}

  Result<ScopeRow> scope(const Scope& scope);
  Result<Head> head(const Scope& scope);
  Result<Head> head(const Scope& scope, const ScopeRow& row);
  Result<std::vector<LoggedEntry>> entries(const Scope& scope, Offset after, Offset last,
                                           const ReadBounds& bounds);
  Result<std::vector<bool>> haveEntries(const std::vector<std::pair<Scope, Offset>>& places);
  Result<std::optional<LoggedEntry>> entryOfNonce(const Scope& scope, const UserId& actor,
                                                  const std::string& nonce);
  Result<std::optional<LoggedEntry>> entryOfNonce(const Scope& scope, const ScopeRow& row,
                                                  const UserId& actor, const std::string& nonce);

  // The writer's.
  /// Makes the scope's row. Its epoch stays what it was without one.
  Result<ScopeRow> addScope(const Scope& scope);
  Result<void> addEntry(const ScopeRow& row, const Entry& entry);

 private:
  Connection& connection_;
  const Identity& identity_;
  DamageReport& damage_;
};

// Columns of an entry (alias e) and of a message (alias m), as decoded below.
#define KITH_ENTRY_COLUMNS                                                                                \
  "e.offset, e.at, e.type, e.actor, e.nonce, e.request_hash, e.ref_seq, e.ref_user, e.data, e.messages, " \
  "e.members, e.checksum"
#define KITH_MESSAGE_COLUMNS                                                                       \
  "m.seq, m.author, m.text, m.format, m.reply_to, m.at, m.edited_at, m.edit_count, m.deleted_at, " \
  "m.deleted_by, m.reason, m.checksum"
inline constexpr int kEntryColumns = 12;
inline constexpr int kMessageColumns = 12;

/// The fault of a damaged row, noted at the connection and in the report.
inline Fault damaged(Connection& connection, DamageReport& damage, const char* table, const Scope& scope,
                     Offset offset) {
  connection.noteDamage();
  return damage.row(table, scope, offset);
}

/// Nothing if the checksum differs.
std::optional<Entry> entryAt(const Query& row, int column, std::int64_t scope_key);
std::optional<Message> messageAt(const Query& row, int column, std::int64_t scope_key, const Scope& scope);

}  // namespace kith::store::sqlite
