#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eventlog/peers.h"
#include "eventlog/presence_channel.h"

namespace kith {

/// The node's end of the broker: what comes is posted to the owner that it concerns.
///
/// Called by the broker on any thread, and only posts. Owned by the log; exists only where nodes are joined.
class Link final : private broker::Listener, private HighWater::Listener {
 public:
  Link(const Cluster& cluster, std::vector<Loop*> loops, Log& log, Metrics& metrics);
  ~Link() override { stop(); }
  /// `peers`: one of each loop, in their order. They outlive the link, or its stop().
  void start(std::vector<Peers*> peers);
  void stop() { cluster_.broker.stop(); }

  const Cluster& cluster() const { return cluster_; }
  Frames& frames() { return frames_; }
  HighWater& highWater() { return high_water_; }
  // Any thread; the work is done on the first loop.
  void hearPresence(PresenceChannel::Heard heard);
  void tellPresence(PresenceChannel::Changes changes);

 private:
  void connected() override;
  void lost() override;
  void subscribed(const std::string& channel) override;
  void received(const std::string& channel, const SharedBytes& frame) override;
  void marked(std::vector<broker::Mark> marks) override;
  void suspects() override;
  void paused() override;
  template <class Tell>
  void tell(const Tell& tell);

  const Cluster& cluster_;
  Log& log_;
  std::vector<Loop*> loops_;
  std::vector<Peers*> peers_;  // by loop
  Frames frames_;
  HighWater high_water_;
  PresenceChannel presence_;
};

/// Which of so many loops a scope belongs to.
inline std::size_t ownerOf(const Scope& scope, std::size_t loops) {
  return std::hash<Scope>()(scope) % loops;
}

}  // namespace kith
