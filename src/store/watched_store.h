#pragma once

#include <utility>

#include "base/mutex.h"
#include "store/store.h"

namespace kith::store {

/// A store for tests: passes all on to a real one, and lets the test act between a read and its answer.
///
/// Any thread, as the store. Not owned: the real store outlives it.
class WatchedStore final : public Store {
 public:
  explicit WatchedStore(Store& real) : real_(real) {}

  /// Runs on the reader's thread after the `number`th read from now (1: the next), its answer not yet
  /// given. Once; it may write and wait for that.
  void afterRead(int number, Task then) {
    Lock lock(mutex_);
    reads_left_ = number;
    then_ = std::move(then);
  }
  /// From now on every read fails.
  void failReads() {
    Lock lock(mutex_);
    failing_ = true;
  }
  /// How many reads there have been.
  int reads() const {
    Lock lock(mutex_);
    return reads_;
  }

  /// What all items so far said to hold.
  std::size_t bytes() const {
    Lock lock(mutex_);
    return bytes_;
  }

  void submit(WriteItem item) override {
    count(item);
    real_.submit(std::move(item));
  }
  void submitAll(std::vector<WriteItem> items) override {
    for (const auto& item : items) count(item);
    real_.submitAll(std::move(items));
  }
  void setAnswered(Task answered) override { real_.setAnswered(std::move(answered)); }
  Health health() const override { return real_.health(); }
  Result<void> read(Callback<Result<void>(Reader&)> job) override {
    Task then;
    {
      Lock lock(mutex_);
      ++reads_;
      if (failing_) return Fault::unavailable("reads fail in this test");
      if (reads_left_ > 0 && --reads_left_ == 0) then = std::exchange(then_, {});
    }
    auto result = real_.read(std::move(job));
    if (then) then();
    return result;
  }

 private:
  void count(const WriteItem& item) {
    Lock lock(mutex_);
    bytes_ += item.bytes;
  }

  Store& real_;
  mutable Mutex mutex_;
  int reads_ GUARDED_BY(mutex_) = 0;
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  int reads_left_ GUARDED_BY(mutex_) = 0;
  bool failing_ GUARDED_BY(mutex_) = false;
  Task then_ GUARDED_BY(mutex_);
};

}  // namespace kith::store
