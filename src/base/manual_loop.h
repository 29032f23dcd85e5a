#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/mutex.h"

namespace kith {

/// A clock for tests: stands still until the test moves it. Any thread may read it.
class ManualClock final : public Clock {
 public:
  WallMs wall() const override { return kStartedAt + passed_.load(); }
  MonotonicMs monotonic() const override { return kStarted + passed_.load(); }
  void advance(Milliseconds time) { passed_ += time.count(); }

 private:
  static constexpr WallMs kStartedAt = 1'767'607'200'000;  // 2026-01-05T10:00:00Z
  static constexpr MonotonicMs kStarted = 1'000'000;       // as on real machines: not 0
  std::atomic<std::int64_t> passed_{0};
};

/// A loop for tests, driven by hand: nothing runs until run() or advance() is called.
///
/// Belongs to the thread that made it, which is "here"; post() is safe from any thread. Timers fire
/// exactly when due, in the order of their times, then in the order made. Never waits in real time.
class ManualLoop final : public Loop {
 public:
  explicit ManualLoop(ManualClock& clock) : clock_(clock) {}

  void post(Task task) override {
    Lock lock(mutex_);
    posted_.push_back(std::move(task));
  }
  TimerId after(Milliseconds delay, Task task) override {
    ASSERT(isHere());
    const TimerId id = ++last_timer_;
    timers_.emplace(std::pair(clock_.monotonic() + delay.count(), id), std::move(task));
    return id;
  }
  void cancel(TimerId timer) override {
    ASSERT(isHere());
    std::erase_if(timers_, [&](const auto& entry) { return entry.first.second == timer; });
  }
  void atTurnEnd(Task task) override {
    ASSERT(isHere());
    turn_ends_.push_back(std::move(task));
  }
  bool isHere() const override { return std::this_thread::get_id() == thread_; }

  /// Turns until nothing is left to do now: what is posted, ends of turns, timers that are due.
  void run() {
    while (turn()) {
    }
  }
  /// Lets `time` pass: each timer on the way finds the clock at its own time.
  void advance(Milliseconds time) {
    const MonotonicMs end = clock_.monotonic() + time.count();
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      clock_.advance(Milliseconds(timers_.begin()->first.first - clock_.monotonic()));
      run();
    }
    clock_.advance(Milliseconds(end - clock_.monotonic()));
  }
  /// How many timers wait: a thing at rest should have none.
  std::size_t timers() const { return timers_.size(); }

 private:
  // Everything posted or due at its start, then the ends of the turn. False if there was nothing.
  bool turn() {
    std::deque<Task> tasks;
    {
      Lock lock(mutex_);
      tasks.swap(posted_);
    }
    bool worked = !tasks.empty();
    for (auto& task : tasks) task();
    // One at a time: a task may cancel the next timer.
    while (!timers_.empty() && timers_.begin()->first.first <= clock_.monotonic()) {
      Task task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
      worked = true;
    }
    worked = worked || !turn_ends_.empty();
    for (auto& task : std::exchange(turn_ends_, {})) task();
    return worked;
  }

  ManualClock& clock_;
  const std::thread::id thread_ = std::this_thread::get_id();
  TimerId last_timer_ = 0;
  std::map<std::pair<MonotonicMs, TimerId>, Task> timers_;
  std::vector<Task> turn_ends_;
  Mutex mutex_;
  std::deque<Task> posted_ GUARDED_BY(mutex_);
};

}  // namespace kith
