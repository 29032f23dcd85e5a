#include <map>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "store/mongodb/lane.h"
#include "store/mongodb/schema.h"

// Plain items: one ordered insert of all of them.
namespace kith::store::mongodb {
namespace {

/// What a plain item is judged by: a head, and the rows as a majority has them now. If they are newer than
/// the head, the insert behind it fails: who changes a row of a scope appends to its log. Lives for one
/// attempt, in which no row changes: each is read once.
class BatchState final : public ScopeState {
 public:
  BatchState(Documents& documents, const Scope& scope, const Head& head, WallMs now)
      : documents_(documents), scope_(scope), head_(head), now_(now) {}

  Result<Head> head() override { return head_; }
  Result<std::optional<Room>> room() override {
    if (scope_.kind() != Scope::Kind::Room) return std::optional<Room>();
    if (!room_) room_ = TRY(documents_.rooms.room(scope_.room()));
    return *room_;
  }
  Result<std::optional<RoomMember>> member(const UserId& user) override {
    if (scope_.kind() != Scope::Kind::Room) return std::optional<RoomMember>();
    const auto known = members_.find(user);
    if (known != members_.end()) return known->second;
    auto row = TRY(documents_.rooms.member(scope_.room(), user));
    members_.emplace(user, row);
    return row;
  }
  Result<std::optional<Group>> group() override {
    const auto here = TRY(room());
    if (!here || here->group.empty()) return std::optional<Group>();
    if (!group_) group_ = TRY(documents_.groups.group(here->group));
    return *group_;
  }
  Result<std::optional<GroupMember>> groupMember(const UserId& user) override {
    const auto here = TRY(room());
    if (!here || here->group.empty()) return std::optional<GroupMember>();
    const auto known = group_members_.find(user);
    if (known != group_members_.end()) return known->second;
    auto row = TRY(documents_.groups.member(here->group, user));
    group_members_.emplace(user, row);
    return row;
  }
  WallMs now() const override { return now_; }

 private:
  Documents& documents_;
  const Scope& scope_;
  const Head& head_;
  const WallMs now_;
  std::optional<std::optional<Room>> room_;
  std::optional<std::optional<Group>> group_;
  std::map<UserId, std::optional<RoomMember>> members_;
  std::map<UserId, std::optional<GroupMember>> group_members_;
};

/// The items of one batch on their way in. Lives for one appendAll.
class Batch {
 public:
  Batch(Lane& lane, std::vector<WriteItem>& items);
  std::vector<Result<Committed>> run();

 private:
  struct Drafted {
    std::size_t item = 0;
    LoggedEntry logged;
  };
  /// None: all are answered. Else why it must be tried again.
  std::optional<Failure> attempt(bool fresh);
  Failure findHead(bool fresh);
  Failure judgeAll();
  Failure judge(std::size_t i, BatchState& state);
  Failure answerRepeat(std::size_t i, bool& repeated);
  Failure insertAll();
  Failure adoptOwn(Offset last);
  void accept(Drafted& drafted);
  void settleUpTo(std::size_t end);
  Committed committed(LoggedEntry logged, bool duplicate) const;

