#pragma once

#include <sys/types.h>
#include <array>
#include <cstddef>
#include <cstdint>

namespace kith::bench {

/// What a process has used and holds.
struct Usage {
  std::int64_t cpu_ns = 0;  // user and system, of all its threads
  std::int64_t rss_bytes = 0;
  std::int64_t anon_bytes = 0;  // of which its own: no files, no kernel
};
Usage usageOf(pid_t process);

/// Processor time of the whole machine that was not idle.
std::int64_t machineBusyNs();

/// Times in nanoseconds, each kept to within two percent.
class Histogram {
 public:
  void add(std::int64_t ns);
  std::int64_t count() const { return count_; }
  /// 0 if there is none. `share` from 0 to 1.
  double atUs(double share) const;
  double maxUs() const { return static_cast<double>(max_) / 1000; }

 private:
  static constexpr std::size_t kSteps = 64;  // of each power of two
  std::array<std::int64_t, 64 * kSteps> counts_{};
  std::int64_t count_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace kith::bench
