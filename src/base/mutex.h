#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Thread-safety annotations: clang checks them, g++ ignores them.
#if defined(__clang__)
#define KITH_ATTRIBUTE(x) __attribute__((x))
#else
#define KITH_ATTRIBUTE(x)
#endif
#define GUARDED_BY(mutex) KITH_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(mutex) KITH_ATTRIBUTE(requires_capability(mutex))

namespace kith {

/// std::mutex with annotations, since libstdc++'s has none.
class KITH_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() KITH_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() KITH_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class KITH_ATTRIBUTE(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) KITH_ATTRIBUTE(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() KITH_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits with a Mutex held.
class Condition {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) { condition_.wait(mutex); }
  /// As wait, but at most `limit` of real time. Like wait, it may wake for no reason.
  void waitFor(Mutex& mutex, std::chrono::milliseconds limit) REQUIRES(mutex) {
    condition_.wait_for(mutex, limit);
  }
  void notifyOne() { condition_.notify_one(); }
  void notifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace kith
