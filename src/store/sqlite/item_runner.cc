#include "store/sqlite/item_runner.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/table_writes.h"

namespace kith::store::sqlite {

/// What a class A item sees. Lives for one run.
class RunningState final : public ScopeState {
 public:
  RunningState(ItemRunner& runner, const Scope& scope) : runner_(runner), scope_(scope) {}

  Result<Head> head() override { return TRY(runner_.headOf(scope_))->head; }
  Result<std::optional<Room>> room() override {
    if (scope_.kind() != Scope::Kind::Room) return std::optional<Room>();
    // Once: nothing is changed during the run, and most questions are about the room's group.
    if (!room_) room_ = TRY(runner_.tables_.rooms.room(scope_.room()));
    return *room_;
  }
  Result<std::optional<RoomMember>> member(const UserId& user) override {
    if (scope_.kind() != Scope::Kind::Room) return std::optional<RoomMember>();
    return runner_.tables_.rooms.member(scope_.room(), user);
  }
  Result<std::optional<Group>> group() override {
    const auto here = TRY(room());
    if (!here || here->group.empty()) return std::optional<Group>();
    return runner_.tables_.groups.group(here->group);
  }
  Result<std::optional<GroupMember>> groupMember(const UserId& user) override {
    const auto here = TRY(room());
    if (!here || here->group.empty()) return std::optional<GroupMember>();
    return runner_.tables_.groups.member(here->group, user);
  }
  WallMs now() const override { return runner_.now_; }

 private:
  ItemRunner& runner_;
  const Scope& scope_;
  std::optional<std::optional<Room>> room_;  // once read
};

/// What a class T item sees and changes. Lives for one run.
class RunningTransaction final : public TableWrites<Tables> {
 public:
  explicit RunningTransaction(ItemRunner& runner) : TableWrites(runner.tables_), runner_(runner) {}

  Result<Head> head(const Scope& scope) override { return TRY(runner_.headOf(scope))->head; }
  WallMs now() const override { return runner_.now_; }

