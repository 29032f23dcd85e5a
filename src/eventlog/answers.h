#pragma once

#include <memory>
#include <vector>

#include "base/loop.h"
#include "base/mutex.h"

namespace kith {

/// What the store has answered, on its way to the loops it concerns.
///
/// Any thread. The answers of one commit go over together, so that one turn delivers all of them: passed
/// on one by one, the first would wake the loop, and a room of thousands be written for it alone.
/// Shared by the log and the store's hook, which may still run when the log has gone.
class Answers {
 public:
  explicit Answers(const std::vector<Loop*>& loops) {
    for (Loop* loop : loops) queues_.push_back(std::make_unique<Queue>(*loop));
  }

  void put(std::size_t loop, Task answer) {
    Queue& queue = *queues_[loop];
    Lock lock(queue.mutex);
    queue.waiting.push_back(std::move(answer));
  }

  /// Posts what waits, one post to each loop that has something.
  void passOn() {
    for (const auto& queue : queues_) {
      // Posted with the lock held: of two threads that pass on, none may overtake the other.
      Lock lock(queue->mutex);
      std::vector<Task> answers;
      answers.swap(queue->waiting);
      if (answers.empty()) continue;
      queue->loop.post([answers = std::move(answers)]() mutable {
        for (Task& answer : answers) std::exchange(answer, {})();
      });
    }
  }

 private:
  struct Queue {
    explicit Queue(Loop& to) : loop(to) {}
    Loop& loop;
    Mutex mutex;
    std::vector<Task> waiting GUARDED_BY(mutex);
  };
  std::vector<std::unique_ptr<Queue>> queues_;  // by loop
};

}  // namespace kith
