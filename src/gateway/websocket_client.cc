#include "gateway/websocket_client.h"

#include "websocket/close_code.h"
#include "websocket/frame_writer.h"

namespace kith {

WebSocketClient::WebSocketClient(std::unique_ptr<Connection> connection, SessionCore& core,
                                 const WebSocketLimits& limits, Gone gone)
    : connection_(std::move(connection)),
      core_(core),
      limits_(limits),
      gone_(std::move(gone)),
      reader_(limits.connect_bytes_max),
      session_(std::make_shared<Session>(core, *this)) {}

WebSocketClient::~WebSocketClient() {
  if (message_timer_ != 0) core_.loop.cancel(message_timer_);
  session_->closed(Session::Gone::Dropped);
}

void WebSocketClient::start(std::string rest) {
  connection_->setOutboxLimits(limits_.queue);  // until here it was that of an HTTP answer
  session_->start();
  if (!rest.empty()) onBytes(std::span<char>(rest));
  if (!closing_) connection_->setHandler(this);
}

void WebSocketClient::shutdown(Leave leave) {
  if (leave == Leave::Now) return session_->disconnect(protocol::kShutdown);
  leaving_ = true;
  session_->leave();
}

void WebSocketClient::onBytes(std::span<char> bytes) {
  while (!closing_) {
    const auto event = reader_.next(bytes);
    if (event.kind == websocket::Event::Kind::NeedMore) break;
    handle(event);
  }
  watchMessage();
}

// A message in fragments may not take for ever; one in a single turn needs no timer.
void WebSocketClient::watchMessage() {
  const bool waiting = reader_.midMessage() && !closing_;
  if (!waiting && message_timer_ != 0) {
    core_.loop.cancel(message_timer_);
    message_timer_ = 0;
  }
  if (waiting && message_timer_ == 0) {
    message_timer_ = core_.loop.after(limits_.message_time_max, [this] {
      message_timer_ = 0;
      session_->disconnect(protocol::kBadRequest);
    });
  }
}

void WebSocketClient::handle(const websocket::Event& event) {
  using Kind = websocket::Event::Kind;
  switch (event.kind) {
    case Kind::Text:
    case Kind::Binary:
      // JSON may come in frames of either kind: some clients know no other.
      if (first_message_) reader_.setMessageBytesMax(limits_.message_bytes_max);
      first_message_ = false;
      return session_->received(event.payload);
    case Kind::Ping:
      connection_->send(FrameRef::own(websocket::encodeFrame(websocket::Opcode::Pong, event.payload)),
                        FrameKind::Entry);
      return;
    case Kind::Pong:
    case Kind::NeedMore:
      return;
    case Kind::Close:
      clean_ = event.code == websocket::kCloseNormal || event.code == websocket::kCloseNoCode;
      return closeWith(event.code == websocket::kCloseNoCode ? websocket::kCloseNormal : event.code, "");
    case Kind::Violation:
      return closeWith(event.code, "");
    case Kind::TooLarge:
      // Never 1009: the official clients would not come back, nor say why.
      return session_->disconnect(protocol::kBadRequest);
  }
}

void WebSocketClient::closeWith(std::uint16_t code, std::string_view reason) {
  if (closing_) return;
  closing_ = true;
  session_->closed(clean_ ? Session::Gone::Clean : Session::Gone::Dropped);
  connection_->send(FrameRef::own(websocket::encodeClose(code, reason)), FrameKind::Entry);
  connection_->closeWhenSent(limits_.close_time);
}

void WebSocketClient::onClosed(CloseReason) {
  closing_ = true;
  session_->closed(clean_ ? Session::Gone::Clean : Session::Gone::Dropped);
  gone_(*this);  // destroys this
}

// He does not read: what waits for him is dropped, so that the last word has room, and he recovers.
void WebSocketClient::onOverflow() {
  connection_->dropUnsent();
  session_->disconnect(protocol::kSlow);
}

void WebSocketClient::onWriteStalled() {
  connection_->dropUnsent();
  session_->disconnect(protocol::kWriteError);
}

void WebSocketClient::send(const FrameRef& frame, FrameKind kind) {
  if (!closing_) connection_->send(frame, kind);
}

void WebSocketClient::close(const protocol::Disconnect& why) {
  closeWith(why.code, why.reason);
}

}  // namespace kith