  Lane& lane_;
  Session& session_;
  LogDocuments& log_;
  std::vector<WriteItem>& items_;
  const Scope scope_;
  std::vector<std::optional<Result<Committed>>> outcomes_;
  std::vector<std::string> write_ids_;
  Head base_;           // behind which the attempt inserts
  Head head_;           // with what is drafted
  bool tried_ = false;  // an insert was sent: entries behind base_ may be ours
  std::vector<Drafted> drafted_;
  std::map<std::size_t, Fault> refused_;        // by item, as judged in this attempt
  std::map<std::size_t, std::size_t> repeats_;  // item -> the item of this batch that it repeats
  std::map<std::pair<UserId, std::string>, std::size_t> nonces_;  // of drafted items
};

Batch::Batch(Lane& lane, std::vector<WriteItem>& items)
    : lane_(lane),
      session_(*lane.session),
      log_(lane.documents.log),
      items_(items),
      scope_(items.front().scopes.front()),
      outcomes_(items.size()) {
  for (std::size_t i = 0; i < items.size(); ++i) write_ids_.push_back(newWriteId(lane.random));
}

std::vector<Result<Committed>> Batch::run() {
  Patience patience(lane_.shared);
  std::optional<Failure> stopped;
  for (bool fresh = false; (stopped = attempt(fresh)).has_value(); fresh = true) {
    lane_.shared.tries_again.add();
    if (*stopped == Failure::Unreachable) lane_.shared.state.failed(session_.failureText());
    if (!patience.wait()) break;
  }
  if (stopped) {
    lane_.shared.failed_commits.add();
    lane_.shared.heads.forget(scope_);
  } else {
    lane_.shared.state.answered();
  }
  std::vector<Result<Committed>> all;
  all.reserve(outcomes_.size());
  for (auto& outcome : outcomes_) all.push_back(outcome ? std::move(*outcome) : faultOf(*stopped));
  return all;
}

std::optional<Failure> Batch::attempt(bool fresh) {
  session_.clearFailure();
  drafted_.clear();
  refused_.clear();
  repeats_.clear();
  nonces_.clear();
  auto failure = findHead(fresh);
  if (failure == Failure::None) failure = judgeAll();
  if (passes(failure)) return failure;
  if (failure != Failure::None) {
    // The newest entry cannot be read, and trying again will not change it.
    for (auto& outcome : outcomes_) {
      if (!outcome) outcome = faultOf(failure);
    }
    return std::nullopt;
  }
  if (!refused_.empty() && !fresh) {
    // What another node wrote meanwhile may allow it: nothing is refused by an old head.
    const auto tail = log_.head(scope_);
    if (!tail) return session_.failure();
    if (tail->position.offset != base_.position.offset) return attempt(true);
  }
  failure = insertAll();
  if (failure == Failure::None) return std::nullopt;
  return failure;
}

Failure Batch::findHead(bool fresh) {
  const auto known = fresh ? std::nullopt : lane_.shared.heads.known(scope_);
  if (known) {
    base_ = head_ = *known;
    return Failure::None;
  }
  const auto tail = log_.head(scope_);
  if (!tail) return session_.failure();
  if (tried_ && tail->position.offset > base_.position.offset) {
    if (const auto failure = adoptOwn(tail->position.offset); failure != Failure::None) return failure;
  }
  base_ = head_ = *tail;
  lane_.shared.heads.learn(scope_, base_);
  return Failure::None;
}

// Of an insert whose end nobody heard: what of it is stored.
Failure Batch::adoptOwn(Offset last) {
  auto written = log_.written(scope_, base_.position.offset, last);
  if (!written) return session_.failure();
  for (auto& [write_id, logged] : *written) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (outcomes_[i] || write_ids_[i] != write_id) continue;
      lane_.shared.entries.add();
      outcomes_[i] = committed(std::move(logged), false);
      break;
    }
  }
  return Failure::None;
}

Failure Batch::judgeAll() {
  const WallMs now = lane_.shared.wall.now();
  BatchState state(lane_.documents, scope_, head_, now);
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (outcomes_[i]) continue;
    const auto failure = judge(i, state);
    if (passes(failure)) return failure;
    if (failure == Failure::None) continue;
    outcomes_[i] = faultOf(failure);
    session_.clearFailure();
  }
  return Failure::None;
}

