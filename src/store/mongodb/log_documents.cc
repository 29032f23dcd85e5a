#include "store/mongodb/log_documents.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_set>
#include <utility>

#include "base/digest.h"
#include "store/mongodb/schema.h"
#include "store/row_sum.h"

namespace kith::store::mongodb {
namespace {

constexpr Offset kLast = static_cast<Offset>(std::numeric_limits<std::int64_t>::max());
constexpr Offset kWindow = 200;  // entries of one find

// Rows of another scope with the same numbers are other rows.
std::int64_t keyOf(const Scope& scope) {
  return crc32c(scope.name());
}

bool mustShowMessage(const Entry& entry) {
  return entry.type == EntryType::MessageCreated || entry.type == EntryType::MessageEdited;
}

bool ownMessage(const Entry& entry) {
  return entry.ref_seq == entry.offset;
}

std::size_t bytesOf(const LoggedEntry& logged) {
  return logged.entry.data.size() + (logged.message ? logged.message->text.size() : 0);
}

Document messageRow(const Scope& scope, const Message& message) {
  Document row;
  row.text("text", message.text)
      .text("format", formatName(message.format))
      .number("reply_to", message.reply_to)
      .number("edited_at", message.edited_at)
      .number("edit_count", message.edit_count)
      .number("deleted_at", message.deleted_at);
  if (!message.deleted_by.empty()) row.text("deleted_by", message.deleted_by.text());
  if (!message.delete_reason.empty()) row.text("reason", message.delete_reason);
  row.number("sum", sumOf(keyOf(scope), message));
  return row;
}

}  // namespace

std::optional<Head> Heads::known(const Scope& scope) const {
  Lock lock(mutex_);
  const auto found = heads_.find(scope);
  return found == heads_.end() ? std::nullopt : std::optional<Head>(found->second);
}

void Heads::learn(const Scope& scope, const Head& head) {
  Lock lock(mutex_);
  if (heads_.size() >= kHeadsMax) heads_.clear();
  auto& known = heads_[scope];
  if (head.position.offset >= known.position.offset) known = head;
}

void Heads::forget(const Scope& scope) {
  Lock lock(mutex_);
  heads_.erase(scope);
}

std::string entryId(const Scope& scope, Offset offset) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id = scope.name() + ':' + std::string(16, '0');
  for (std::size_t i = 0; i < 16; ++i) {
    id[id.size() - 1 - i] = kDigits[offset & 15];
    offset >>= 4;
  }
  return id;
}

std::string LogDocuments::epochOf(const Scope& scope) const {
  return identity_.epochOf(scope, identity_.randomOf(scope));
}

Result<Head> LogDocuments::head(const Scope& scope) {
  Head head;
  head.position.epoch = epochOf(scope);
  // From what is known to be there. It may be newer than this snapshot: then from the beginning.
  const auto known = heads_.known(scope);
  for (Offset from = known ? known->position.offset : 0;; from = 0) {
    Document tail;
    tail.text("s", scope.name()).between("o", static_cast<std::int64_t>(from), kLast);
    const auto row = TRY(session_.one(kEntries, tail, inReverse({"o"})));
    if (!row && from > 0) continue;
    if (!row) break;
    const auto entry = TRY(entryAt(scope, View(*row)));
    head.position.offset = entry.offset;
    head.at = entry.at;
    head.messages = entry.messages;
    head.members = entry.members;
    break;
  }
  return head;
}

