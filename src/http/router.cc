#include "http/router.h"

#include <utility>

#include "base/assert.h"

namespace kith::http {
namespace {

/// The next segment of a pattern; `rest` is nothing after the last one.
std::string_view takeSegment(std::optional<std::string_view>& rest) {
  const std::size_t slash = rest->find('/');
  const std::string_view segment = rest->substr(0, slash);
  rest = slash == std::string_view::npos ? std::nullopt : std::optional(rest->substr(slash + 1));
  return segment;
}

bool isParameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace

Router::Node& Router::nodeOf(std::string_view pattern) {
  ASSERT(!pattern.empty() && pattern.front() == '/');
  Node* node = &root_;
  for (std::optional<std::string_view> rest = pattern.substr(1); rest;) {
    const std::string_view segment = takeSegment(rest);
    auto& next = isParameter(segment) ? node->parameter : node->literals[std::string(segment)];
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
  }
  return *node;
}

Route& Router::place(Method method, std::string_view pattern) {
  auto& slot = nodeOf(pattern).routes[method];
  ASSERT(slot == nullptr);  // Two routes for the same requests.
  slot = std::make_unique<Route>();
  slot->pattern = pattern;
  return *slot;
}

void Router::add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
  Route& route = place(method, pattern);
  route.handler = std::move(handler);
  route.options = options;
}

void Router::addUpgrade(std::string_view pattern, UpgradeHandler handler) {
  Route& route = place(Method::Get, pattern);
  route.upgrade = std::move(handler);
  route.options.body_bytes_max = 0;
}

void Router::setFallback(Handler handler) {
  fallback_ = std::make_unique<Route>();
  fallback_->options.body_bytes_max = 0;
  fallback_->handler = std::move(handler);
}

std::string Router::allowOf(const Node& node) {
  std::string allow;
  for (const auto& [method, route] : node.routes) {
    if (!allow.empty()) allow += ", ";
    allow += methodName(method);
    if (method == Method::Get && route->handler && !node.routes.contains(Method::Head)) allow += ", HEAD";
  }
  return allow;
}

/// The most literal path that knows the method; else what the most literal one allows.
void Router::search(Node& node, Method method, const std::vector<std::string>& path, std::size_t depth,
                    Match& match) {
  if (depth == path.size()) {
    auto found = node.routes.find(method);
    if (found == node.routes.end() && method == Method::Head) {
      found = node.routes.find(Method::Get);
      if (found != node.routes.end() && !found->second->handler) found = node.routes.end();
    }
    if (found != node.routes.end()) {
      match.route = found->second.get();
    } else if (match.allow.empty()) {
      match.allow = allowOf(node);
    }
    return;
  }
  if (const auto next = node.literals.find(path[depth]); next != node.literals.end()) {
    search(*next->second, method, path, depth + 1, match);
  }
  if (match.route == nullptr && node.parameter != nullptr && !path[depth].empty()) {
    search(*node.parameter, method, path, depth + 1, match);
  }
}

Fields Router::paramsOf(const Route& route, const std::vector<std::string>& path) {
  Fields params;
  std::size_t at = 0;
  for (std::optional<std::string_view> rest = std::string_view(route.pattern).substr(1); rest; ++at) {
    const std::string_view segment = takeSegment(rest);
    if (isParameter(segment)) params.emplace_back(segment.substr(1, segment.size() - 2), path[at]);
  }
  return params;
}

Router::Match Router::find(Method method, const std::vector<std::string>& path) {
  Match match;
  search(root_, method, path, 0, match);
  if (match.route != nullptr) {
    match.params = paramsOf(*match.route, path);
    match.allow.clear();
  } else if (match.allow.empty() && fallback_ != nullptr &&
             (method == Method::Get || method == Method::Head)) {
    match.route = fallback_.get();
  }
  return match;
}

}  // namespace kith::http
