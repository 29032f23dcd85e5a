#pragma once

#include <chrono>
#include <cstdint>

#include "base/task.h"

namespace kith {

using Milliseconds = std::chrono::milliseconds;

/// One thread that runs tasks one after the other and never blocks.
///
/// post() is safe from any thread; tasks of one poster run in the order posted. Everything else
/// belongs to the loop's own thread. A task is dropped, unrun, when the loop has ended.
class Loop {
 public:
  using TimerId = std::uint64_t;  // 0 is no timer

  virtual ~Loop() = default;

  virtual void post(Task task) = 0;
  /// Runs `task` once, not before `delay`; timers are kept on the monotonic clock, in steps of about 10 ms.
  virtual TimerId after(Milliseconds delay, Task task) = 0;
  /// Idempotent; a timer that has fired is no fault.
  virtual void cancel(TimerId timer) = 0;
  /// Runs `task` at the end of this turn, before the loop waits: what one turn gathers leaves together.
  virtual void atTurnEnd(Task task) = 0;
  virtual bool isHere() const = 0;
};

}  // namespace kith