// Offsets are dense: a window of them is as many entries, or the end.
Result<std::vector<LoggedEntry>> LogDocuments::entries(const Scope& scope, Offset after, Offset last,
                                                       const ReadBounds& bounds) {
  std::vector<LoggedEntry> found;
  last = std::min(last, kLast);
  std::size_t bytes = 0;
  for (Offset next = std::min(after, kLast) + 1; next <= last && found.size() < bounds.entries_max;) {
    const Offset count = std::min<Offset>({last - next + 1, bounds.entries_max - found.size(), kWindow});
    Document window;
    window.text("s", scope.name())
        .between("o", static_cast<std::int64_t>(next), static_cast<std::int64_t>(next + count - 1));
    std::vector<LoggedEntry> some;
    auto rows = session_.find(kEntries, window, inOrder({"o"}));
    while (TRY(rows.next())) {
      auto logged = TRY(loggedAt(scope, rows.row()));
      // A hole is damage as well.
      if (logged.entry.offset != next + some.size()) return damaged("entries", scope, next + some.size());
      some.push_back(std::move(logged));
    }
    TRY(completeAll(scope, some));
    const bool ended = some.size() < count;
    next += some.size();
    for (auto& logged : some) {
      bytes += bytesOf(logged);
      found.push_back(std::move(logged));
      if (bytes >= bounds.bytes_max) return found;
    }
    if (ended) break;
  }
  return found;
}

Result<std::vector<bool>> LogDocuments::haveEntries(const std::vector<std::pair<Scope, Offset>>& places) {
  std::vector<std::string> ids;
  for (const auto& [scope, offset] : places) ids.push_back(entryId(scope, offset));
  std::unordered_set<std::string> there;
  if (!ids.empty()) {
    Document asked;
    asked.among("_id", ids);
    auto rows = session_.find(kEntries, asked, inOrder({"_id"}));
    while (TRY(rows.next())) there.insert(rows.row().text("_id"));
  }
  std::vector<bool> have;
  for (const auto& id : ids) have.push_back(there.contains(id));
  return have;
}

Result<std::optional<LoggedEntry>> LogDocuments::entryOfNonce(const Scope& scope, const UserId& actor,
                                                              const std::string& nonce) {
  if (nonce.empty()) return std::optional<LoggedEntry>();
  Document bound;
  bound.text("s", scope.name()).text("by", actor.text()).text("nonce", nonce);
  const auto row = TRY(session_.one(kEntries, bound));
  if (!row) return std::optional<LoggedEntry>();
  std::vector<LoggedEntry> found;
  found.push_back(TRY(loggedAt(scope, View(*row))));
  TRY(completeAll(scope, found));
  return std::optional<LoggedEntry>(std::move(found.front()));
}

Result<std::vector<std::pair<std::string, LoggedEntry>>> LogDocuments::written(const Scope& scope,
                                                                               Offset after, Offset last) {
  Document range;
  range.text("s", scope.name())
      .between("o", static_cast<std::int64_t>(after + 1), static_cast<std::int64_t>(last));
  std::vector<std::string> write_ids;
  std::vector<LoggedEntry> found;
  auto rows = session_.find(kEntries, range, inOrder({"o"}));
  while (TRY(rows.next())) {
    write_ids.push_back(rows.row().bytes("w"));
    found.push_back(TRY(loggedAt(scope, rows.row())));
  }
  TRY(completeAll(scope, found));
  std::vector<std::pair<std::string, LoggedEntry>> all;
  for (std::size_t i = 0; i < found.size(); ++i)
    all.emplace_back(std::move(write_ids[i]), std::move(found[i]));
  return all;
}

// The messages that entries speak of and do not hold themselves, by one find.
Result<void> LogDocuments::completeAll(const Scope& scope, std::vector<LoggedEntry>& found) {
  if (scope.kind() != Scope::Kind::Room) return {};
  std::vector<std::string> ids;
  for (const auto& logged : found) {
    if (logged.entry.ref_seq != 0 && !ownMessage(logged.entry))
      ids.push_back(entryId(scope, logged.entry.ref_seq));
  }
  std::unordered_map<Offset, Message> messages;
  if (!ids.empty()) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    Document those;
    those.among("_id", ids);
    auto rows = session_.find(kEntries, those);
    while (TRY(rows.next())) {
      if (!rows.row().flag("msg")) continue;
      auto message = TRY(messageAt(scope, rows.row()));
      const Offset seq = message.seq;
      messages.emplace(seq, std::move(message));
    }
  }
  for (auto& logged : found) {
    const auto message = messages.find(logged.entry.ref_seq);
    if (message != messages.end() && !logged.message) logged.message = message->second;
    if (!logged.message && mustShowMessage(logged.entry))
      return damaged("messages", scope, logged.entry.ref_seq);
  }
  return {};
}

