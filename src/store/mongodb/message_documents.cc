#include "store/mongodb/message_documents.h"

#include <algorithm>
#include <iterator>

#include "base/assert.h"
#include "store/mongodb/schema.h"

namespace kith::store::mongodb {
namespace {

constexpr std::int64_t kOldTextsMax = 100;
// A page is looked for in windows of offsets, so that a query has two ends; most entries are messages.
constexpr Offset kWindowPerLimit = 4;

Offset firstWindow(std::size_t limit) {
  return kWindowPerLimit * std::max<Offset>(1, limit);
}

}  // namespace

Result<std::optional<Message>> MessageDocuments::message(const RoomId& room, Offset seq) {
  return log_.message(Scope::of(room), seq);
}

Result<void> MessageDocuments::gather(const Scope& scope, Offset first, Offset last, const FindOptions& how,
                                      std::vector<Shown>& out) {
  Document window;
  window.text("s", scope.name()).flag("msg", true);
  window.between("o", static_cast<std::int64_t>(first), static_cast<std::int64_t>(last));
  auto rows = session_.find(kEntries, window, how);
  while (TRY(rows.next())) {
    auto entry = TRY(log_.entryAt(scope, rows.row()));
    auto message = TRY(log_.messageAt(scope, rows.row()));
    out.emplace_back(std::move(message), std::move(entry.nonce));
  }
  return {};
}

// The newest `limit` with a number below `seq`, newest first; true if there are more.
Result<bool> MessageDocuments::below(const Scope& scope, Offset seq, Offset head, std::size_t limit,
                                     std::vector<Shown>& out) {
  Offset last = std::min(seq == 0 ? 0 : seq - 1, head);
  for (Offset width = firstWindow(limit); last > 0 && out.size() <= limit; width *= 2) {
    const Offset first = last > width ? last - width + 1 : 1;
    TRY(gather(scope, first, last, inReverse({"o"}, limit + 1 - out.size()), out));
    last = first - 1;
  }
  const bool more = out.size() > limit;
  if (more) out.pop_back();
  return more;
}

// The oldest `limit` with a number above `seq`, oldest first; true if there are more.
Result<bool> MessageDocuments::above(const Scope& scope, Offset seq, Offset head, std::size_t limit,
                                     std::vector<Shown>& out) {
  if (seq >= head) return false;
  Offset first = seq + 1;
  for (Offset width = firstWindow(limit); first <= head && out.size() <= limit; width *= 2) {
    const Offset last = std::min(first + width - 1, head);
    TRY(gather(scope, first, last, inOrder({"o"}, limit + 1 - out.size()), out));
    first = last + 1;
  }
  const bool more = out.size() > limit;
  if (more) out.pop_back();
  return more;
}

Result<MessagePage> MessageDocuments::page(const RoomId& room, const PageQuery& query) {
  ASSERT(query.limit > 0);
  const auto scope = Scope::of(room);
  MessagePage page;
  page.head = TRY(log_.head(scope));
  const Offset head = page.head.position.offset;
  const Offset cursor = std::min(query.cursor, head + 1);
  std::vector<Shown> older;
  std::vector<Shown> newer;
  std::vector<Shown> none;
  switch (query.from) {
    case PageQuery::From::Newest:
      page.has_more_before = TRY(below(scope, head + 1, head, query.limit, older));
      break;
    case PageQuery::From::Before:
      page.has_more_before = TRY(below(scope, cursor, head, query.limit, older));
      page.has_more_after = TRY(above(scope, cursor == 0 ? 0 : cursor - 1, head, 0, none));
      break;
    case PageQuery::From::After:
      page.has_more_after = TRY(above(scope, cursor, head, query.limit, newer));
      page.has_more_before = TRY(below(scope, cursor + 1, head, 0, none));
      break;
    case PageQuery::From::Around: {
      const std::size_t half = query.limit / 2;
      page.has_more_before = TRY(below(scope, cursor, head, half, older));
      // The message itself, if it is one, is the first above the number before it.
      const bool itself = cursor > 0 && TRY(log_.message(scope, cursor)).has_value();
      page.has_more_after =
          TRY(above(scope, itself ? cursor - 1 : cursor, head, query.limit - half + (itself ? 1 : 0), newer));
      break;
    }
  }
  page.messages.assign(std::make_move_iterator(older.rbegin()), std::make_move_iterator(older.rend()));
  page.messages.insert(page.messages.end(), std::make_move_iterator(newer.begin()),
                       std::make_move_iterator(newer.end()));
  return page;
}

Result<std::vector<MessageEdit>> MessageDocuments::edits(const RoomId& room, Offset seq) {
  std::vector<MessageEdit> found;
  Document of;
  of.text("s", Scope::of(room).name()).number("seq", seq);
  auto rows = session_.find(kMessageEdits, of, inOrder({"number"}));
  while (TRY(rows.next())) {
    const auto row = rows.row();
    found.push_back({row.number("number"), row.text("text"), row.number("at")});
  }
  return found;
}

Result<void> MessageDocuments::edit(const RoomId& room, Offset seq, const std::string& text, WallMs at) {
  const auto scope = Scope::of(room);
  auto message = TRY(log_.message(scope, seq));
  if (!message || message->deleted()) return Fault::of(FaultCode::NotFound);
  message->edit_count += 1;
  const auto id = entryId(scope, seq);
  Document old;
  old.text("_id", id + ':' + std::to_string(message->edit_count))
      .text("s", scope.name())
      .number("seq", seq)
      .number("number", message->edit_count)
      .text("text", message->text)
      .number("at", at);
  TRY(session_.put(kMessageEdits, id + ':' + std::to_string(message->edit_count), old));
  if (message->edit_count > kOldTextsMax) {
    Document older;
    older.text("s", scope.name()).number("seq", seq);
    older.between("number", 0, message->edit_count - kOldTextsMax);
    TRY(session_.remove(kMessageEdits, older));
  }
  message->text = text;
  message->edited_at = at;
  return session_.update(kEntries, id, LogDocuments::changeOf(scope, *message));
}

Result<void> MessageDocuments::remove(const RoomId& room, Offset seq, const UserId& by,
                                      const std::string& reason, WallMs at) {
  const auto scope = Scope::of(room);
  auto message = TRY(log_.message(scope, seq));
  if (!message) return Fault::of(FaultCode::NotFound);
  if (message->deleted()) return {};
  if (message->edit_count > 0) {
    Document all;
    all.text("s", scope.name()).number("seq", seq);
    TRY(session_.remove(kMessageEdits, all));
  }
  message->text.clear();
  message->deleted_at = at;
  message->deleted_by = by;
  message->delete_reason = reason;
  return session_.update(kEntries, entryId(scope, seq), LogDocuments::changeOf(scope, *message));
}

Result<bool> MessageDocuments::purge(const RoomId& room, std::size_t limit, WallMs at) {
  const auto scope = Scope::of(room);
  std::vector<Offset> seqs;
  {
    Document with_text;
    with_text.text("s", scope.name()).flag("live", true);
    with_text.between("o", 1, static_cast<std::int64_t>(TRY(log_.head(scope)).position.offset));
    auto rows = session_.find(kEntries, with_text, inOrder({"o"}, limit + 1));
    while (TRY(rows.next())) seqs.push_back(rows.row().offset("o"));
  }
  const bool more = seqs.size() > limit;
  if (more) seqs.pop_back();
  for (const auto seq : seqs) TRY(remove(room, seq, UserId(), {}, at));
  return more;
}

}  // namespace kith::store::mongodb
