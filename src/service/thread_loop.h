#pragma once

#include <deque>
#include <thread>
#include <utility>

#include "base/loop.h"
#include "base/mutex.h"
#include "eventlog/publication.h"

namespace kith {

/// For tests: a loop on a thread of its own, without timers.
class ThreadLoop final : public Loop {
 public:
  ~ThreadLoop() override {
    post([this] { ending_ = true; });
    thread_.join();
  }
  void post(Task task) override {
    Lock lock(mutex_);
    tasks_.push_back(std::move(task));
    ready_.notifyOne();
  }
  TimerId after(Milliseconds, Task) override { return 1; }
  void cancel(TimerId) override {}
  void atTurnEnd(Task task) override { post(std::move(task)); }
  bool isHere() const override { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void run() {
    while (!ending_) {
      Task task;
      {
        Lock lock(mutex_);
        while (tasks_.empty()) ready_.wait(mutex_);
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }
  Mutex mutex_;
  Condition ready_;
  std::deque<Task> tasks_ GUARDED_BY(mutex_);
  bool ending_ = false;  // of the loop's thread
  std::thread thread_{[this] { run(); }};
};

/// For tests: nobody listens.
class NoSink final : public Sink {
 public:
  void applied(const Scope&, const Publication&, const CoreCounts&) override {}
  void signalled(const Scope&, const SharedBytes&, const CoreCounts&) override {}
  void joinedOrLeft(const Scope&, const std::vector<JoinLeave>&, const CoreCounts&) override {}
  void restarted(const Scope&, const CoreCounts&) override {}
  void ending(const Scope&, const UserId&, Offset) override {}
};

}  // namespace kith
