#pragma once

#include <string>

#include "presence/redis/claim.h"
#include "presence/redis/held_users.h"
#include "presence/redis/reaper.h"

namespace kith {

struct LeaseOptions {
  Milliseconds beat_every{4'000};
  Milliseconds lease{12'000};
};

/// This process as one of the nodes: its incarnation, and the lease that says it lives.
///
/// Lives on its loop, owned by RedisPresence. An incarnation whose lease was lost, by a pause or since Redis
/// was emptied, is fenced: it is never used again, and the node takes a new one and says all its users anew.
/// What the old one left is put up for reaping.
class Lease {
 public:
  using Options = LeaseOptions;
  struct Parts {
    EventLoop& loop;
    PresenceServer& server;
    HeldUsers& held;
    Reaper& reaper;
    Claim& claim;
    Log& log;
    Options options{};
  };
  explicit Lease(Parts parts);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  const std::string& node() const { return node_; }
  /// Redis answers, and refuses what presence needs.
  bool isRefused() const { return refused_; }

  void connected();
  void lost();
  /// Redis refused a command of this incarnation.
  void fenced(const std::string& node);
  void beat();
  /// The last beat: others take over when `lease` is over. `done` when Redis has it or cannot be reached.
  void leave(Milliseconds lease, Callback<void()> done);

 private:
  void beaten(const std::string& node, bool comparable, std::size_t users,
              const Expected<RedisReply, RedisError>& reply);
  void sendBeat(Milliseconds lease, PresenceServer::Answer answer);

  EventLoop& loop_;
  PresenceServer& server_;
  HeldUsers& held_;
  Reaper& reaper_;
  Claim& claim_;
  Log& log_;
  const Options options_;
  Random random_;
  std::string node_;
  bool known_ = false;       // this incarnation has had a beat answered
  bool resync_due_ = false;  // with the next answer
  bool left_ = false;
  bool refused_ = false;  // the last beat
  Loop::TimerId timer_ = 0;
};

}  // namespace kith
