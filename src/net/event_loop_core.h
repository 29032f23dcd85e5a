#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "net/asio.h"
#include "net/event_loop.h"
#include "net/flusher.h"
#include "net/timer_wheel.h"

namespace kith {

/// One read buffer per loop: connections read one after the other, so idle ones need none.
constexpr std::size_t kReadBufferBytes = 64 * 1024;
/// Zeroed room behind it, for parsers that read a little past the end.
constexpr std::size_t kReadBufferPadding = 64;

/// The inside of an EventLoop. Only post(), stop() and isHere() are for other threads.
struct EventLoop::Core {
  explicit Core();

  void wait();
  void runPosted();
  void endTurn();
  void armTimer();
  void ended();
  bool runTurnEnd();

  asio::io_context io{1};  // The hint 1, not UNSAFE: others post here.
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  SteadyTimer timer{io.get_executor()};
  MonotonicMs armed_for = 0;  // 0: no wait is under way
  TimerWheel wheel;
  std::vector<Task> turn_end;
  Flusher flusher;
  std::unique_ptr<char[]> read_buffer;
  LoopStats stats;
  bool stopping = false;
  const std::thread::id maker = std::this_thread::get_id();
  std::atomic<std::thread::id> owner{maker};

  Mutex mutex;
  std::vector<Task> posted GUARDED_BY(mutex);
  bool asleep GUARDED_BY(mutex) = false;  // in the wait, and nobody has woken it yet
  bool over GUARDED_BY(mutex) = false;
};

}  // namespace kith
