#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "base/loop.h"

namespace kith {

/// What one loop has done so far. Read it on the loop.
struct LoopStats {
  std::int64_t connections = 0;  // open now
  std::int64_t accepted = 0;
  std::int64_t refused = 0;  // for want of descriptors
  std::int64_t turns = 0;
  std::int64_t bytes_in = 0;
  std::int64_t bytes_out = 0;
  std::int64_t writes = 0;  // gathered writes, each of up to 64 frames
  std::int64_t frames_out = 0;
  std::int64_t signals_dropped = 0;
  std::int64_t overflows = 0;
  std::int64_t write_stalls = 0;
};

/// The loop of one I/O core: sockets, timers and posted tasks, one after the other.
///
/// Belongs to the thread that made it until another one calls run(); after run() it belongs to its
/// maker again. A turn is: wait, run what the kernel reports, what was posted and what is due, then
/// atTurnEnd(), then one gathered write per connection that has something due; where that are very
/// many, the rest in the next turns, in order. Nothing here blocks
/// but the wait. Connections and listeners of a loop end before it does.
class EventLoop final : public Loop {
 public:
  EventLoop();
  ~EventLoop() override;

  /// Returns after stop(). What was posted before stop() has run by then; what was posted later is
  /// dropped on this thread, timers and turn-end tasks that were left over too. Once only.
  void run();
  /// Any thread; the first call counts.
  void stop();

  void post(Task task) override;
  TimerId after(Milliseconds delay, Task task) override;
  void cancel(TimerId timer) override;
  void atTurnEnd(Task task) override;
  bool isHere() const override;

  MonotonicMs now() const;
  const LoopStats& stats() const;
  std::size_t timers() const;

  /// What the rest of net/ shares; opaque to everybody else.
  struct Core;
  Core& core() { return *core_; }

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace kith
