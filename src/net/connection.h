#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/expected.h"
#include "net/event_loop.h"
#include "net/frame.h"
#include "net/local_ref.h"
#include "net/outbox.h"
#include "net/peer_address.h"

namespace kith {

enum class CloseReason : std::uint8_t {
  PeerEnded,   // a clean end of the stream
  Failed,      // reset, timed out, unreachable
  ClosedHere,  // closeNow(), or closeWhenSent() is through
};

/// What a connection tells its user, on its loop. Every call may destroy the connection.
class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;
  /// The bytes lie in the loop's buffer: they may be changed in place, are gone after the call, and
  /// have kReadBufferPadding readable bytes behind them. An incomplete rest is the handler's to keep.
  virtual void onBytes(std::span<char> bytes) = 0;
  /// The peer sends no more. True keeps the connection for what is still to be written.
  virtual bool onPeerEnded() { return false; }
  /// Exactly once, last, and never from within a call to the connection.
  virtual void onClosed(CloseReason reason) = 0;
  /// A frame was left out since the outbox is full; told once, at the end of the turn.
  virtual void onOverflow() {}
  /// The socket has been full and taken nothing for the stall time; told once.
  virtual void onWriteStalled() {}
  /// All that was sent has left for the kernel.
  virtual void onSent() {}
};

/// Of what was written to a TCP socket, so much may wait in the kernel unsent; the rest waits in the outbox,
/// whose limits count it. See docs/decisions/0004-unsent-bytes-wait-in-the-outbox.md.
constexpr int kUnsentBytesMax = 128 * 1024;

struct ConnectionOptions {
  OutboxLimits outbox{};
  Milliseconds write_stall{15'000};
};

/// One stream socket and what waits to be written to it.
///
/// Lives on its loop; owned by whoever it was given to, who may destroy it at any time, also from
/// within a call of its handler (then onClosed() does not come). Nothing blocks, nothing is written
/// from within send(), an idle connection holds no buffer, and after the close nothing is delivered.
class Connection {
 public:
  enum class Sent : std::uint8_t {
    Queued,
    Dropped,     // a signal, for a reader that is behind
    Overflowed,  // the outbox is full: onOverflow() comes or came
    Closed,
  };

  /// Takes a connected stream socket over; reading starts with the first handler.
  static Expected<std::unique_ptr<Connection>, Error> adopt(EventLoop& loop, int descriptor,
                                                            const PeerAddress& peer,
                                                            const ConnectionOptions& options = {});
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Not owned. Null: what comes in waits in the kernel until another handler is there.
  void setHandler(ConnectionHandler* handler);
  void setOutboxLimits(const OutboxLimits& limits);

  Sent send(FrameRef frame, FrameKind kind);
  std::size_t queuedBytes() const;
  /// Drops frames that have not begun to leave and takes new ones again: room for a last word.
  void dropUnsent();

  /// Back-pressure: while paused, bytes stay in the kernel and then with the peer. Idempotent.
  void pauseReading();
  void resumeReading();

  /// Sends what waits, ends our side, discards input until the peer ends his, then closes; at the
  /// deadline in any case. send() is Closed from now on.
  void closeWhenSent(Milliseconds deadline);
  void closeNow();
  bool isOpen() const;

  EventLoop& loop() const;
  const PeerAddress& peer() const;

  /// Bytes of user memory of an idle connection beside Asio's own.
  static std::size_t idleBytes();

 private:
  class Socket;
  explicit Connection(Socket* socket);
  LocalRef<Socket> socket_;  // waits under way hold one too
};

}  // namespace kith
