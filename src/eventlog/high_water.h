#pragma once

#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "broker/replay_guard.h"
#include "eventlog/frames.h"

namespace kith {

/// How far each log has come, told between nodes once a second: what shows that the last publication before
/// a silence was lost, and that a node has fallen silent.
///
/// Lives on one loop, but for committed(), which any thread calls. Owned by the log's Link. Reads no store
/// and knows no scope: what follows from a mark is its listener's business.
class HighWater {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void marked(std::vector<broker::Mark> marks) = 0;
    /// A node may have died between a commit and its publication: every log is to be compared with the store.
    virtual void suspects() = 0;
    /// This process stood still, and what came meanwhile may be lost.
    virtual void paused() = 0;
  };
  HighWater(Loop& loop, const Cluster& cluster, Frames& frames, Listener& listener);

  /// Begins to tell, and goes on by itself.
  void start();
  /// This node committed an entry of the scope with that fingerprint.
  void committed(std::uint64_t scope, Offset last);
  /// A frame of the marks' channel.
  void received(const std::string& bytes);

 private:
  using Lasts = std::unordered_map<std::uint64_t, Offset>;
  void beat();
  void tell();
  void lookForTheSilent();

  Loop& loop_;
  const Cluster& cluster_;
  Frames& frames_;
  Listener& listener_;
  broker::ReplayGuard guard_;
  std::unordered_map<broker::NodeId, MonotonicMs> heard_;  // the nodes that tell, and when they last did
  MonotonicMs last_beat_ = 0;
  Lasts before_;  // told once: each mark is told twice, since one of them may be lost
  Mutex mutex_;
  Lasts now_ GUARDED_BY(mutex_);
};

}  // namespace kith
