#pragma once

#include <memory>

#include "app/node.h"

namespace kith {

/// One I/O core: its loop and all that lives on it.
struct Node::Core {
  EventLoop loop;
  Hub hub{loop};
  std::unique_ptr<SessionCore> sessions;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<Rest> rest;
  http::Router router;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<Listener> listener;
};

}  // namespace kith
