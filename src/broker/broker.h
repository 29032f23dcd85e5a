#pragma once

#include <string>

#include "base/bytes.h"

namespace kith::broker {

/// Who hears what a broker brings.
///
/// Called on any thread, one call at a time. Must not block and must not call the broker.
class Listener {
 public:
  virtual ~Listener() = default;
  /// The way to the other nodes is there: at first, and again after each loss.
  virtual void connected() = 0;
  /// It is not. Frames may have been lost already, on any channel, and nobody can say which.
  virtual void lost() = 0;
  /// What is published on the channel from now on arrives. After each subscribe(), when the last of them is
  /// in force, and again for every channel after each loss.
  virtual void subscribed(const std::string& channel) = 0;
  virtual void received(const std::string& channel, const SharedBytes& frame) = 0;
};

/// Carries frames to every node that has subscribed to a channel.
///
/// A wake-up, not a record: a frame may be lost, late or doubled. What arrives of one publisher arrives in
/// the order published, unless the connection was lost in between. A publisher may hear itself or not.
/// Nothing is kept for who is not there, and nothing published while the connection is lost comes later.
/// The log repairs all of it, so callers never wait and never retry.
///
/// Safe from any thread and never blocks. What is subscribed stays so through a loss. The queue of what is
/// to be published is bounded; beyond, frames are dropped and counted. A channel's name is a scope's, or a
/// word of letters: nothing of a stranger's making. Every implementation passes broker_conformance.h.
class Broker {
 public:
  virtual ~Broker() = default;

  /// Once, before anything else. Not connected until it says so, which may be at once.
  virtual void start(Listener& listener) = 0;
  /// When it returns, no call to the listener runs, and none comes. Idempotent.
  virtual void stop() = 0;

  /// Idempotent, but confirmed each time; the confirmation may come before this returns.
  virtual void subscribe(const std::string& channel) = 0;
  /// Nothing that is published after this is delivered. Idempotent.
  virtual void unsubscribe(const std::string& channel) = 0;
  virtual void publish(const std::string& channel, SharedBytes frame) = 0;
};

}  // namespace kith::broker