Result<LoggedEntry> LogDocuments::loggedAt(const Scope& scope, const View& row) {
  LoggedEntry logged;
  logged.entry = TRY(entryAt(scope, row));
  if (row.flag("msg")) logged.message = TRY(messageAt(scope, row));
  return logged;
}

Result<std::optional<Message>> LogDocuments::message(const Scope& scope, Offset seq) {
  Document which;
  which.text("_id", entryId(scope, seq));
  const auto row = TRY(session_.one(kEntries, which));
  if (!row || !View(*row).flag("msg")) return std::optional<Message>();
  return std::optional<Message>(TRY(messageAt(scope, View(*row))));
}

Result<Entry> LogDocuments::entryAt(const Scope& scope, const View& row) {
  Entry entry;
  entry.offset = row.offset("o");
  const auto type = entryTypeOf(row.text("t"));
  if (!type) return damaged("entries", scope, entry.offset);
  entry.at = row.number("at");
  entry.type = *type;
  entry.actor = UserId::trusted(row.text("by"));
  entry.nonce = row.text("nonce");
  entry.request_hash = row.bytes("h");
  entry.ref_seq = row.offset("ref");
  entry.ref_user = UserId::trusted(row.text("who"));
  entry.data = row.text("data");
  entry.messages = row.number("n");
  entry.members = row.number("c");
  if (row.number("sum") != sumOf(keyOf(scope), entry)) return damaged("entries", scope, entry.offset);
  return entry;
}

Result<Message> LogDocuments::messageAt(const Scope& scope, const View& row) {
  Message message;
  message.room = scope.room();
  message.seq = row.offset("o");
  message.author = UserId::trusted(row.text("by"));
  message.at = row.number("at");
  const auto inner = row.document("m");
  if (!inner) return damaged("messages", scope, message.seq);
  const View stored(*inner);
  message.text = stored.text("text");
  message.format =
      stored.text("format") == formatName(TextFormat::Plain) ? TextFormat::Plain : TextFormat::Markdown;
  message.reply_to = stored.offset("reply_to");
  message.edited_at = stored.number("edited_at");
  message.edit_count = stored.number("edit_count");
  message.deleted_at = stored.number("deleted_at");
  message.deleted_by = UserId::trusted(stored.text("deleted_by"));
  message.delete_reason = stored.text("reason");
  if (stored.number("sum") != sumOf(keyOf(scope), message)) return damaged("messages", scope, message.seq);
  return message;
}

Document LogDocuments::rowOf(const Scope& scope, const Entry& entry, const Message* created,
                             const std::string& write_id) {
  Document row;
  row.text("_id", entryId(scope, entry.offset))
      .text("s", scope.name())
      .number("o", entry.offset)
      .text("t", entryTypeName(entry.type))
      .number("at", entry.at)
      .text("by", entry.actor.text());
  if (!entry.nonce.empty()) row.text("nonce", entry.nonce).bytes("h", entry.request_hash);
  row.number("ref", entry.ref_seq);
  if (!entry.ref_user.empty()) row.text("who", entry.ref_user.text());
  row.text("data", entry.data)
      .number("n", entry.messages)
      .number("c", entry.members)
      .bytes("w", write_id)
      .number("sum", sumOf(keyOf(scope), entry));
  if (created != nullptr) row.flag("msg", true).flag("live", true).document("m", messageRow(scope, *created));
  return row;
}

Document LogDocuments::changeOf(const Scope& scope, const Message& message) {
  Document fields;
  fields.document("m", messageRow(scope, message)).flag("live", !message.deleted());
  Document change;
  change.document("$set", fields);
  return change;
}

Fault LogDocuments::damaged(const char* what, const Scope& scope, Offset offset) {
  auto fault = damage_.row(what, scope, offset);
  (void)session_.fail(Failure::Damaged, fault.detail);
  return fault;
}

}  // namespace kith::store::mongodb
