#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"

namespace kith {

/// A number that only goes up, or (Gauge) goes both ways. Any thread, no lock.
class Counter {
 public:
  void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// All figures of one process, in the Prometheus text format.
///
/// Counters live as long as the registry; take them once and keep the reference. Labels come from
/// small fixed sets, never a room or a user.
class Metrics {
 public:
  enum class Kind { Counter, Gauge };
  /// `labels` as they stand in the braces: `code="3008"`. The same name and labels give the same counter.
  Counter& counter(const std::string& name, const std::string& help, const std::string& labels = "");
  Counter& gauge(const std::string& name, const std::string& help, const std::string& labels = "");
  std::string text() const;

 private:
  struct Family {
    std::string help;
    Kind kind;
    std::map<std::string, std::unique_ptr<Counter>> counters;
  };
  Counter& take(Kind kind, const std::string& name, const std::string& help, const std::string& labels);
  mutable Mutex mutex_;
  std::map<std::string, Family> families_ GUARDED_BY(mutex_);
};

}  // namespace kith
