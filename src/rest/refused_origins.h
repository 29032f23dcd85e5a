#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/mutex.h"

namespace kith {

/// Says in the log which pages of other sites were refused, so that who runs this server and that site finds
/// the option that lets them in.
///
/// Any thread; owned by the wiring, one for all cores. Anybody can name origins without end: each is said
/// once a minute, at most kLinesPerMinute in all, cut to kOriginBytes. Nothing else of a request is logged.
class RefusedOrigins {
 public:
  static constexpr std::size_t kLinesPerMinute = 20;
  static constexpr std::size_t kOriginBytes = 256;

  RefusedOrigins(const Clock& clock, Log& log) : clock_(clock), log_(log) {}
  void add(const std::string& origin);

 private:
  bool isToBeSaid(const std::string& origin);

  const Clock& clock_;
  Log& log_;
  Mutex mutex_;
  MonotonicMs minute_began_ GUARDED_BY(mutex_) = 0;
  std::set<std::string> said_ GUARDED_BY(mutex_);  // in this minute
};

}  // namespace kith
