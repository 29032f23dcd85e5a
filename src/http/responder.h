#pragma once

#include <memory>
#include <utility>

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

}  // namespace kith::http
