#pragma once

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "base/expected.h"
#include "base/log.h"
#include "base/metrics.h"
#include "eventlog/cluster.h"
#include "eventlog/publication.h"

namespace kith {

/// The frames of this node, out and in: signed, counted, and refused if they are not what they say.
///
/// Any thread; frames of one channel are published from one. Nothing waits, and nothing is told of a failure:
/// the log repairs it.
class Frames {
 public:
  Frames(const Cluster& cluster, Log& log, Metrics& metrics);

  /// Consecutive entries of one scope, in as many frames as they need.
  void publish(const Scope& scope, const std::string& epoch, const std::vector<Publication>& entries);
  void publish(const Scope& scope, broker::Signal signal);
  void publish(broker::Marks marks);
  void publish(broker::Presence presence);

  enum class Ignored { Own, Refused };
  Expected<broker::Frame, Ignored> read(const std::string& channel, const std::string& bytes);
  /// Of a frame that was read, and still is not to be trusted.
  void refuse(const std::string& channel, std::string_view why);

 private:
  void send(const std::string& channel, broker::FrameBody body);

  const Cluster& cluster_;
  Log& log_;
  Metrics& metrics_;
  std::atomic<std::uint64_t> counter_{0};
  Counter& out_;
  Counter& in_;
  Counter& too_long_;
};

/// The other node's entries as this one applies them, and a frame's entry as it is sent.
Publication publicationOf(broker::FrameEntry entry, Offset offset);

}  // namespace kith
