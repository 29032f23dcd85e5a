#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/websocket_client.h"
#include "http/router.h"
#include "rest/refused_origins.h"

namespace kith {

struct GatewayOptions {
  std::vector<std::string> allowed_origins;  // beside this host
  WebSocketLimits limits{};
};

/// The realtime door of one core: takes upgraded connections and keeps their clients.
///
/// On its loop, owned by the wiring.
class Gateway {
 public:
  Gateway(SessionCore& core, RefusedOrigins& refused_origins, const GatewayOptions& options);
  ~Gateway();

  /// GET /connection/websocket.
  void addTo(http::Router& router);
  std::size_t clients() const { return clients_.size(); }
  /// Asks all clients to come back elsewhere (3001), spread over `time`; then calls `done`.
  void drain(Milliseconds time, Task done);

 private:
  void upgrade(const http::Request& request, std::unique_ptr<Connection> connection, std::string rest);
  void refuse(std::unique_ptr<Connection> connection, int status, std::string_view field,
              std::string_view reason);
  void drainStep(std::size_t per_step, Milliseconds left, std::shared_ptr<Task> done);

  SessionCore& core_;
  RefusedOrigins& refused_origins_;
  const GatewayOptions& options_;
  std::unordered_map<WebSocketClient*, std::unique_ptr<WebSocketClient>> clients_;
  class Refused;
  std::unordered_map<Refused*, std::unique_ptr<Refused>> refused_;  // until their last word is out
  bool draining_ = false;
};

}  // namespace kith
