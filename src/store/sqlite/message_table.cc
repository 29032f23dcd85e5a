#include "store/sqlite/message_table.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"

namespace kith::store::sqlite {
namespace {

constexpr std::int64_t kOldTextsMax = 100;
constexpr Offset kLast = static_cast<Offset>(std::numeric_limits<std::int64_t>::max());

}  // namespace

Result<std::optional<Message>> MessageTable::message(const RoomId& room, Offset seq) {
  const auto scope = Scope::of(room);
  return messageOf(scope, TRY(log_.scope(scope)), seq);
}

Result<std::optional<Message>> MessageTable::messageOf(const Scope& scope, const ScopeRow& row, Offset seq) {
  auto query =
      connection_.query("SELECT " KITH_MESSAGE_COLUMNS " FROM messages m WHERE m.scope = ? AND m.seq = ?");
  query.number(row.key).number(std::min(seq, kLast));
  if (row.key == 0 || !TRY(query.next())) return std::optional<Message>();
  auto message = messageAt(query, 0, row.key, scope);
  if (!message) return damaged(connection_, damage_, "messages", scope, seq);
  return message;
}

// Rows of messages joined with their entries, whose nonce is shown with them.
Result<void> MessageTable::gather(const Scope& scope, const ScopeRow& row, Query& query,
                                  std::vector<Shown>& out) {
  while (TRY(query.next())) {
    auto message = messageAt(query, 0, row.key, scope);
    if (!message) return damaged(connection_, damage_, "messages", scope, query.offsetAt(0));
    auto entry = query.isNull(kMessageColumns) ? std::nullopt : entryAt(query, kMessageColumns, row.key);
    if (!entry) return damaged(connection_, damage_, "entries", scope, query.offsetAt(0));
    out.emplace_back(std::move(*message), std::move(entry->nonce));
  }
  return {};
}

// The newest `limit` with a number below `seq`, newest first; true if there are more.
Result<bool> MessageTable::below(const Scope& scope, const ScopeRow& row, Offset seq, std::size_t limit,
                                 std::vector<Shown>& out) {
  auto query =
      connection_.query("SELECT " KITH_MESSAGE_COLUMNS ", " KITH_ENTRY_COLUMNS
                        " FROM messages m LEFT JOIN entries e ON e.scope = m.scope AND e.offset = m.seq"
                        " WHERE m.scope = ? AND m.seq < ? ORDER BY m.seq DESC LIMIT ?");
  query.number(row.key).number(seq).number(std::uint64_t{limit} + 1);
  TRY(gather(scope, row, query, out));
  const bool more = out.size() > limit;
  if (more) out.pop_back();
  return more;
}

// The oldest `limit` with a number above `seq`, oldest first; true if there are more.
Result<bool> MessageTable::above(const Scope& scope, const ScopeRow& row, Offset seq, std::size_t limit,
                                 std::vector<Shown>& out) {
  auto query =
      connection_.query("SELECT " KITH_MESSAGE_COLUMNS ", " KITH_ENTRY_COLUMNS
                        " FROM messages m LEFT JOIN entries e ON e.scope = m.scope AND e.offset = m.seq"
                        " WHERE m.scope = ? AND m.seq > ? ORDER BY m.seq LIMIT ?");
  query.number(row.key).number(seq).number(std::uint64_t{limit} + 1);
  TRY(gather(scope, row, query, out));
  const bool more = out.size() > limit;
  if (more) out.pop_back();
  return more;
}

Result<bool> MessageTable::any(const ScopeRow& row, Offset first, Offset last) {
  auto query = connection_.query("SELECT 1 FROM messages WHERE scope = ? AND seq BETWEEN ? AND ? LIMIT 1");
  query.number(row.key).number(first).number(last);
  return query.next();
}

Result<MessagePage> MessageTable::page(const RoomId& room, const PageQuery& query) {
  ASSERT(query.limit > 0);
  const auto scope = Scope::of(room);
  const auto row = TRY(log_.scope(scope));
  MessagePage page;
  page.head = TRY(log_.head(scope, row));
  if (row.key == 0) return page;

  const Offset cursor = std::min(query.cursor, kLast);
  std::vector<Shown> older;
  std::vector<Shown> newer;
  switch (query.from) {
    case PageQuery::From::Newest:
      page.has_more_before = TRY(below(scope, row, kLast, query.limit, older));
      break;
    case PageQuery::From::Before:
      page.has_more_before = TRY(below(scope, row, cursor, query.limit, older));
      page.has_more_after = TRY(any(row, cursor, kLast));
      break;
    case PageQuery::From::After:
      page.has_more_after = TRY(above(scope, row, cursor, query.limit, newer));
      page.has_more_before = TRY(any(row, 0, cursor));
      break;
    case PageQuery::From::Around: {
      const std::size_t half = query.limit / 2;
      page.has_more_before = TRY(below(scope, row, cursor, half, older));
      // The message itself, if it is one, is the first above the number before it.
      const bool itself = TRY(any(row, cursor, cursor));
      const Offset from = itself ? cursor - 1 : cursor;
      page.has_more_after = TRY(above(scope, row, from, query.limit - half + (itself ? 1 : 0), newer));
      break;
    }
  }
  page.messages.assign(std::make_move_iterator(older.rbegin()), std::make_move_iterator(older.rend()));
  page.messages.insert(page.messages.end(), std::make_move_iterator(newer.begin()),
                       std::make_move_iterator(newer.end()));
  return page;
}

Result<std::vector<MessageEdit>> MessageTable::edits(const RoomId& room, Offset seq) {
  const auto row = TRY(log_.scope(Scope::of(room)));
  std::vector<MessageEdit> found;
  auto query = connection_.query(
      "SELECT number, text, at FROM message_edits WHERE scope = ? AND seq = ? ORDER BY number");
  query.number(row.key).number(std::min(seq, kLast));
  while (TRY(query.next())) found.push_back({query.numberAt(0), query.textAt(1), query.numberAt(2)});
  return found;
}

Result<void> MessageTable::add(const ScopeRow& row, const Message& message) {
  auto insert = connection_.query(
      "INSERT INTO messages (scope, seq, author, text, format, reply_to, at, checksum) VALUES (?, ?, ?, ?, "
      "?, ?, ?, ?)");
  return insert.number(row.key)
      .number(message.seq)
      .text(message.author.text())
      .text(message.text)
      .text(formatName(message.format))
      .number(message.reply_to)
      .number(message.at)
      .number(sumOf(row.key, message))
      .run();
}

Result<void> MessageTable::replace(const ScopeRow& row, const Message& message) {
  auto update = connection_.query(
      "UPDATE messages SET text = ?, edited_at = ?, edit_count = ?, deleted_at = ?, deleted_by = ?, reason = "
      "?,"
      " checksum = ? WHERE scope = ? AND seq = ?");
  return update.text(message.text)
      .number(message.edited_at)
      .number(message.edit_count)
      .number(message.deleted_at)
      .textOrNull(message.deleted_by.text())
      .textOrNull(message.delete_reason)
      .number(sumOf(row.key, message))
      .number(row.key)
      .number(message.seq)
      .run();
}

Result<void> MessageTable::edit(const RoomId& room, Offset seq, const std::string& text, WallMs at) {
  const auto scope = Scope::of(room);
  const auto row = TRY(log_.scope(scope));
  auto message = TRY(messageOf(scope, row, seq));
  if (!message || message->deleted()) return Fault::of(FaultCode::NotFound);

  message->edit_count += 1;
  {
    auto keep =
        connection_.query("INSERT INTO message_edits (scope, seq, number, text, at) VALUES (?, ?, ?, ?, ?)");
    TRY(keep.number(row.key).number(seq).number(message->edit_count).text(message->text).number(at).run());
  }
  if (message->edit_count > kOldTextsMax) {
    auto drop = connection_.query("DELETE FROM message_edits WHERE scope = ? AND seq = ? AND number <= ?");
    TRY(drop.number(row.key).number(seq).number(message->edit_count - kOldTextsMax).run());
    removed_ = true;
  }
  message->text = text;
  message->edited_at = at;
  return replace(row, *message);
}

Result<void> MessageTable::remove(const RoomId& room, Offset seq, const UserId& by, const std::string& reason,
                                  WallMs at) {
  const auto scope = Scope::of(room);
  const auto row = TRY(log_.scope(scope));
  auto message = TRY(messageOf(scope, row, seq));
  if (!message) return Fault::of(FaultCode::NotFound);
  if (message->deleted()) return {};

  removed_ = true;
  auto drop = connection_.query("DELETE FROM message_edits WHERE scope = ? AND seq = ?");
  TRY(drop.number(row.key).number(seq).run());
  message->text.clear();
  message->deleted_at = at;
  message->deleted_by = by;
  message->delete_reason = reason;
  return replace(row, *message);
}

Result<bool> MessageTable::purge(const RoomId& room, std::size_t limit, WallMs at) {
  const auto row = TRY(log_.scope(Scope::of(room)));
  std::vector<Offset> seqs;
  {
    auto query =
        connection_.query("SELECT seq FROM messages WHERE scope = ? AND deleted_at = 0 ORDER BY seq LIMIT ?");
    query.number(row.key).number(std::uint64_t{limit + 1});
    while (TRY(query.next())) seqs.push_back(query.offsetAt(0));
  }
  const bool more = seqs.size() > limit;
  if (more) seqs.pop_back();
  for (const auto seq : seqs) TRY(remove(room, seq, UserId(), {}, at));
  return more;
}

}  // namespace kith::store::sqlite
