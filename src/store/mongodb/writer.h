#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "store/mongodb/lane.h"
#include "store/mongodb/scope_queues.h"

namespace kith::store::mongodb {

/// The lanes that write: each a thread with a client of its own, that takes what waits of one scope (or of
/// all scopes of one transaction), does it and answers it. So items of one scope are answered in order, and
/// scopes do not wait for each other.
///
/// Owned by the store. The destructor does what waits, as far as the server answers, and answers all of it.
class Writer {
 public:
  Writer(Shared& shared, std::vector<std::unique_ptr<Session>> sessions, Log& log, Metrics& metrics);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Any thread.
  void submit(std::vector<WriteItem> items);
  void setAnswered(Task answered);

 private:
  void run(std::unique_ptr<Session> session);
  void write(Lane& lane, ScopeQueues::Batch& batch);
  void look(Lane& lane);
  void tellAnswered();

  Shared& shared_;
  Log& log_;
  Counter& waiting_;
  ScopeQueues queues_;
  Mutex mutex_;
  std::shared_ptr<Task> answered_ GUARDED_BY(mutex_) = std::make_shared<Task>([] {});
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace kith::store::mongodb
