#pragma once

#include <algorithm>
#include <vector>

#include "broker/frame.h"

namespace kith::broker {

/// Which frames of one channel were there before, of kinds that nothing else protects: an entry has its
/// offset, a signal or a mark has only this.
///
/// Belongs to one thread. Remembers a node for as long as a frame of it could be taken for new, so nobody
/// without the key can make it grow.
class ReplayGuard {
 public:
  static constexpr WallMs kAgeMax = 10'000;

  /// Is the frame neither old nor one that was admitted, or overtaken, before?
  bool admit(const Frame& frame, WallMs now) {
    if (frame.at < now - kAgeMax || frame.at > now + kAgeMax) return false;
    const auto known =
        std::find_if(last_.begin(), last_.end(), [&](const Last& last) { return last.node == frame.node; });
    if (known != last_.end()) {
      if (frame.counter <= known->counter) return false;
      *known = {frame.node, frame.counter, frame.at};
      return true;
    }
    std::erase_if(last_, [now](const Last& last) { return last.at < now - kAgeMax; });
    last_.push_back({frame.node, frame.counter, frame.at});
    return true;
  }
  std::size_t size() const { return last_.size(); }

 private:
  struct Last {
    NodeId node;
    std::uint64_t counter;
    WallMs at;
  };
  std::vector<Last> last_;
};

}  // namespace kith::broker
