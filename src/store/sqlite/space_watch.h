#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"

namespace kith::store::sqlite {

/// Bytes free for the owner of `folder`'s files; nothing known is 2^64-1.
std::uint64_t freeBytes(const std::string& folder);

/// Says whether there is room to write. Below the low mark there is not, until there is 1.25 times the
/// mark: SQLite on a full disk may be ended by SIGBUS, so writing stops before.
///
/// Any thread. Looks at the disk at most once a second, and never blocks long.
class SpaceWatch {
 public:
  using FreeBytes = std::function<std::uint64_t(const std::string& folder)>;
  SpaceWatch(std::string folder, std::uint64_t low_bytes, FreeBytes free_bytes, const Clock& clock, Log& log,
             Metrics& metrics);

  bool isShort();
  /// A write found the disk full, whatever the figures say: short until the next look.
  void foundFull();

 private:
  void look(bool full) REQUIRES(mutex_);

  const std::string folder_;
  const std::uint64_t low_bytes_;
  const FreeBytes free_bytes_;
  const Clock& clock_;
  Log& log_;
  Counter& read_only_;
  Mutex mutex_;
  MonotonicMs looked_at_ GUARDED_BY(mutex_);
  bool short_ GUARDED_BY(mutex_) = false;
};

}  // namespace kith::store::sqlite
