#pragma once

#include <algorithm>
#include <cstdint>

#include "base/loop.h"

namespace kith {

/// How long to wait before the next attempt to connect: 50 ms at first, doubling to 1 s, half of it by
/// chance, so that nodes that lost a server together do not come back together.
class Backoff {
 public:
  static constexpr Milliseconds kFirst{50};
  static constexpr Milliseconds kLongest{1000};

  Milliseconds next(std::uint64_t random) {
    const Milliseconds half = wait_ / 2;
    const Milliseconds wait = half + Milliseconds(random % static_cast<std::uint64_t>(half.count() + 1));
    wait_ = std::min(wait_ * 2, kLongest);
    return wait;
  }
  void reset() { wait_ = kFirst; }

 private:
  Milliseconds wait_ = kFirst;
};

}  // namespace kith
