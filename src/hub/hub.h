#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "eventlog/publication.h"
#include "net/frame.h"

namespace kith {

/// One who listens: a client's connection, to the hub of its core.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual const UserId& listener() const = 0;
  /// A frame of a scope he listens to. Must not change subscriptions.
  virtual void deliver(const Scope& scope, const FrameRef& frame, FrameKind kind) = 0;
  /// His right to listen has ended; he is taken off already.
  virtual void ended(const Scope& scope) = 0;
  /// An entry of his own `user:` scope, beside its frame.
  virtual void noticed(const Publication& publication) = 0;
};

/// The subscriptions of one I/O core: which subscribers want which scope.
///
/// Lives on its core's loop and has no locks; other threads reach it through Fanout, which posts.
/// Subscribers are not owned: each unsubscribes before it dies. A broadcast never blocks, encodes
/// nothing and copies nothing.
class Hub {
 public:
  void subscribe(const Scope& scope, Subscriber& subscriber);
  /// Idempotent.
  void unsubscribe(const Scope& scope, Subscriber& subscriber);

  /// Ends the subscriptions that the entry ends, then queues the one shared frame at everybody else.
  /// The number of those who got it.
  std::size_t broadcast(const Scope& scope, const Publication& publication, const FrameRef& frame);
  std::size_t signal(const Scope& scope, const FrameRef& frame) { return deliver(scope, frame, FrameKind::Signal); }

  std::size_t subscriptions() const { return subscriptions_; }

 private:
  using Listeners = std::vector<Subscriber*>;
  std::size_t deliver(const Scope& scope, const FrameRef& frame, FrameKind kind);
  void endFor(const Scope& scope, const UserId& user);
  // Vectors, not sets: a scope is broadcast to far more often than it is joined.
  std::unordered_map<Scope, Listeners> listeners_;
  std::size_t subscriptions_ = 0;
};

}  // namespace kith
