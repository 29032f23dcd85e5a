#include "net/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/assert.h"
#include "net/event_loop_core.h"

namespace kith {
namespace {

// One connection reads at most this much in a turn before others get theirs.
constexpr std::size_t kReadPerTurn = 4 * kReadBufferBytes;

enum class State : std::uint8_t {
  Open,
  Sending,    // closeWhenSent(): the outbox empties
  Lingering,  // our side has ended; input is discarded until the peer ends his
  Closed,
};

}  // namespace

/// The inside of a Connection. Waits under way hold a reference, so it may outlive the Connection
/// for a turn; detached from it, it calls nobody.
class Connection::Socket final : public FlushTarget {
 public:
  Socket(EventLoop& loop, const PeerAddress& peer, const ConnectionOptions& options)
      : loop_(loop),
        descriptor_(loop.core().io.get_executor()),
        limits_(options.outbox),
        write_stall_(options.write_stall),
        peer_(peer) {}

  int descriptor() const override { return const_cast<Descriptor&>(descriptor_).native_handle(); }
  std::size_t gather(std::span<iovec> pieces) override;
  void wrote(const WriteJob& job) override;

  boost::system::error_code assign(int descriptor) {
    boost::system::error_code error;
    descriptor_.assign(descriptor, error);
    return error;
  }
  Sent send(FrameRef frame, FrameKind kind);
  void setHandler(ConnectionHandler* handler);
  void setPaused(bool paused);
  void closeWhenSent(Milliseconds deadline);
  void close(CloseReason reason);
  void detach();

  EventLoop& loop_;
  Descriptor descriptor_;
  ConnectionHandler* handler_ = nullptr;
  Outbox outbox_;
  OutboxLimits limits_;
  Milliseconds write_stall_;
  Loop::TimerId stall_timer_ = 0;
  Loop::TimerId close_timer_ = 0;
  MonotonicMs last_progress_ = 0;
  PeerAddress peer_;
  State state_ = State::Open;
  bool overflowed_ = false;
  bool overflow_told_ = false;

 private:
  EventLoop::Core& core() { return loop_.core(); }
  bool mayRead() const;
  void armRead();
  void onReadable();
  void onPeerEnded();
  void armWrite();
  void armStall(Milliseconds delay);
  void onSent();
  void linger();

  bool paused_ = false;
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool peer_ended_ = false;
};

Connection::Sent Connection::Socket::send(FrameRef frame, FrameKind kind) {
  if (state_ != State::Open) return Sent::Closed;
  if (overflowed_) return Sent::Overflowed;
  switch (outbox_.push(std::move(frame), kind, limits_)) {
    case Outbox::Push::Queued:
      if (!write_armed_) core().flusher.markDirty(*this);
      return Sent::Queued;
    case Outbox::Push::Dropped:
      ++core().stats.signals_dropped;
      return Sent::Dropped;
    case Outbox::Push::Overflow:
      break;
  }
  overflowed_ = true;
  ++core().stats.overflows;
  // Told at the end of the turn: a broadcast that calls send() is never re-entered.
  loop_.atTurnEnd([self = LocalRef<Socket>(this)] {
    if (self->handler_ == nullptr || !self->overflowed_ || self->overflow_told_ ||
        self->state_ != State::Open)
      return;
    self->overflow_told_ = true;
    self->handler_->onOverflow();
  });
  return Sent::Overflowed;
}

std::size_t Connection::Socket::gather(std::span<iovec> pieces) {
  if (state_ == State::Closed || write_armed_) return 0;
  return outbox_.gather(pieces);
}

void Connection::Socket::wrote(const WriteJob& job) {
  if (state_ == State::Closed) return;
  if (job.error != 0 && job.error != EAGAIN && job.error != EWOULDBLOCK) return close(CloseReason::Failed);
  core().stats.frames_out += static_cast<std::int64_t>(outbox_.written(job.written));
  // Only a full socket is timed: the clock is not read for every write.
  if (job.written > 0 && stall_timer_ != 0) last_progress_ = loop_.now();
  std::size_t asked = 0;
  for (const iovec& piece : job.pieces) asked += piece.iov_len;
  if (outbox_.empty()) return onSent();
  if (job.written == asked) return core().flusher.markDirty(*this);  // There were more than 64 frames.
  armWrite();
}

void Connection::Socket::armWrite() {
  if (write_armed_) return;
  write_armed_ = true;
  if (stall_timer_ == 0) {
    last_progress_ = loop_.now();
    armStall(write_stall_);
  }
  descriptor_.async_wait(Descriptor::wait_write,
                         [self = LocalRef<Socket>(this)](const boost::system::error_code&) {
                           self->write_armed_ = false;
                           if (self->state_ != State::Closed) self->core().flusher.markDirty(*self);
                         });
}

void Connection::Socket::armStall(Milliseconds delay) {
  stall_timer_ = loop_.after(delay, [self = LocalRef<Socket>(this)] {
    self->stall_timer_ = 0;
    const Milliseconds still(self->loop_.now() - self->last_progress_);
    if (still < self->write_stall_) return self->armStall(self->write_stall_ - still);
    ++self->core().stats.write_stalls;
    if (self->state_ == State::Open && self->handler_ != nullptr) return self->handler_->onWriteStalled();
    self->close(CloseReason::Failed);
  });
}

void Connection::Socket::onSent() {
  if (stall_timer_ != 0) loop_.cancel(std::exchange(stall_timer_, 0));
  if (state_ == State::Sending) return linger();
  if (handler_ != nullptr) handler_->onSent();
}

bool Connection::Socket::mayRead() const {
  if (state_ == State::Closed || peer_ended_) return false;
  return state_ == State::Lingering || (handler_ != nullptr && !paused_);
}

void Connection::Socket::armRead() {
  if (read_armed_ || !mayRead()) return;
  read_armed_ = true;
  // Only a wait is asked for: a read that Asio does early would share the loop's buffer with others.
  descriptor_.async_wait(Descriptor::wait_read,
                         [self = LocalRef<Socket>(this)](const boost::system::error_code&) {
                           self->read_armed_ = false;
                           self->onReadable();
                         });
}

/// Reads until the socket is empty or this connection's share of the turn is used up. A short read
/// means empty: the wait that follows reports what came meanwhile.
void Connection::Socket::onReadable() {
  std::size_t total = 0;
  while (mayRead()) {
    const ssize_t n = ::recv(descriptor(), core().read_buffer.get(), kReadBufferBytes, MSG_DONTWAIT);
    if (n == 0) return onPeerEnded();
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      return close(CloseReason::Failed);
    }
    const auto size = static_cast<std::size_t>(n);
    core().stats.bytes_in += n;
    if (state_ == State::Open) handler_->onBytes({core().read_buffer.get(), size});
    total += size;
    if (size < kReadBufferBytes || total >= kReadPerTurn) break;
  }
  armRead();
}

