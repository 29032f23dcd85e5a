#include "store/sqlite/writer.h"

#include <utility>

namespace kith::store::sqlite {
namespace {

constexpr Milliseconds kSecond{1000};

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Identity& identity, DamageReport& damage,
               SpaceWatch& space, SqliteOptions& options, const Clock& clock, Log& log, Metrics& metrics)
    : connection_(std::move(connection)),
      tables_(*connection_, identity, damage),
      runner_(*connection_, tables_, clock),
      checkpointer_(*connection_, options.checkpoint_bytes, static_cast<int>(options.lock_wait.count()), log),
      space_(space),
      clock_(clock),
      log_(log),
      entries_max_(options.commit_entries_max),
      on_fatal_(std::move(options.on_fatal)),
      commits_(metrics.counter("kith_store_commits_total", "Commits made durable.")),
      entries_(metrics.counter("kith_store_entries_total", "Entries made durable.")),
      failed_commits_(metrics.counter("kith_store_failed_commits_total", "Commits that did not happen.")),
      waiting_(metrics.gauge("kith_store_waiting_items", "Write items that wait for a commit.")),
      second_at_(clock.monotonic()),
      queue_(options.queue),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  queue_.end();
  thread_.join();
}

void Writer::submit(std::vector<WriteItem> items) {
  auto refused = queue_.put(std::move(items));
  if (refused.empty()) return;
  for (auto& one : refused) one.item.done(std::move(one.fault));
  tellAnswered();
}

std::string Writer::fatal() const {
  Lock lock(mutex_);
  return fatal_;
}

void Writer::run() {
  while (!queue_.ended()) {
    auto items = queue_.take(entries_max_, kSecond);
    waiting_.set(static_cast<std::int64_t>(queue_.size()));
    const bool idle = items.empty();
    if (!idle) write(std::move(items));
    if (idle || clock_.monotonic() - second_at_ >= kSecond.count()) second();
  }
  // Last, when everybody has been answered: the process may end in it.
  if (const auto why = fatal(); !why.empty() && on_fatal_) on_fatal_(why);
}

void Writer::second() {
  second_at_ = clock_.monotonic();
  (void)space_.isShort();  // so that health and metrics are right without writes too
  if (!fatal().empty()) return;
  connection_->clearFailure();
  checkpointer_.second();
  afterFailure();
}

void Writer::write(Items items) {
  std::size_t first = 0;
  while (first < items.size()) {
    if (const auto why = fatal(); !why.empty()) {
      return giveUp(items, first, items.size(), Fault::unavailable("The store has stopped."));
    }
    if (space_.isShort()) return giveUp(items, first, items.size(), faultOf(Failure::Full));
    first = commitSome(items, first);
  }
}

// One commit with as many items as fit; the number of the first that is left.
std::size_t Writer::commitSome(Items& items, std::size_t first) {
  connection_->clearFailure();
  Outcomes outcomes;
  auto committed = runSome(items, first, outcomes);
  if (committed) committed = connection_->run("COMMIT");
  if (!committed) {
    // Whatever ran is undone; its outcome is the commit's. If nothing could even begin, all wait in vain.
    const std::size_t last = outcomes.empty() ? items.size() : first + outcomes.size();
    failed_commits_.add();
    runner_.forget();
    afterFailure();
    giveUp(items, first, last, committed.error());
    return last;
  }
  commits_.add();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] && !outcomes[i]->duplicate)
      entries_.add(static_cast<std::int64_t>(outcomes[i]->entries.size()));
    items[first + i].done(std::move(outcomes[i]));
  }
  tellAnswered();
  if (tables_.messages.takeRemoved()) checkpointer_.textRemoved();
  connection_->clearFailure();
  checkpointer_.committed();
  afterFailure();
  return first + outcomes.size();
}

// A fault means that the commit cannot be: the transaction is gone, or must go.
Result<void> Writer::runSome(Items& items, std::size_t first, Outcomes& outcomes) {
  TRY(connection_->run("BEGIN IMMEDIATE"));
  std::size_t entries = 0;
  for (std::size_t i = first; i < items.size() && entries < entries_max_; ++i) {
    outcomes.push_back(runner_.run(items[i]));
    if (outcomes.back()) entries += outcomes.back()->entries.size();
    const auto failure = connection_->failure();
    if (!connection_->inTransaction() || failure >= Failure::Full)
      return faultOf(std::max(failure, Failure::Other));
  }
  return {};
}

void Writer::giveUp(Items& items, std::size_t first, std::size_t last, const Fault& fault) {
  for (std::size_t i = first; i < last; ++i) items[i].done(fault);
  tellAnswered();
}

void Writer::setAnswered(Task answered) {
  Lock lock(mutex_);
  answered_ = std::make_shared<Task>(std::move(answered));
}

void Writer::tellAnswered() {
  std::shared_ptr<Task> answered;
  {
    Lock lock(mutex_);
    answered = answered_;
  }
  (*answered)();
}

void Writer::afterFailure() {
  const auto failure = connection_->failure();
  const auto why = connection_->failureText();
  if (connection_->inTransaction()) (void)connection_->run("ROLLBACK").ok();
  if (failure == Failure::Full) space_.foundFull();
  if (failure == Failure::Fatal) stop(why);
}

void Writer::stop(const std::string& why) {
  log_.error("store.stopped", {{"error", why}});
  connection_->leaveAsIs();
  {
    Lock lock(mutex_);
    fatal_ = why;
  }
  queue_.end();
}

}  // namespace kith::store::sqlite
