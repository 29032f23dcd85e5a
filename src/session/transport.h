#pragma once

#include "net/frame.h"
#include "protocol/codes.h"

namespace kith {

/// The connection a session speaks through. On the session's loop.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Queues a frame; what one turn queues leaves in one write.
  virtual void send(const FrameRef& frame, FrameKind kind) = 0;
  /// Of what was sent, what has not left yet. When it falls to nothing, the session is told by sent().
  virtual std::size_t queuedBytes() const = 0;
  /// Says why and ends the connection once what was queued is out. The session is told by closed().
  virtual void close(const protocol::Disconnect& why) = 0;
  /// Back-pressure: the client sends faster than its commands are done.
  virtual void pauseReading() = 0;
  virtual void resumeReading() = 0;
};

}  // namespace kith
