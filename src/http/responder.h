#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"
#include "net/connection.h"

namespace kith::http {

class ServerConnection;

/// The way back to one request's client, to be used once, now or later.
///
/// Belongs to the connection's loop: answer there. Copies are of one and the same answer; it may
/// end on any thread. If the client has gone, or was answered already, answering does nothing.
class Responder {
 public:
  void answer(Response response) const;
  /// True while an answer would still go out.
  bool isWaiting() const;
  /// For answers without an end (HTTP stream, SSE): sends the head with `Transfer-Encoding: chunked`
  /// and gives the connection away, reading from it paused by the absence of a handler. Its new owner
  /// sends chunks, then kLastChunk, and closes. Null if the client has gone or speaks HTTP/1.0 (it is
  /// answered with 505 then).
  std::unique_ptr<Connection> stream(Response head) const;
  EventLoop& loop() const;

 private:
  friend class ServerConnection;
  struct Exchange {
    EventLoop* loop = nullptr;
    ServerConnection* connection = nullptr;  // null once answered or gone
  };
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  std::shared_ptr<Exchange> exchange_;
};

/// One chunk of a streamed answer. Not for empty `bytes`: that would be the last chunk.
std::string encodeChunk(std::string_view bytes);
constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace kith::http
