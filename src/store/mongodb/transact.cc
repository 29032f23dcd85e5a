#include <algorithm>
#include <map>
#include <utility>

#include "base/assert.h"
#include "store/mongodb/lane.h"
#include "store/mongodb/schema.h"
#include "store/table_writes.h"

// Items that change rows: a transaction of the server each.
namespace kith::store::mongodb {
namespace {

/// What a class T item sees and changes. Lives for one attempt, on one snapshot; its entries are inserted
/// last.
class RunningTransaction final : public TableWrites<Documents> {
 public:
  RunningTransaction(Lane& lane, const WriteItem& item)
      : TableWrites(lane.documents), item_(item), now_(lane.shared.wall.now()) {}

  Result<Head> head(const Scope& scope) override {
    const auto known = heads_.find(scope);
    if (known != heads_.end()) return known->second;
    auto head = TRY(tables_.log.head(scope));
    heads_.emplace(scope, head);
    return head;
  }
  WallMs now() const override { return now_; }
  // A place of another scope may change in a transaction that meets this one in no log: then one must give
  // way.
  Result<std::optional<GroupMember>> groupMember(const GroupId& group, const UserId& user) override {
    auto row = TRY(tables_.groups.member(group, user));
    const bool own =
        std::find(item_.scopes.begin(), item_.scopes.end(), Scope::of(group)) != item_.scopes.end();
    if (row && row->state == MemberState::Member && !own) TRY(tables_.groups.holdMember(group, user));
    return row;
  }

 private:
  const WriteItem& item_;
  const WallMs now_;
  std::map<Scope, Head> heads_;  // of this snapshot
};

/// One item on its way in. Lives for one transact.
class Attempts {
 public:
  Attempts(Lane& lane, WriteItem& item)
      : lane_(lane), session_(*lane.session), item_(item), patience_(lane.shared) {}
  Result<Committed> run();

 private:
  Result<Committed> attempt();
  Result<Committed> judge();
  Result<std::optional<Committed>> repeated();
  Result<Committed> append(RunningTransaction& transaction, Drafts drafts);
  Result<void> passBy(RunningTransaction& transaction, const Scope& scope);
  Result<void> commit();

  Lane& lane_;
  Session& session_;
  WriteItem& item_;
  Patience patience_;
};

Result<Committed> Attempts::run() {
  for (;;) {
    auto outcome = attempt();
    const auto failure = session_.failure();
    if (failure == Failure::Unreachable || failure == Failure::CommitUnknown)
      lane_.shared.state.failed(session_.failureText());
    // A commit that may have happened is not run again: the nonce tells.
    if (outcome || !passes(failure) || failure == Failure::CommitUnknown || !patience_.wait()) {
      if (outcome) lane_.shared.state.answered();
      if (passes(failure)) lane_.shared.failed_commits.add();
      return outcome;
    }
    lane_.shared.tries_again.add();
  }
}

Result<Committed> Attempts::attempt() {
  session_.clearFailure();
  TRY(session_.begin());
  auto outcome = judge();
  // `run` may have gone on after a fault of the store.
  if (outcome && session_.failure() != Failure::None) outcome = faultOf(session_.failure());
  if (!outcome) {
    session_.abort();
    return outcome;
  }
  // Also when nothing was written: what was read must be what a majority has.
  TRY(commit());
  if (outcome->duplicate) return outcome;
  for (const auto& committed : outcome->entries) {
    const auto& entry = committed.logged.entry;
    lane_.shared.heads.learn(committed.scope,
                             {{committed.epoch, entry.offset}, entry.at, entry.messages, entry.members});
  }
  lane_.shared.commits.add();
  lane_.shared.entries.add(static_cast<std::int64_t>(outcome->entries.size()));
  return outcome;
}

Result<void> Attempts::commit() {
  auto committed = session_.commit();
  while (!committed && session_.failure() == Failure::CommitUnknown && patience_.wait()) {
    session_.clearFailure();
    committed = session_.commit();
  }
  return committed;
}

Result<Committed> Attempts::judge() {
  // Before judging: a repeat is answered also when the operation would be refused by now.
  if (auto first = TRY(repeated())) return std::move(*first);
  RunningTransaction transaction(lane_, item_);
  auto drafts = TRY(std::get<TransactionRun>(item_.run)(transaction));
  return append(transaction, std::move(drafts));
}

Result<std::optional<Committed>> Attempts::repeated() {
  if (item_.nonce.empty()) return std::optional<Committed>();
  const auto& scope = item_.scopes.front();
  auto& log = lane_.documents.log;
  auto first = TRY(log.entryOfNonce(scope, item_.author, item_.nonce));
  if (!first) return std::optional<Committed>();
  if (first->entry.request_hash != item_.request_hash) return Fault::of(FaultCode::NonceConflict);
  Committed committed;
  committed.duplicate = true;
  committed.entries.push_back({scope, std::move(*first), log.epochOf(scope)});
  return std::optional<Committed>(std::move(committed));
}

Result<Committed> Attempts::append(RunningTransaction& transaction, Drafts drafts) {
  Committed committed;
  std::vector<Document> rows;
  std::map<Scope, Head> heads;
  bool nonce_due = !item_.nonce.empty() && !drafts.empty();
  for (auto& [scope, draft] : drafts) {
    ASSERT(std::find(item_.scopes.begin(), item_.scopes.end(), scope) != item_.scopes.end());
    const bool binds = nonce_due && scope == item_.scopes.front();
    if (binds) nonce_due = false;
    if (heads.find(scope) == heads.end()) heads.emplace(scope, TRY(transaction.head(scope)));
    auto& head = heads.find(scope)->second;
    auto logged = nextEntry(head, scope, std::move(draft), item_, binds, transaction.now());
    const bool created = logged.message.has_value();
    if (!created && logged.entry.ref_seq != 0 && scope.kind() == Scope::Kind::Room)
      logged.message = TRY(transaction.message(scope.room(), logged.entry.ref_seq));
    rows.push_back(LogDocuments::rowOf(scope, logged.entry, created ? &*logged.message : nullptr,
                                       newWriteId(lane_.random)));
    committed.entries.push_back({scope, std::move(logged), head.position.epoch});
  }
  ASSERT(!nonce_due);  // the first scope must get an entry, or a repeat would not be known
  if (session_.wrote() || !rows.empty()) {
    for (const auto& scope : item_.scopes) {
      if (heads.find(scope) == heads.end()) TRY(passBy(transaction, scope));
    }
  }
  // Last, and the commit is the next command: until then nobody else gets into these logs.
  if (!rows.empty() && session_.insert(kEntries, rows) < rows.size()) return faultOf(session_.failure());
  return committed;
}

// A log that the item names and gives no entry: its next place is taken and given back. So of two
// transactions that meet in a log one gives way, whether they write there or are only judged by what it tells
// of.
Result<void> Attempts::passBy(RunningTransaction& transaction, const Scope& scope) {
  const Offset next = TRY(transaction.nextOffset(scope));
  const auto id = entryId(scope, next);
  std::vector<Document> rows(1);
  rows.front().text("_id", id).text("s", scope.name()).number("o", next);
  if (session_.insert(kEntries, rows) < rows.size()) return faultOf(session_.failure());
  Document which;
  which.text("_id", id);
  return session_.remove(kEntries, which);
}

}  // namespace

Result<Committed> transact(Lane& lane, WriteItem& item) {
  return Attempts(lane, item).run();
}

}  // namespace kith::store::mongodb
