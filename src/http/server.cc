#include "http/server.h"

#include <utility>
#include <vector>

#include "base/assert.h"
#include "http/server_connection.h"

namespace kith::http {
namespace {

// One answer at a time, so this bounds an answer, not a queue.
constexpr OutboxLimits kAnswerLimits{.bytes_max = 64U * 1024 * 1024,
                                     .signals_until_bytes = 64U * 1024 * 1024};

}  // namespace

Server::Server(EventLoop& loop, Router& router, ServerOptions options)
    : loop_(loop), router_(router), options_(std::move(options)) {}

Server::~Server() {
  ASSERT(loop_.isHere());
}

void Server::take(std::unique_ptr<Connection> connection) {
  connection->setOutboxLimits(kAnswerLimits);
  auto owned = std::make_unique<ServerConnection>(*this, std::move(connection));
  ServerConnection& added = *owned;
  connections_.emplace(&added, std::move(owned));
  if (stopping_) {
    added.turnAway(Response::error(503).with("Retry-After", "5"));
  } else {
    added.start();
  }
}

void Server::stop(Task done) {
  stopping_ = true;
  stopped_ = std::move(done);
  std::vector<ServerConnection*> all;
  for (const auto& [connection, owned] : connections_) all.push_back(connection);
  for (ServerConnection* connection : all) connection->stop();
  loop_.atTurnEnd([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) tellIfDone();
  });
}

/// At the end of the turn: the connection may be on the stack.
void Server::remove(ServerConnection& connection) {
  loop_.atTurnEnd([this, gone = &connection, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    connections_.erase(gone);
    tellIfDone();
  });
}

void Server::tellIfDone() {
  if (stopping_ && connections_.empty() && stopped_) std::exchange(stopped_, Task())();
}

}  // namespace kith::http
