#pragma once

#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "store/sqlite/tables.h"

namespace kith::store::sqlite {

/// Runs one write item after the other inside the writer's open transaction.
///
/// Owned by the writer and lives on its thread. Each item has a savepoint: a refused one leaves
/// nothing behind. Keeps the heads of scopes written lately; they are what the database says, or
/// they are forgotten. Never commits and never calls `done`.
class ItemRunner {
 public:
  ItemRunner(Connection& connection, Tables& tables, const Clock& clock)
      : connection_(connection), tables_(tables), clock_(clock) {}

  /// What the item will have made once the transaction is committed, or its refusal. If the
  /// connection noted a failure, the whole transaction may be gone.
  Result<Committed> run(WriteItem& item);

  /// After a commit that failed: what is kept in memory may not have happened.
  void forget() { heads_.clear(); }

 private:
  friend class RunningState;
  friend class RunningTransaction;
  struct KnownHead {
    ScopeRow row;
    Head head;
  };
  static constexpr std::size_t kHeadsMax = 20'000;  // about 5 MiB

  Result<Committed> judge(WriteItem& item);
  Result<std::optional<Committed>> repeated(const WriteItem& item);
  Result<Committed> append(const WriteItem& item, Drafts drafts);
  Result<CommittedEntry> appendOne(const Scope& scope, EntryDraft draft, const WriteItem& item,
                                   bool with_nonce);
  Result<std::optional<Message>> messageOf(const Scope& scope, const ScopeRow& row, const Entry& entry,
                                           std::optional<NewMessage> created);
  Result<KnownHead*> headOf(const Scope& scope);
  void forget(const std::vector<Scope>& scopes);

  Connection& connection_;
  Tables& tables_;
  const Clock& clock_;
  WallMs now_ = 0;  // of the item that runs; never falls
  std::unordered_map<Scope, KnownHead> heads_;
};

}  // namespace kith::store::sqlite
