#include "http/server_connection.h"

#include <utility>

#include "base/assert.h"

namespace kith::http {
namespace {

// A body up to here is copied behind the head: one frame, one allocation less than two.
constexpr std::size_t kJoinedBodyBytes = 16 * 1024;

bool mayHaveBody(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

ServerConnection::ServerConnection(Server& server, std::unique_ptr<Connection> connection)
    : server_(server), connection_(std::move(connection)), scanner_(server.options_.limits) {}

ServerConnection::~ServerConnection() {
  server_.loop_.cancel(timer_);
  if (exchange_ != nullptr) exchange_->connection = nullptr;
}

void ServerConnection::start() {
  setTimer(server_.options_.limits.head_time, &ServerConnection::onHeadTime);
  connection_->setHandler(this);
}

void ServerConnection::turnAway(Response response) {
  close_after_ = true;
  connection_->setHandler(this);
  connection_->pauseReading();
  write(std::move(response));
}

void ServerConnection::stop() {
  close_after_ = true;
  if (step_ == Step::Idle) connection_->closeNow();
}

void ServerConnection::onBytes(std::span<char> bytes) {
  if (step_ == Step::Answering || step_ == Step::Sending) {
    rest_.append(bytes.data(), bytes.size());
    return;
  }
  consume({bytes.data(), bytes.size()});
}

/// Goes through `input` as far as one request at a time allows. A request that is answered on the
/// spot goes on in onSent(), not here: no recursion, whatever is pipelined.
void ServerConnection::consume(std::string_view input) {
  while (!input.empty() && (step_ == Step::Idle || step_ == Step::Head || step_ == Step::Body)) {
    if (step_ == Step::Body) {
      const auto state = body_.feed(input);
      if (state == BodyReader::State::Refused) return refuse(body_.status());
      if (state == BodyReader::State::Complete) dispatch();
      continue;
    }
    if (step_ == Step::Idle) {
      step_ = Step::Head;
      setTimer(server_.options_.limits.head_time, &ServerConnection::onHeadTime);
    }
    const auto state = scanner_.feed(input);
    if (state == HeadScanner::State::Refused) return refuse(scanner_.status());
    if (state == HeadScanner::State::Complete) onHead();
    if (head_ && head_->upgrades_to_websocket && route_ != nullptr && step_ == Step::Answering &&
        route_->upgrade) {
      return handOver(input);
    }
  }
  if (step_ == Step::Answering || step_ == Step::Sending) rest_ += input;
}

void ServerConnection::onHead() {
  auto head = parseHead(scanner_.head());
  scanner_.reset();
  if (!head) return refuse(head.error().status);
  head_ = std::move(*head);
  head_->request.peer = connection_->peer();
  head_->request.id = server_.random_.id();
  head_only_ = head_->request.method == Method::Head;
  if (!head_->keep_alive) close_after_ = true;
  route();
}

void ServerConnection::route() {
  Request& request = head_->request;
  // What is answered before the body came cannot be followed by another request.
  const bool keep = !head_->hasBody();
  std::optional<Response> early;
  if (head_->whole_server) {
    early = Response{.status = 204, .headers = {{"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}}};
  } else {
    auto match = server_.router_.find(request.method, request.path);
    route_ = match.route;
    request.params = std::move(match.params);
    if (route_ != nullptr) {
      request.route = route_->pattern;
    } else if (match.allow.empty()) {
      early = Response::error(404);
    } else if (request.method == Method::Options) {
      early = Response{.status = 204, .headers = {{"Allow", match.allow + ", OPTIONS"}}};
    } else {
      early = Response::error(405).with("Allow", match.allow);
    }
  }
  if (!early && route_->upgrade) {
    if (head_->upgrades_to_websocket) {
      step_ = Step::Answering;  // consume() hands it over, with what lies behind the head.
      return;
    }
    early = Response::error(426).with("Upgrade", "websocket");
  }
  if (early) {
    if (!keep) close_after_ = true;
    return write(std::move(*early));
  }
  startBody(route_->options.body_bytes_max);
}

void ServerConnection::startBody(std::size_t bytes_max) {
  if (!head_->hasBody()) return dispatch();
  if (head_->content_length > bytes_max) return refuse(413);
  if (head_->chunked) {
    body_.startChunked(server_.options_.limits, bytes_max);
  } else {
    body_.startLength(head_->content_length, bytes_max);
  }
  step_ = Step::Body;
  body_seen_ = 0;
  setTimer(server_.options_.limits.body_check, &ServerConnection::onBodyTime);
  if (head_->expects_continue) {
    connection_->send(FrameRef::borrow("HTTP/1.1 100 Continue\r\n\r\n"), FrameKind::Entry);
  }
}

void ServerConnection::dispatch() {
  step_ = Step::Answering;
  connection_->pauseReading();
  setTimer(server_.options_.limits.answer_time, &ServerConnection::onAnswerTime);
  exchange_ = std::make_shared<Responder::Exchange>();
  exchange_->loop = &server_.loop_;
  exchange_->connection = this;
  // A copy without the body stays here, for the answer's form and for `decorate`.
  Request request = head_->request;
  request.body = body_.take();
  route_->handler(std::move(request), Responder(exchange_));
}

/// The WebSocket begins right behind the head; what is here of it goes along.
void ServerConnection::handOver(std::string_view rest) {
  step_ = Step::Ended;
  server_.loop_.cancel(std::exchange(timer_, 0));
  connection_->setHandler(nullptr);
  connection_->resumeReading();
  server_.remove(*this);
  route_->upgrade(std::move(head_->request), std::move(connection_), std::string(rest));
}

void ServerConnection::refuse(int status) {
  close_after_ = true;
  Response response = Response::error(status);
  scanner_.reset();
  body_ = {};
  write(std::move(response));
}

void ServerConnection::answer(Response response) {
  ASSERT(step_ == Step::Answering);
  exchange_->connection = nullptr;
  exchange_.reset();
  write(std::move(response));
}

void ServerConnection::write(Response response) {
  step_ = Step::Sending;
  connection_->pauseReading();
  server_.loop_.cancel(std::exchange(timer_, 0));
  auto& options = server_.options_;
  const Request* request = head_ ? &head_->request : nullptr;
  if (server_.stopping_) close_after_ = true;
  if (options.decorate) options.decorate(request, response);
  const bool has_body = mayHaveBody(response.status);
  std::string text = encodeHead(response, has_body);
  const bool send_body = has_body && !head_only_ && !response.bytes().empty();
  const bool join = send_body && response.bytes().size() <= kJoinedBodyBytes;
  if (join) text += response.bytes();
  connection_->send(FrameRef::own(std::move(text)), FrameKind::Entry);
  if (send_body && !join) {
    connection_->send(response.static_body.empty() ? FrameRef::own(std::move(response.body))
                                                   : FrameRef::borrow(response.static_body),
                      FrameKind::Entry);
  }
}

std::string ServerConnection::encodeHead(const Response& response, bool has_body) const {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += statusText(response.status);
  head += "\r\n";
  const auto line = [&head](std::string_view name, std::string_view value) {
    // A line break in a value would begin a new field: no caller may send one.
    ASSERT(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    head.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : response.headers) line(name, value);
  for (const auto& [name, value] : server_.options_.headers) {
    if (!response.hasHeader(name)) line(name, value);
  }
  if (has_body) line("Content-Length", std::to_string(response.bytes().size()));
  if (close_after_) {
    line("Connection", "close");
  } else if (head_ && head_->request.minor_version == 0) {
    line("Connection", "keep-alive");
  } else if (response.status == 426) {
    line("Connection", "upgrade");
  }
  head += "\r\n";
  return head;
}

/// A large answer takes as long as its reader makes progress; only then does the last deadline begin.
void ServerConnection::onSent() {
  if (step_ != Step::Sending) return;
  if (!close_after_) return nextRequest();
  step_ = Step::Ended;
  connection_->closeWhenSent(server_.options_.limits.linger_time);
}

void ServerConnection::nextRequest() {
  step_ = Step::Idle;
  head_.reset();
  head_only_ = false;
  route_ = nullptr;
  setTimer(server_.options_.limits.idle_time, &ServerConnection::onIdleTime);
  const std::string rest = std::exchange(rest_, {});
  if (!rest.empty()) consume(rest);
  if (step_ == Step::Idle || step_ == Step::Head || step_ == Step::Body) connection_->resumeReading();
}

/// A client may end his side after the request and still wait for the answer.
bool ServerConnection::onPeerEnded() {
  close_after_ = true;
  return step_ == Step::Answering || step_ == Step::Sending;
}

void ServerConnection::onClosed(CloseReason) {
  leave();
}

void ServerConnection::leave() {
  step_ = Step::Ended;
  server_.loop_.cancel(std::exchange(timer_, 0));
  if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->connection = nullptr;
  server_.remove(*this);
}

void ServerConnection::setTimer(Milliseconds delay, void (ServerConnection::*due)()) {
  server_.loop_.cancel(timer_);
  timer_ = server_.loop_.after(delay, [this, due] {
    timer_ = 0;
    (this->*due)();
  });
}

void ServerConnection::onHeadTime() {
  if (step_ == Step::Idle) return connection_->closeNow();
  refuse(408);
}

void ServerConnection::onBodyTime() {
  if (body_.size() - body_seen_ < server_.options_.limits.body_bytes_per_check) return refuse(408);
  body_seen_ = body_.size();
  setTimer(server_.options_.limits.body_check, &ServerConnection::onBodyTime);
}

void ServerConnection::onIdleTime() {
  connection_->closeNow();
}

void ServerConnection::onAnswerTime() {
  if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->connection = nullptr;
  close_after_ = true;
  write(Response::error(503).with("Retry-After", "5"));
}

EventLoop& Responder::loop() const {
  return *exchange_->loop;
}

bool Responder::isWaiting() const {
  ASSERT(loop().isHere());
  return exchange_->connection != nullptr;
}

void Responder::answer(Response response) const {
  if (isWaiting()) exchange_->connection->answer(std::move(response));
}

}  // namespace kith::http
