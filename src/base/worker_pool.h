#pragma once

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/task.h"

namespace kith {

/// A pool of worker threads that may block: reads, passwords, keys.
///
/// Any thread may submit; jobs run in any order. The queue is bounded: a job that finds it full is refused,
/// never dropped silently. The destructor runs what is queued, then joins.
class WorkerPool {
 public:
  WorkerPool(std::size_t threads, std::size_t queue_jobs_max);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False if the queue is full: answer a temporary fault. `worker` is the number of the thread that runs the
  /// job.
  [[nodiscard]] bool submit(Callback<void(std::size_t worker)> job);
  std::size_t threadCount() const { return threads_.size(); }

 private:
  using Job = Callback<void(std::size_t)>;
  void run(std::size_t worker);

  const std::size_t queue_jobs_max_;
  Mutex mutex_;
  Condition ready_;
  std::deque<Job> jobs_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace kith