Failure Batch::judge(std::size_t i, BatchState& state) {
  auto& item = items_[i];
  bool repeated = false;
  if (const auto failure = answerRepeat(i, repeated); failure != Failure::None || repeated) return failure;
  auto draft = std::get<AppendRun>(item.run)(state);
  if (session_.failure() != Failure::None) return session_.failure();  // also if `run` went on after it
  if (!draft) {
    refused_.emplace(i, std::move(draft).error());
    return Failure::None;
  }
  auto logged = nextEntry(head_, scope_, std::move(*draft), item, !item.nonce.empty(), state.now());
  if (!logged.message && logged.entry.ref_seq != 0 && scope_.kind() == Scope::Kind::Room) {
    auto message = log_.message(scope_, logged.entry.ref_seq);
    if (!message) return session_.failure();
    logged.message = std::move(*message);
  }
  if (!item.nonce.empty()) nonces_.emplace(std::pair(item.author, item.nonce), i);
  drafted_.push_back({i, std::move(logged)});
  return Failure::None;
}

// Before judging: a repeat is answered also when the operation would be refused by now.
Failure Batch::answerRepeat(std::size_t i, bool& repeated) {
  const auto& item = items_[i];
  if (item.nonce.empty()) return Failure::None;
  const auto here = nonces_.find(std::pair(item.author, item.nonce));
  if (here != nonces_.end()) {
    repeated = true;
    if (items_[here->second].request_hash == item.request_hash) {
      repeats_.emplace(i, here->second);
    } else {
      refused_.emplace(i, Fault::of(FaultCode::NonceConflict));
    }
    return Failure::None;
  }
  auto first = log_.entryOfNonce(scope_, item.author, item.nonce);
  if (!first) return session_.failure();
  if (!*first) return Failure::None;
  repeated = true;
  if ((*first)->entry.request_hash != item.request_hash) {
    outcomes_[i] = Fault::of(FaultCode::NonceConflict);
  } else {
    outcomes_[i] = committed(std::move(**first), true);
  }
  return Failure::None;
}

Failure Batch::insertAll() {
  std::size_t stored = 0;
  if (!drafted_.empty()) {
    std::vector<Document> rows;
    rows.reserve(drafted_.size());
    for (const auto& [i, logged] : drafted_) {
      const bool created = logged.entry.type == EntryType::MessageCreated;
      rows.push_back(
          LogDocuments::rowOf(scope_, logged.entry, created ? &*logged.message : nullptr, write_ids_[i]));
    }
    tried_ = true;
    stored = session_.insert(kEntries, rows);
    if (stored > 0) lane_.shared.commits.add();
  }
  for (std::size_t n = 0; n < stored; ++n) accept(drafted_[n]);
  const bool all = stored == drafted_.size();
  settleUpTo(all ? items_.size() : drafted_[stored].item);
  if (all) return Failure::None;
  const auto failure = session_.failure();
  if (!passes(failure)) outcomes_[drafted_[stored].item] = faultOf(failure);
  return failure;
}

void Batch::accept(Drafted& drafted) {
  const auto& entry = drafted.logged.entry;
  Head now = base_;
  now.position.offset = entry.offset;
  now.at = entry.at;
  now.messages = entry.messages;
  now.members = entry.members;
  lane_.shared.heads.learn(scope_, now);
  lane_.shared.entries.add();
  outcomes_[drafted.item] = committed(std::move(drafted.logged), false);
}

// Refusals and repeats before `end`: what they were judged by has happened.
void Batch::settleUpTo(std::size_t end) {
  for (auto& [i, fault] : refused_) {
    if (i < end) outcomes_[i] = std::move(fault);
  }
  for (const auto& [i, first] : repeats_) {
    if (i >= end || !outcomes_[first] || !*outcomes_[first]) continue;
    const Committed& told = **outcomes_[first];
    Committed again;
    again.duplicate = true;
    again.entries = told.entries;
    outcomes_[i] = std::move(again);
  }
}

Committed Batch::committed(LoggedEntry logged, bool duplicate) const {
  Committed told;
  told.duplicate = duplicate;
  told.entries.push_back({scope_, std::move(logged), log_.epochOf(scope_)});
  return told;
}

}  // namespace

std::vector<Result<Committed>> appendAll(Lane& lane, std::vector<WriteItem>& items) {
  return Batch(lane, items).run();
}

}  // namespace kith::store::mongodb
