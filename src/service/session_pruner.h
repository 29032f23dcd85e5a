#pragma once

#include <cstddef>

#include "base/log.h"
#include "base/loop.h"
#include "eventlog/event_log.h"

namespace kith {

/// Takes sign-ins that have expired or were revoked out of the store: at start, then every hour.
///
/// Lives on the one loop given; start() from any thread. Owned by the wiring, destroyed after the loop
/// ended. Never touches a sign-in that is valid; one that is gone is refused like one that has ended.
class SessionPruner {
 public:
  static constexpr Milliseconds kInterval{3'600'000};
  static constexpr std::size_t kRemovedMax = 1'000;  // at once: other writes wait behind them

  SessionPruner(Loop& loop, EventLog& log, Log& lines) : loop_(loop), log_(log), lines_(lines) {}

  void start();

 private:
  void prune();

  Loop& loop_;
  EventLog& log_;
  Log& lines_;
};

}  // namespace kith
