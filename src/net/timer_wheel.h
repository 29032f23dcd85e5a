#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/loop.h"
#include "base/task.h"

namespace kith {

/// Very many timers, most of which are cancelled before they are due.
///
/// A hierarchical wheel in steps of 10 ms: adding and cancelling take constant time and no search.
/// Lives on one thread and reads no clock: its owner says what time it is. A task never runs
/// before its delay is over, and never from within add() or cancel().
class TimerWheel {
 public:
  using TimerId = Loop::TimerId;
  static constexpr MonotonicMs kStepMs = 10;

  explicit TimerWheel(MonotonicMs now) : current_(static_cast<Tick>(now / kStepMs)) {}

  TimerId add(MonotonicMs now, Milliseconds delay, Task task);
  void cancel(TimerId timer);
  /// Runs what is due at `now`, each in order of its step. A timer added by a task waits at least one step.
  void run(MonotonicMs now);
  /// When run() should be called next: at most a few times early, never late. Nothing if no timer is set.
  std::optional<MonotonicMs> nextDue() const;
  std::size_t size() const { return size_; }

 private:
  using Tick = std::uint64_t;
  using Index = std::uint32_t;
  static constexpr Index kNone = ~Index{0};
  static constexpr int kLevels = 4;
  static constexpr int kBits = 8;  // 256 slots a level: 2.56 s, 11 min, 46 h, 497 days
  static constexpr Tick kSlots = Tick{1} << kBits;
  static constexpr Index kDueList = kLevels * kSlots;  // the list behind the slots: due in this run

  struct Entry {
    Task task;
    Tick deadline = 0;
    Index next = kNone;
    Index previous = kNone;
    Index list = kNone;  // kNone: free
    std::uint32_t generation = 1;
  };
  struct Occupied {
    std::array<std::uint64_t, kSlots / 64> words{};
  };

  Index place(Tick deadline) const;
  void link(Index entry, Index list);
  void unlink(Index entry);
  void release(Index entry);
  std::optional<Tick> nextTick() const;
  std::optional<Tick> nextSlotStart(int level) const;
  void cascade(Tick tick);
  void runDue();

  Tick current_;  // every step up to here has been run
  std::vector<Entry> entries_;
  std::vector<Index> free_;
  std::array<Index, kDueList + 1> heads_ = filled();
  std::array<Index, kDueList + 1> tails_ = filled();
  std::array<Occupied, kLevels> occupied_{};
  std::size_t size_ = 0;

  static constexpr std::array<Index, kDueList + 1> filled() {
    std::array<Index, kDueList + 1> all{};
    all.fill(kNone);
    return all;
  }
};

}  // namespace kith
