#pragma once

#include <string>

#include "base/random.h"
#include "presence/redis/presence_changes.h"
#include "presence/redis/presence_server.h"

namespace kith {

struct ReaperOptions {
  std::size_t slice = 100;
  Milliseconds chance_max{200};  // so that not all nodes come at once
};

/// Takes the users of dead nodes offline.
///
/// Lives on its loop, owned by RedisPresence. Any node may reap, several at once: each user is handed to one
/// of them. One node at a time, one slice in flight, and at most 30 % of the time.
class Reaper {
 public:
  using Options = ReaperOptions;
  struct Parts {
    EventLoop& loop;
    PresenceServer& server;
    PresenceChanges& changes;
    Log& log;
    Callback<void()> finished;  // with one node: who is next, a beat says
    Options options{};
  };
  explicit Reaper(Parts parts);
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  /// The lease of another node ends then: look at it at that time. A later call counts, while none is under
  /// way.
  void expect(const std::string& node, Milliseconds left);
  /// The connection is lost.
  void forget();

 private:
  void reap();
  void reaped(const Expected<RedisReply, RedisError>& reply, MonotonicMs began);

  EventLoop& loop_;
  PresenceServer& server_;
  PresenceChanges& changes_;
  Log& log_;
  Callback<void()> finished_;
  const Options options_;
  Random random_;
  std::string node_;
  std::size_t gone_ = 0;  // users of it who went offline so far
  bool under_way_ = false;
  Loop::TimerId timer_ = 0;
};

}  // namespace kith
