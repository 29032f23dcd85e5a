#pragma once

#include <string>

#include "presence/redis/presence_server.h"

namespace kith {

/// The mark in Redis of whose servers keep presence there: people of two stores in one database would be
/// mixed. The servers that come second find the mark of the first, and say so.
///
/// Lives on its loop, owned by RedisPresence. The mark lasts as long as a lease, and each beat renews it. It
/// forbids nothing: who put an empty store in the place of another waits for the end of the lease.
class Claim {
 public:
  /// `deployment` names the store; empty: nothing is marked.
  Claim(PresenceServer& server, Log& log, std::string deployment);

  void renew(Milliseconds lease);
  /// Whether servers of another store were there first.
  bool isForeign() const { return foreign_; }

 private:
  PresenceServer& server_;
  Log& log_;
  const std::string deployment_;
  bool foreign_ = false;
};

}  // namespace kith
