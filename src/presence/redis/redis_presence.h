#pragma once

#include <string>
#include <vector>

#include "presence/redis/claim.h"
#include "presence/redis/held_users.h"
#include "presence/redis/lease.h"
#include "presence/redis/online_sets.h"
#include "presence/redis/presence_changes.h"
#include "presence/redis/presence_server.h"
#include "presence/redis/reaper.h"
#include "presence/redis/set_renewal.h"

namespace kith {

struct RedisPresenceOptions {
  RedisConnectionLimits connection{};
  LeaseOptions lease{};
  ReaperOptions reaper{};
  HeldUsersOptions held{};
  SetRenewalOptions renewal{};
  PresenceChangesOptions changes{};
  Milliseconds check_every{60'000};  // a tenth of the users
};

/// Presence of a deployment of several nodes that share one Redis server, or of one node that others may
/// read.
///
/// Made and destroyed on its loop, or after that has ended; everything else from any thread, and the work is
/// done on the loop. Owned by the wiring. What the node was told is kept here and Redis is made to agree with
/// it, also after a restart, an emptied server or a pause (see HeldUsers and Lease); while the server cannot
/// be reached questions are answered with a temporary fault, but for isOnline() of a user this node holds.
/// Answers come on the loop. Nothing waits for Redis, and nothing said is repeated by a queue: only what is
/// true then is said again.
class RedisPresence final : public Presence {
 public:
  struct Parts {
    EventLoop& loop;
    RedisOptions redis;
    Log& log;
    PublishPresence publish = {};  // on the loop; the others give it to theirs by heard()
    RedisPresenceOptions options{};
    std::string deployment = {};  // names the store, for Claim
  };
  explicit RedisPresence(Parts parts);
  ~RedisPresence() override;

  /// What another node has published. It may be late: what is no longer so is not told.
  void heard(std::vector<PresenceChange> changes);
  /// The node ends: others take its users offline when `lease` is over, unless they came back elsewhere.
  /// Nothing is said to Redis after it. `done` comes on the loop.
  void leave(Milliseconds lease, Callback<void()> done);

  void onChange(Changes changes) override;
  void up(const UserId& user, Memberships memberships) override;
  void down(const UserId& user) override;
  void online(const Scope& scope, const std::string& cursor, std::size_t limit,
              Answer<OnlinePage> answer) override;
  void allOnline(const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer) override;
  void count(const Scope& scope, Answer<std::int64_t> answer) override;
  void isOnline(const UserId& user, Answer<bool> answer) override;
  void cleanup(const Scope& scope, Answer<std::int64_t> answer) override;
  void setTtl(const Scope& scope, std::chrono::seconds ttl, Answer<void> answer) override;
  void ttl(const Scope& scope, Answer<std::chrono::seconds> answer) override;
  void setTyping(const Scope& scope, std::vector<Typing> changes,
                 Answer<std::vector<Typing>> answer) override;

  /// What is amiss with it, for whoever watches the server; empty: nothing. On the loop.
  std::string_view trouble() const;

  // For tests, on the loop.
  bool isConnected() const { return server_.isConnected(); }
  /// Nothing is under way, and all that was said is with Redis.
  bool isAtRest() const { return server_.waiting() == 0 && held_.isSaid(); }
  const std::string& node() const { return lease_.node(); }
  void beat() { lease_.beat(); }
  void check(std::size_t users) { held_.check(users); }

 private:
  void onLoop(Task task);
  void onState(RedisState state);
  void hear(const PresenceChange& change);
  void checkSome();

  EventLoop& loop_;
  const RedisPresenceOptions options_;
  PresenceChanges changes_;
  PresenceServer server_;
  HeldUsers held_;
  Reaper reaper_;
  Claim claim_;
  Lease lease_;
  SetRenewal renewal_;
  OnlineSets sets_;
  Loop::TimerId check_timer_ = 0;
  // Of the loop: null once this is no more.
  const std::shared_ptr<RedisPresence*> self_ = std::make_shared<RedisPresence*>(this);
};

}  // namespace kith
