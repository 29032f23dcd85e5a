#pragma once

#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/loop.h"
#include "base/mutex.h"
#include "store/store.h"

namespace kith::store::sqlite {

/// Items that wait for the writer, in the order submitted, within QueueLimits.
///
/// Any thread puts, one thread takes. Never blocks who puts, never drops: what is refused comes back.
class ItemQueue {
 public:
  explicit ItemQueue(const QueueLimits& limits) : limits_(limits) {}

  /// All at once, so that one take() may get all of them. Gives back what was refused, and why.
  struct Refused {
    WriteItem item;
    Fault fault;
  };
  std::vector<Refused> put(std::vector<WriteItem> items);

  /// At most `items_max`, as soon as there is one; none after `wait` or at the end.
  std::vector<WriteItem> take(std::size_t items_max, Milliseconds wait);

  /// From now on every put is refused. What waits can still be taken.
  void end();
  /// True if put is refused and nothing waits.
  bool ended() const;
  std::size_t size() const;

 private:
  struct Waiting {
    std::size_t items = 0;
    std::size_t bytes = 0;
  };
  std::optional<Fault> putOne(WriteItem& item) REQUIRES(mutex_);
  bool fits(const WriteItem& item, std::size_t bytes) const REQUIRES(mutex_);
  void count(const WriteItem& item, std::size_t bytes) REQUIRES(mutex_);
  void uncount(const WriteItem& item, std::size_t bytes) REQUIRES(mutex_);

  const QueueLimits limits_;
  mutable Mutex mutex_;
  Condition ready_;
  std::deque<WriteItem> items_ GUARDED_BY(mutex_);
  std::unordered_map<Scope, Waiting> scopes_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  bool ended_ GUARDED_BY(mutex_) = false;
};

}  // namespace kith::store::sqlite
