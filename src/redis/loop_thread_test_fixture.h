#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "net/event_loop.h"

namespace kith {

/// For tests: an event loop on a thread of its own. What lives on the loop is made, asked and destroyed by
/// call().
class LoopThread {
 public:
  ~LoopThread() {
    loop_.stop();
    thread_.join();
  }

  EventLoop& loop() { return loop_; }
  /// Runs on the loop, and returns what it gave.
  template <class F>
  auto call(F f) -> std::invoke_result_t<F&> {
    std::promise<std::invoke_result_t<F&>> promise;
    auto result = promise.get_future();
    loop_.post([&] {
      if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
        f();
        promise.set_value();
      } else {
        promise.set_value(f());
      }
    });
    return result.get();
  }

 private:
  EventLoop loop_;
  std::thread thread_{[this] { loop_.run(); }};
};

/// For tests: what happened on a loop, in order, for the test's thread to wait for.
class Journal {
 public:
  void note(std::string event) {
    Lock lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notifyAll();
  }
  /// Until the event is there `times`; a minute is "never".
  void waitFor(const std::string& event, std::ptrdiff_t times = 1) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    Lock lock(mutex_);
    while (std::count(events_.begin(), events_.end(), event) < times) {
      if (std::chrono::steady_clock::now() > end) FAIL() << "never happened: " << event;
      changed_.waitFor(mutex_, std::chrono::seconds(1));
    }
  }
  std::vector<std::string> events() {
    Lock lock(mutex_);
    return events_;
  }
  void clear() {
    Lock lock(mutex_);
    events_.clear();
  }

 private:
  Mutex mutex_;
  Condition changed_;
  std::vector<std::string> events_ GUARDED_BY(mutex_);
};

}  // namespace kith
