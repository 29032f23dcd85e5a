#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "eventlog/publish.h"
#include "presence/presence.h"

namespace kith {

/// Finds the names of these people and tells those who asked; `done` once, on any thread.
using TellJoinLeave = Callback<void(const Scope&, std::vector<JoinLeave>, Task done)>;
/// Names from the store; people whose names cannot be read are told without.
TellJoinLeave tellJoinLeaveThrough(EventLog& log, Publish& publish);

/// Join and leave, one by one, where a client of this node asked for them.
///
/// Lives on one loop; owned by OnlineStatusService. Of one place one reading of names is under way at a time,
/// so that what is told keeps its order. A place that nobody watches takes no memory and reads no names. What
/// is lost is never repeated: a client that must know reads presence anew.
class JoinLeaves {
 public:
  static constexpr std::size_t kWaitingMax = 1'000;  // of a place; more are lost

  using Changed = std::vector<std::pair<UserId, PresenceChange::Now>>;

  JoinLeaves(Loop& loop, TellJoinLeave tell) : loop_(loop), tell_(std::move(tell)) {}

  /// One subscription more, one less.
  void watch(const Scope& place);
  void unwatch(const Scope& place);
  void changed(const Scope& place, const Changed& who);

 private:
  struct Place {
    std::size_t watchers = 0;
    bool telling = false;
    std::vector<JoinLeave> waiting;
  };
  void tell(const Scope& scope, Place& place);
  void told(const Scope& scope);

  Loop& loop_;
  TellJoinLeave tell_;
  std::unordered_map<Scope, Place> places_;
};

}  // namespace kith
