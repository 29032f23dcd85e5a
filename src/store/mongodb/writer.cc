#include "store/mongodb/writer.h"

#include <utility>

#include "store/mongodb/schema.h"

namespace kith::store::mongodb {
namespace {

constexpr Milliseconds kSecond{1000};

}  // namespace

Writer::Writer(Shared& shared, std::vector<std::unique_ptr<Session>> sessions, Log& log, Metrics& metrics)
    : shared_(shared),
      log_(log),
      waiting_(metrics.gauge("kith_store_waiting_items", "Write items that wait for a commit.")),
      queues_(shared.options.queue) {
  for (auto& session : sessions)
    threads_.emplace_back([this, own = std::move(session)]() mutable { run(std::move(own)); });
}

Writer::~Writer() {
  queues_.end();
  shared_.ending = true;
  for (auto& thread : threads_) thread.join();
}

void Writer::submit(std::vector<WriteItem> items) {
  auto refused = queues_.put(std::move(items));
  if (refused.empty()) return;
  for (auto& one : refused) one.item.done(std::move(one.fault));
  tellAnswered();
}

void Writer::setAnswered(Task answered) {
  Lock lock(mutex_);
  answered_ = std::make_shared<Task>(std::move(answered));
}

void Writer::run(std::unique_ptr<Session> session) {
  Lane lane(shared_, std::move(session));
  while (!queues_.ended()) {
    auto batch = queues_.take(shared_.options.batch_entries_max, shared_.options.batch_bytes_max, kSecond);
    waiting_.set(static_cast<std::int64_t>(queues_.size()));
    if (batch.items.empty()) {
      look(lane);
    } else {
      write(lane, batch);
    }
  }
}

void Writer::write(Lane& lane, ScopeQueues::Batch& batch) {
  const bool in_vain = shared_.ending && !shared_.state.why().empty();
  if (in_vain || batch.waited > shared_.options.wait_max) {
    // Who sent it has given up or will soon; what waits behind must not wait for it too.
    for (auto& item : batch.items) item.done(Fault::unavailable("It waited too long for the database."));
  } else if (std::holds_alternative<AppendRun>(batch.items.front().run)) {
    auto outcomes = appendAll(lane, batch.items);
    for (std::size_t i = 0; i < outcomes.size(); ++i) batch.items[i].done(std::move(outcomes[i]));
  } else {
    batch.items.front().done(transact(lane, batch.items.front()));
  }
  if (const auto& session = *lane.session; session.failure() == Failure::Unreachable)
    log_.warn("store.unreachable", {{"error", session.failureText()}});
  lane.session->clearFailure();
  tellAnswered();
  queues_.finished(batch);
}

// An idle server that did not answer is asked again, so that health tells the truth without writes.
void Writer::look(Lane& lane) {
  if (shared_.state.why().empty()) return;
  Document which;
  which.text("_id", kMetaRow);
  if (lane.session->one(kMeta, which)) shared_.state.answered();
  lane.session->clearFailure();
}

void Writer::tellAnswered() {
  std::shared_ptr<Task> answered;
  {
    Lock lock(mutex_);
    answered = answered_;
  }
  (*answered)();
}

}  // namespace kith::store::mongodb
