#include "store/sqlite/log_table.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace kith::store::sqlite {
namespace {

// SQLite's integers are signed; no log comes near the end of them.
Offset clamped(Offset offset) {
  return std::min<Offset>(offset, static_cast<Offset>(std::numeric_limits<std::int64_t>::max()));
}

bool mustShowMessage(const Entry& entry) {
  return entry.type == EntryType::MessageCreated || entry.type == EntryType::MessageEdited;
}

std::size_t bytesOf(const LoggedEntry& logged) {
  return logged.entry.data.size() + (logged.message ? logged.message->text.size() : 0);
}

}  // namespace

std::optional<Entry> entryAt(const Query& row, int column, std::int64_t scope_key) {
  const auto type = entryTypeOf(row.textAt(column + 2));
  if (!type) return std::nullopt;
  Entry entry;
  entry.offset = row.offsetAt(column);
  entry.at = row.numberAt(column + 1);
  entry.type = *type;
  entry.actor = UserId::trusted(row.textAt(column + 3));
  entry.nonce = row.textAt(column + 4);
  entry.request_hash = row.textAt(column + 5);
  entry.ref_seq = row.offsetAt(column + 6);
  entry.ref_user = UserId::trusted(row.textAt(column + 7));
  entry.data = row.textAt(column + 8);
  entry.messages = row.numberAt(column + 9);
  entry.members = row.numberAt(column + 10);
  if (row.numberAt(column + 11) != sumOf(scope_key, entry)) return std::nullopt;
  return entry;
}

std::optional<Message> messageAt(const Query& row, int column, std::int64_t scope_key, const Scope& scope) {
  Message message;
  message.room = RoomId::trusted(scope.id());
  message.seq = row.offsetAt(column);
  message.author = UserId::trusted(row.textAt(column + 1));
  message.text = row.textAt(column + 2);
  message.format =
      row.textAt(column + 3) == formatName(TextFormat::Plain) ? TextFormat::Plain : TextFormat::Markdown;
  message.reply_to = row.offsetAt(column + 4);
  message.at = row.numberAt(column + 5);
  message.edited_at = row.numberAt(column + 6);
  message.edit_count = row.numberAt(column + 7);
  message.deleted_at = row.numberAt(column + 8);
  message.deleted_by = UserId::trusted(row.textAt(column + 9));
  message.delete_reason = row.textAt(column + 10);
  if (row.numberAt(column + 11) != sumOf(scope_key, message)) return std::nullopt;
  return message;
}

Result<ScopeRow> LogTable::scope(const Scope& scope) {
  auto query = connection_.query("SELECT key, random FROM scopes WHERE name = ?");
  query.text(scope.name());
  if (!TRY(query.next())) return ScopeRow{0, identity_.epochOf(scope, identity_.randomOf(scope))};
  return ScopeRow{query.numberAt(0), identity_.epochOf(scope, query.textAt(1))};
}

Result<Head> LogTable::head(const Scope& scope) {
  return head(scope, TRY(this->scope(scope)));
}

Result<Head> LogTable::head(const Scope& scope, const ScopeRow& row) {
  Head head;
  head.position.epoch = row.epoch;
  if (row.key == 0) return head;
  auto query = connection_.query("SELECT " KITH_ENTRY_COLUMNS
                                 " FROM entries e WHERE e.scope = ? ORDER BY e.offset DESC LIMIT 1");
  query.number(row.key);
  if (!TRY(query.next())) return head;
  const auto entry = entryAt(query, 0, row.key);
  if (!entry) return damaged(connection_, damage_, "entries", scope, query.offsetAt(0));
  head.position.offset = entry->offset;
  head.at = entry->at;
  head.messages = entry->messages;
  head.members = entry->members;
  return head;
}

