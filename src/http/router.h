#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "http/limits.h"
#include "http/message.h"
#include "http/responder.h"
#include "net/connection.h"

namespace kith::http {

/// Answers the request now or later, through the responder.
using Handler = Callback<void(Request, Responder)>;
/// Takes a connection over whose client asked for a WebSocket; `rest` is what he sent behind the
/// head. The connection has no handler yet and is read from once it has one.
using UpgradeHandler = Callback<void(Request, std::unique_ptr<Connection>, std::string rest)>;

struct RouteOptions {
  std::size_t body_bytes_max = kBodyBytes;
};

struct Route {
  std::string pattern;
  RouteOptions options;
  Handler handler;
  UpgradeHandler upgrade;  // one of the two
};

/// Which request goes where.
///
/// A pattern is a path whose segments are literal or "{name}": "/api/v1/rooms/{room}/messages". A
/// literal segment comes before a parameter; HEAD goes where GET does. One router per loop, filled
/// before the first request and then only read; it must outlive its server.
class Router {
 public:
  void add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});
  void addUpgrade(std::string_view pattern, UpgradeHandler handler);
  /// For GET and HEAD of paths without any route: static files, the page.
  void setFallback(Handler handler);

  struct Match {
    Route* route = nullptr;  // null: no such path, or not with this method
    Fields params;
    std::string allow;  // for 405; "" if there is no such path
  };
  Match find(Method method, const std::vector<std::string>& path);

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::map<Method, std::unique_ptr<Route>> routes;
  };
  Node& nodeOf(std::string_view pattern);
  Route& place(Method method, std::string_view pattern);
  static void search(Node& node, Method method, const std::vector<std::string>& path, std::size_t depth,
                     Match& match);
  static std::string allowOf(const Node& node);
  static Fields paramsOf(const Route& route, const std::vector<std::string>& path);

  Node root_;
  std::unique_ptr<Route> fallback_;
};

}  // namespace kith::http
