#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/body_reader.h"
#include "http/head_parser.h"
#include "http/head_scanner.h"
#include "http/responder.h"
#include "http/server.h"
#include "net/connection.h"

namespace kith::http {

/// One client of a Server, from accept to close or hand-over.
///
/// Lives on its loop, owned by the Server, and is destroyed at the end of a turn, never from within
/// its own calls. While a request is being answered nothing is read; what came too early waits in
/// `rest_`, which one read bounds.
class ServerConnection final : public ConnectionHandler {
 public:
  ServerConnection(Server& server, std::unique_ptr<Connection> connection);
  ~ServerConnection() override;

  void start();
  /// Answers without reading anything, then closes.
  void turnAway(Response response);
  void stop();

  // For Responder.
  void answer(Response response);

  void onBytes(std::span<char> bytes) override;
  bool onPeerEnded() override;
  void onClosed(CloseReason reason) override;
  void onOverflow() override { connection_->closeNow(); }
  void onWriteStalled() override { connection_->closeNow(); }
  void onSent() override;

 private:
  enum class Step : std::uint8_t {
    Idle,  // nothing of a request is here
    Head,
    Body,
    Answering,  // the route has it
    Sending,    // the answer has been queued
    Ended,      // closing, or handed over
  };

  void consume(std::string_view input);
  void onHead();
  void route();
  void startBody(std::size_t bytes_max);
  void dispatch();
  void handOver(std::string_view rest);
  void refuse(int status);
  void write(Response response);
  std::string encodeHead(const Response& response, bool has_body) const;
  void nextRequest();
  void leave();
  void setTimer(Milliseconds delay, void (ServerConnection::*due)());
  void onHeadTime();
  void onBodyTime();
  void onIdleTime();
  void onAnswerTime();

  Server& server_;
  std::unique_ptr<Connection> connection_;
  HeadScanner scanner_;
  BodyReader body_;
  std::optional<Head> head_;
  Route* route_ = nullptr;
  std::string rest_;
  std::shared_ptr<Responder::Exchange> exchange_;
  Loop::TimerId timer_ = 0;
  std::size_t body_seen_ = 0;  // at the last check
  Step step_ = Step::Idle;
  bool head_only_ = false;  // the request was HEAD
  bool close_after_ = false;
};

}  // namespace kith::http