 private:
  ItemRunner& runner_;
};

Result<Committed> ItemRunner::run(WriteItem& item) {
  ASSERT(!item.scopes.empty());
  now_ = std::max(now_, clock_.wall());
  connection_.clearFailure();
  TRY(connection_.run("SAVEPOINT item"));
  auto outcome = judge(item);
  if (outcome && connection_.failure() != Failure::None) {
    outcome = faultOf(connection_.failure());  // `run` went on after a fault of the store
  }
  if (outcome) {
    if (auto kept = connection_.run("RELEASE item"); !kept) outcome = kept.error();
  } else if (connection_.inTransaction()) {
    // Notes a failure of its own if it does not work, and then the whole commit is given up.
    if (connection_.run("ROLLBACK TO item")) (void)connection_.run("RELEASE item").ok();
  }
  if (!outcome) forget(item.scopes);
  return outcome;
}

Result<Committed> ItemRunner::judge(WriteItem& item) {
  // Before judging: a repeat is answered also when the operation would be refused by now.
  if (auto first = TRY(repeated(item))) return std::move(*first);
  if (auto* append_run = std::get_if<AppendRun>(&item.run)) {
    ASSERT(item.scopes.size() == 1);
    RunningState state(*this, item.scopes.front());
    // On a line of its own: a TRY that returns from inside braces leaves what stands before it undestroyed
    // (g++ 12).
    auto draft = TRY((*append_run)(state));
    Drafts drafts;
    drafts.push_back({item.scopes.front(), std::move(draft)});
    return append(item, std::move(drafts));
  }
  RunningTransaction transaction(*this);
  return append(item, TRY(std::get<TransactionRun>(item.run)(transaction)));
}

Result<std::optional<Committed>> ItemRunner::repeated(const WriteItem& item) {
  if (item.nonce.empty()) return std::optional<Committed>();
  const auto& scope = item.scopes.front();
  const auto row = TRY(headOf(scope))->row;
  auto first = TRY(tables_.log.entryOfNonce(scope, row, item.author, item.nonce));
  if (!first) return std::optional<Committed>();
  if (first->entry.request_hash != item.request_hash) return Fault::of(FaultCode::NonceConflict);
  Committed committed;
  committed.duplicate = true;
  committed.entries.push_back({scope, std::move(*first), row.epoch});
  return std::optional<Committed>(std::move(committed));
}

Result<Committed> ItemRunner::append(const WriteItem& item, Drafts drafts) {
  Committed committed;
  bool nonce_due = !item.nonce.empty() && !drafts.empty();
  for (auto& [scope, draft] : drafts) {
    ASSERT(std::find(item.scopes.begin(), item.scopes.end(), scope) != item.scopes.end());
    const bool binds = nonce_due && scope == item.scopes.front();
    if (binds) nonce_due = false;
    committed.entries.push_back(TRY(appendOne(scope, std::move(draft), item, binds)));
  }
  ASSERT(!nonce_due);  // the first scope must get an entry, or a repeat would not be known
  return committed;
}

Result<CommittedEntry> ItemRunner::appendOne(const Scope& scope, EntryDraft draft, const WriteItem& item,
                                             bool with_nonce) {
  ASSERT(draft.message.has_value() == (draft.type == EntryType::MessageCreated));
  auto& known = *TRY(headOf(scope));
  if (known.row.key == 0) known.row = TRY(tables_.log.addScope(scope));
  Entry entry;
  entry.offset = known.head.position.offset + 1;
  entry.at = std::max(now_, known.head.at);
  entry.type = draft.type;
  entry.actor = item.author;
  if (with_nonce) {
    entry.nonce = item.nonce;
    entry.request_hash = item.request_hash;
  }
  entry.ref_seq = draft.message ? entry.offset : draft.ref_seq;
  entry.ref_user = std::move(draft.ref_user);
  entry.data = std::move(draft.data);
  entry.messages = known.head.messages + (draft.message ? 1 : 0);
  entry.members = known.head.members + draft.members_change;
  TRY(tables_.log.addEntry(known.row, entry));
  auto message = TRY(messageOf(scope, known.row, entry, std::move(draft.message)));

  known.head.position.offset = entry.offset;
  known.head.at = entry.at;
  known.head.messages = entry.messages;
  known.head.members = entry.members;
  return CommittedEntry{scope, {std::move(entry), std::move(message)}, known.row.epoch};
}

Result<std::optional<Message>> ItemRunner::messageOf(const Scope& scope, const ScopeRow& row,
                                                     const Entry& entry, std::optional<NewMessage> created) {
  if (!created) {
    if (entry.ref_seq == 0 || scope.kind() != Scope::Kind::Room) return std::optional<Message>();
    return tables_.messages.message(scope.room(), entry.ref_seq);
  }
  ASSERT(scope.kind() == Scope::Kind::Room);
  Message message;
  message.room = scope.room();
  message.seq = entry.offset;
  message.author = entry.actor;
  message.text = std::move(created->text);
  message.format = created->format;
  message.reply_to = created->reply_to;
  message.at = entry.at;
  TRY(tables_.messages.add(row, message));
  return std::optional<Message>(std::move(message));
}

// The pointer holds until the next call.
Result<ItemRunner::KnownHead*> ItemRunner::headOf(const Scope& scope) {
  const auto found = heads_.find(scope);
  if (found != heads_.end()) return &found->second;
  KnownHead known;
  known.row = TRY(tables_.log.scope(scope));
  known.head = TRY(tables_.log.head(scope, known.row));
  if (heads_.size() >= kHeadsMax) heads_.clear();
  return &heads_.emplace(scope, std::move(known)).first->second;
}

void ItemRunner::forget(const std::vector<Scope>& scopes) {
  for (const auto& scope : scopes) heads_.erase(scope);
}

}  // namespace kith::store::sqlite
