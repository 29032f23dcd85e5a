#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/loop.h"
#include "eventlog/publication.h"
#include "net/frame.h"

namespace kith {

/// One who listens: a client's connection, to the hub of its core.
class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual const UserId& listener() const = 0;
  /// The last offset that his subscription did not bring live: it began above.
  virtual Offset heardAfter(const Scope& scope) const = 0;
  /// A frame of a scope he listens to. Must not change subscriptions.
  virtual void deliver(const Scope& scope, const FrameRef& frame, FrameKind kind) = 0;
  /// Somebody came online in a place, or went. True if he asked to be told. Must not change subscriptions.
  virtual bool joinedOrLeft(const Scope& scope, const FrameRef& frame) = 0;
  /// His right to listen has ended; he is taken off already.
  virtual void ended(const Scope& scope) = 0;
  /// The scope's log is another one now: what he knows of it is void, and he is to come again.
  virtual void restarted(const Scope& scope) = 0;
  /// An entry of his own `user:` scope, beside its frame.
  virtual void noticed(const Publication& publication) = 0;
};

/// The subscriptions of one I/O core: which subscribers want which scope.
///
/// Lives on its core's loop and has no locks; other threads reach it through Fanout, which posts.
/// Subscribers are not owned: each unsubscribes before it dies. A broadcast never blocks and encodes
/// nothing. What a turn brings to a scope is joined once and reaches each subscriber as one frame at
/// the end of the turn: his part of a delivery is paid per turn, not per message. It comes earlier
/// where it must stay in order: before a subscription begins or ends, and before a user's notices.
class Hub {
 public:
  explicit Hub(Loop& loop) : loop_(loop) {}

  /// Gives the scope as all its subscribers may hold it: the same text.
  const Scope& subscribe(const Scope& scope, Subscriber& subscriber);
  /// Idempotent.
  void unsubscribe(const Scope& scope, Subscriber& subscriber);

  /// Ends the subscriptions that the entry ends, then queues the frame for everybody else.
  /// The number of those who get it.
  std::size_t broadcast(const Scope& scope, const Publication& publication, const FrameRef& frame);
  std::size_t signal(const Scope& scope, const FrameRef& frame) {
    return queue(scope, frame, FrameKind::Signal);
  }

  /// Ends what a user listens to here since before the entry at `offset` put him out. Idempotent.
  void endFor(const Scope& scope, const UserId& user, Offset offset);

  /// Tells all who listen here that they are to come again.
  void restart(const Scope& scope);

  /// To those who asked for it, whose number it gives.
  std::size_t joinLeave(const Scope& scope, const FrameRef& frame);

  std::size_t subscriptions() const { return subscriptions_; }

 private:
  using Listeners = std::vector<Subscriber*>;
  static constexpr std::uint32_t kNothing = ~std::uint32_t{0};
  // Beyond this, frames are not joined but follow each other: a slow reader's queue stays divisible.
  static constexpr std::size_t kJoinedBytesMax = 64 * 1024;
  struct Place {
    // A vector, not a set: a scope is broadcast to far more often than it is joined.
    Listeners listeners;
    std::uint32_t due = kNothing;  // what waits for the end of the turn, in due_
  };
  using Places = std::unordered_map<Scope, Place>;
  struct Due {
    Places::value_type* place;  // none: delivered already
    FrameKind kind;
    FrameRef frame;      // the first of the turn,
    std::string joined;  // and all of them, once there are more
  };

  Listeners listenersOf(const Scope& scope) const;
  std::size_t queue(const Scope& scope, const FrameRef& frame, FrameKind kind);
  void settle(const Scope& scope);
  void settle(Places::value_type& place);
  void settleAll();
  template <class Condition>
  void endIf(const Scope& scope, const Condition& condition);

  Loop& loop_;
  Places places_;
  std::vector<Due> due_;
  std::size_t subscriptions_ = 0;
};

}  // namespace kith
