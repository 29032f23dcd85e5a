#pragma once

#include <utility>
#include <vector>

#include "broker/replay_guard.h"
#include "eventlog/frames.h"

namespace kith {

/// Who came online or went, told between nodes: signals, which may be lost.
///
/// Lives on one loop. Owned by the log's Link, and silent until somebody wants to hear.
class PresenceChannel {
 public:
  using Changes = std::vector<broker::Presence::Change>;
  using Heard = Callback<void(Changes)>;
  PresenceChannel(const Cluster& cluster, Frames& frames) : cluster_(cluster), frames_(frames) {}

  void hear(Heard heard) {
    heard_ = std::move(heard);
    cluster_.broker.subscribe(kPresenceChannel);
  }
  void tell(Changes changes) { frames_.publish(broker::Presence{std::move(changes)}); }
  void received(const std::string& bytes) {
    auto frame = frames_.read(kPresenceChannel, bytes);
    if (!frame) return;
    auto* presence = std::get_if<broker::Presence>(&frame->body);
    if (presence == nullptr) return frames_.refuse(kPresenceChannel, "misplaced");
    if (!guard_.admit(*frame, cluster_.clock.wall())) return frames_.refuse(kPresenceChannel, "replayed");
    if (heard_) heard_(std::move(presence->changes));
  }

 private:
  const Cluster& cluster_;
  Frames& frames_;
  Heard heard_;
  broker::ReplayGuard guard_;
};

}  // namespace kith
