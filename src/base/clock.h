#pragma once

#include <cstdint>
#include <string>

namespace kith {

/// Milliseconds since 1970, UTC. May jump: never used for timers or order.
using WallMs = std::int64_t;
/// Milliseconds on the monotonic clock of this machine.
using MonotonicMs = std::int64_t;

/// Where time comes from. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallMs wall() const = 0;
  virtual MonotonicMs monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  WallMs wall() const override;
  MonotonicMs monotonic() const override;
};

/// RFC 3339, UTC, milliseconds: "2026-01-05T10:00:00.123Z".
std::string formatTime(WallMs at);

}  // namespace kith
