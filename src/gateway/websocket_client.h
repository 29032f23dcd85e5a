#pragma once

#include <memory>
#include <span>
#include <string>

#include "net/connection.h"
#include "session/session.h"
#include "websocket/frame_reader.h"

namespace kith {

/// Sizes of what a WebSocket client may send and leave unread; options of the server.
struct WebSocketLimits {
  std::size_t message_bytes_max = 64 * 1024;
  std::size_t connect_bytes_max = 128 * 1024;  // the first message carries positions
  Milliseconds message_time_max{30'000};       // of one message in fragments
  Milliseconds close_time{2'000};              // for the last words
  OutboxLimits queue{};                        // what may wait for one client
};

/// One WebSocket connection after its handshake: frames on one side, a session on the other.
///
/// Lives on its loop; owns the connection and itself: it ends when the connection is closed.
/// A malformed frame closes this connection with the right code, and nothing else.
class WebSocketClient final : public ConnectionHandler, public Transport {
 public:
  /// Takes a connection whose handshake has been answered. `rest`: bytes that came behind it.
  /// `gone` is called once, last: the owner drops the client then.
  using Gone = Callback<void(WebSocketClient&)>;
  WebSocketClient(std::unique_ptr<Connection> connection, SessionCore& core, const WebSocketLimits& limits,
                  Gone gone);
  ~WebSocketClient() override;

  void start(std::string rest);
  /// Asks the client to come back elsewhere, once what he has asked is answered; or at once.
  enum class Leave { WhenAnswered, Now };
  void shutdown(Leave leave);
  bool leaving() const { return leaving_ || closing_; }

  // ConnectionHandler
  void onBytes(std::span<char> bytes) override;
  void onClosed(CloseReason reason) override;
  void onOverflow() override;
  void onWriteStalled() override;
  void onSent() override { session_->sent(); }

  // Transport
  void send(const FrameRef& frame, FrameKind kind) override;
  std::size_t queuedBytes() const override { return connection_->queuedBytes(); }
  void close(const protocol::Disconnect& why) override;
  void pauseReading() override { connection_->pauseReading(); }
  void resumeReading() override { connection_->resumeReading(); }

 private:
  void handle(const websocket::Event& event);
  void closeWith(std::uint16_t code, std::string_view reason);
  void watchMessage();

  std::unique_ptr<Connection> connection_;
  SessionCore& core_;
  const WebSocketLimits& limits_;
  Gone gone_;
  websocket::FrameReader reader_;
  std::shared_ptr<Session> session_;
  bool first_message_ = true;
  bool closing_ = false;
  bool leaving_ = false;
  bool clean_ = false;
  Loop::TimerId message_timer_ = 0;
};

}  // namespace kith
