#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/loop.h"
#include "base/mutex.h"
#include "store/store.h"

namespace kith::store::mongodb {

/// Items that wait, one queue for each scope: what is taken of a scope is finished before more of it is
/// given.
///
/// Any thread puts, any lane takes. An item of several scopes is given when it stands first in each of their
/// queues; since all of it is put at once, no two wait for each other. Never blocks who puts, never drops:
/// what is refused comes back. What is taken still counts: it waits for its commit.
class ScopeQueues {
 public:
  explicit ScopeQueues(const QueueLimits& limits) : limits_(limits) {}

  struct Refused {
    WriteItem item;
    Fault fault;
  };
  std::vector<Refused> put(std::vector<WriteItem> items);

  /// One transaction, or plain items of one scope that follow each other.
  struct Batch {
    std::vector<WriteItem> items;
    std::vector<Scope> scopes;
    std::size_t count = 0;  // of items, when it was taken
    Milliseconds waited{};  // the first of them
  };
  /// As soon as there is one; with no items after `wait` or at the end.
  Batch take(std::size_t items_max, std::size_t bytes_max, Milliseconds wait);
  void finished(const Batch& batch);

  /// From now on every put is refused. What waits can still be taken.
  void end();
  /// True if put is refused and all is finished.
  bool ended() const;
  std::size_t size() const;

 private:
  struct Waiting {
    WriteItem item;
    std::vector<Scope> scopes;  // each once
    std::size_t bytes = 0;
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
    std::size_t behind = 0;  // in how many of them another stands before it
  };
  struct Queue {
    std::deque<std::shared_ptr<Waiting>> items;
    std::size_t bytes = 0;
  };
  std::optional<Fault> putOne(WriteItem& item) REQUIRES(mutex_);
  bool fits(const Waiting& waiting) REQUIRES(mutex_);

  const QueueLimits limits_;
  mutable Mutex mutex_;
  Condition changed_;
  std::unordered_map<Scope, Queue> queues_ GUARDED_BY(mutex_);
  std::deque<std::shared_ptr<Waiting>> ready_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::size_t items_ GUARDED_BY(mutex_) = 0;
  bool ended_ GUARDED_BY(mutex_) = false;
};

}  // namespace kith::store::mongodb
