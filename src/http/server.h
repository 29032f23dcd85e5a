#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/random.h"
#include "base/task.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/router.h"
#include "net/connection.h"

namespace kith::http {

struct ServerOptions {
  Limits limits{};
  Fields headers{};  // added to every answer that has none of that name
  /// Each answer on its way out, also those that http/ gives itself; null if the head was refused. Runs
  /// on the loop; may be empty.
  Callback<void(const Request*, Response&)> decorate{};
};

/// HTTP/1.1 for the connections of one loop: parses requests, finds their routes, sends answers.
///
/// Lives on its loop, owned by the wiring; owns its connections until they are handed over. One
/// request at a time per connection: the next is parsed when the answer has left. After a request
/// that is refused for its form nothing more is read from that client.
class Server {
 public:
  Server(EventLoop& loop, Router& router, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// For Listener's callback.
  void take(std::unique_ptr<Connection> connection);
  /// Idle connections close now, others after their answer; `done` runs once none is left.
  void stop(Task done);
  std::size_t connections() const { return connections_.size(); }

 private:
  friend class ServerConnection;
  void remove(ServerConnection& connection);
  void tellIfDone();

  EventLoop& loop_;
  Router& router_;
  ServerOptions options_;
  Random random_;
  std::unordered_map<ServerConnection*, std::unique_ptr<ServerConnection>> connections_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool stopping_ = false;
  Task stopped_;
};

}  // namespace kith::http