Result<std::vector<LoggedEntry>> LogTable::entries(const Scope& scope, Offset after, Offset last,
                                                   const ReadBounds& bounds) {
  std::vector<LoggedEntry> found;
  const auto row = TRY(this->scope(scope));
  if (row.key == 0 || bounds.entries_max == 0) return found;
  auto query =
      connection_.query("SELECT " KITH_ENTRY_COLUMNS ", " KITH_MESSAGE_COLUMNS
                        " FROM entries e LEFT JOIN messages m"
                        " ON m.scope = e.scope AND m.seq = e.ref_seq AND e.ref_seq > 0"
                        " WHERE e.scope = ? AND e.offset > ? AND e.offset <= ? ORDER BY e.offset LIMIT ?");
  query.number(row.key).number(clamped(after)).number(clamped(last)).number(clamped(bounds.entries_max));
  std::size_t bytes = 0;
  Offset expected = clamped(after) + 1;
  while (bytes < bounds.bytes_max && TRY(query.next())) {
    auto entry = entryAt(query, 0, row.key);
    // A hole is damage as well: offsets are dense.
    if (!entry || entry->offset != expected) return damaged(connection_, damage_, "entries", scope, expected);
    ++expected;
    LoggedEntry logged{std::move(*entry), std::nullopt};
    const bool has_message = !query.isNull(kEntryColumns);
    if (has_message) logged.message = messageAt(query, kEntryColumns, row.key, scope);
    if (!logged.message && (has_message || mustShowMessage(logged.entry))) {
      return damaged(connection_, damage_, "messages", scope, logged.entry.ref_seq);
    }
    bytes += bytesOf(logged);
    found.push_back(std::move(logged));
  }
  return found;
}

Result<std::vector<bool>> LogTable::haveEntries(const std::vector<std::pair<Scope, Offset>>& places) {
  std::vector<bool> have;
  for (const auto& [scope, offset] : places) {
    auto query = connection_.query(
        "SELECT 1 FROM entries WHERE scope = (SELECT key FROM scopes WHERE name = ?) AND offset = ?");
    query.text(scope.name()).number(clamped(offset));
    have.push_back(TRY(query.next()));
  }
  return have;
}

Result<std::optional<LoggedEntry>> LogTable::entryOfNonce(const Scope& scope, const UserId& actor,
                                                          const std::string& nonce) {
  return entryOfNonce(scope, TRY(this->scope(scope)), actor, nonce);
}

Result<std::optional<LoggedEntry>> LogTable::entryOfNonce(const Scope& scope, const ScopeRow& row,
                                                          const UserId& actor, const std::string& nonce) {
  if (row.key == 0 || nonce.empty()) return std::optional<LoggedEntry>();
  Offset offset = 0;
  {
    auto query = connection_.query("SELECT offset FROM entries WHERE scope = ? AND actor = ? AND nonce = ?");
    query.number(row.key).text(actor.text()).text(nonce);
    if (!TRY(query.next())) return std::optional<LoggedEntry>();
    offset = query.offsetAt(0);
  }
  auto found = TRY(entries(scope, offset - 1, offset, {}));
  if (found.empty() || found.front().entry.nonce != nonce || found.front().entry.actor != actor) {
    return damaged(connection_, damage_, "entries", scope, offset);
  }
  return std::optional<LoggedEntry>(std::move(found.front()));
}

Result<ScopeRow> LogTable::addScope(const Scope& scope) {
  const std::string random = identity_.randomOf(scope);
  auto insert = connection_.query("INSERT INTO scopes (name, random) VALUES (?, ?)");
  TRY(insert.text(scope.name()).blob(random).run());
  return ScopeRow{connection_.lastRowId(), identity_.epochOf(scope, random)};
}

Result<void> LogTable::addEntry(const ScopeRow& row, const Entry& entry) {
  auto insert = connection_.query(
      "INSERT INTO entries (scope, offset, at, type, actor, nonce, request_hash, ref_seq, ref_user, data, "
      "messages,"
      " members, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return insert.number(row.key)
      .number(entry.offset)
      .number(entry.at)
      .text(entryTypeName(entry.type))
      .text(entry.actor.text())
      .textOrNull(entry.nonce)
      .blobOrNull(entry.request_hash)
      .number(entry.ref_seq)
      .textOrNull(entry.ref_user.text())
      .text(entry.data)
      .number(entry.messages)
      .number(entry.members)
      .number(sumOf(row.key, entry))
      .run();
}

}  // namespace kith::store::sqlite