void Connection::Socket::onPeerEnded() {
  peer_ended_ = true;
  if (state_ == State::Lingering) return close(CloseReason::ClosedHere);
  if (state_ == State::Sending) return;
  if (handler_ == nullptr || !handler_->onPeerEnded()) close(CloseReason::PeerEnded);
}

void Connection::Socket::setHandler(ConnectionHandler* handler) {
  handler_ = handler;
  armRead();
}

void Connection::Socket::setPaused(bool paused) {
  paused_ = paused;
  armRead();
}

void Connection::Socket::closeWhenSent(Milliseconds deadline) {
  if (state_ != State::Open) return;
  state_ = State::Sending;
  close_timer_ = loop_.after(deadline, [self = LocalRef<Socket>(this)] {
    self->close_timer_ = 0;
    self->close(CloseReason::ClosedHere);
  });
  if (outbox_.empty()) linger();
}

/// Closing at once would reset the connection if input is unread, and the peer might lose our
/// last words (RFC 9112, section 9.6).
void Connection::Socket::linger() {
  if (peer_ended_) return close(CloseReason::ClosedHere);
  ::shutdown(descriptor(), SHUT_WR);
  state_ = State::Lingering;
  armRead();
}

void Connection::Socket::close(CloseReason reason) {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  loop_.cancel(std::exchange(stall_timer_, 0));
  loop_.cancel(std::exchange(close_timer_, 0));
  outbox_.clear();
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  if (handler_ == nullptr) return;
  loop_.atTurnEnd([self = LocalRef<Socket>(this), reason] {
    if (self->handler_ != nullptr) std::exchange(self->handler_, nullptr)->onClosed(reason);
  });
}

void Connection::Socket::detach() {
  handler_ = nullptr;
  close(CloseReason::ClosedHere);
}

Expected<std::unique_ptr<Connection>, Error> Connection::adopt(EventLoop& loop, int descriptor,
                                                               const PeerAddress& peer,
                                                               const ConnectionOptions& options) {
  ASSERT(loop.isHere());
  auto socket = std::make_unique<Socket>(loop, peer, options);
  if (const auto error = socket->assign(descriptor)) {
    ::close(descriptor);
    return Error{"cannot watch a socket: " + error.message()};
  }
  if (peer.kind == PeerAddress::Kind::V4 || peer.kind == PeerAddress::Kind::V6) {
    // Frames of a turn leave in one write; nothing is gained by waiting for more.
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytesMax, sizeof kUnsentBytesMax);
  }
  return std::unique_ptr<Connection>(new Connection(socket.release()));
}

Connection::Connection(Socket* socket) : socket_(socket) {
  ++socket->loop_.core().stats.connections;
}
Connection::~Connection() {
  ASSERT(loop().isHere());
  --loop().core().stats.connections;
  socket_->detach();
}

void Connection::setHandler(ConnectionHandler* handler) {
  socket_->setHandler(handler);
}
void Connection::setOutboxLimits(const OutboxLimits& limits) {
  socket_->limits_ = limits;
}
Connection::Sent Connection::send(FrameRef frame, FrameKind kind) {
  return socket_->send(std::move(frame), kind);
}
std::size_t Connection::queuedBytes() const {
  return socket_->outbox_.bytes();
}
void Connection::dropUnsent() {
  socket_->outbox_.dropUnsent();
  socket_->overflowed_ = false;
}
void Connection::pauseReading() {
  socket_->setPaused(true);
}
void Connection::resumeReading() {
  socket_->setPaused(false);
}
void Connection::closeWhenSent(Milliseconds deadline) {
  socket_->closeWhenSent(deadline);
}
void Connection::closeNow() {
  socket_->close(CloseReason::ClosedHere);
}
bool Connection::isOpen() const {
  return socket_->state_ == State::Open;
}
EventLoop& Connection::loop() const {
  return socket_->loop_;
}
const PeerAddress& Connection::peer() const {
  return socket_->peer_;
}
std::size_t Connection::idleBytes() {
  return sizeof(Connection) + sizeof(Socket);
}

}  // namespace kith
