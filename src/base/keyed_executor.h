#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/task.h"

namespace kith {

/// A pool of worker threads that may block: reads, passwords, keys.
///
/// Jobs of one key run one at a time, in order; jobs without a key run anywhere. Any thread may
/// submit. The queue is bounded: a job that finds it full is refused, never dropped silently.
/// The destructor runs what is queued, then joins.
class KeyedExecutor {
 public:
  KeyedExecutor(std::size_t threads, std::size_t queue_jobs_max);
  ~KeyedExecutor();
  KeyedExecutor(const KeyedExecutor&) = delete;
  KeyedExecutor& operator=(const KeyedExecutor&) = delete;

  /// False if the queue is full: answer a temporary fault. `worker` is the number of the thread that runs the
  /// job.
  [[nodiscard]] bool submit(Callback<void(std::size_t worker)> job);
  [[nodiscard]] bool submit(const std::string& key, Callback<void(std::size_t worker)> job);
  std::size_t threadCount() const { return threads_.size(); }

 private:
  using Job = Callback<void(std::size_t)>;
  void run(std::size_t worker);
  void runKeyed(const std::string& key, std::size_t worker);

  const std::size_t queue_jobs_max_;
  Mutex mutex_;
  Condition ready_;
  std::deque<Job> jobs_ GUARDED_BY(mutex_);
  // Present while a job of the key is queued or running; holds those that wait behind it.
  std::unordered_map<std::string, std::deque<Job>> keyed_ GUARDED_BY(mutex_);
  std::size_t waiting_ GUARDED_BY(mutex_) = 0;
  bool ending_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace kith
