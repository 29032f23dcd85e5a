#include "presence/redis/claim.h"

#include <utility>

#include "presence/redis/presence_keys.h"

namespace kith {

Claim::Claim(PresenceServer& server, Log& log, std::string deployment)
    : server_(server), log_(log), deployment_(std::move(deployment)) {}

void Claim::renew(Milliseconds lease) {
  if (deployment_.empty()) return;
  server_.run(server_.scripts().claim, {std::string(PresenceKeys::kDeployment)},
              {deployment_, std::to_string(lease.count())},
              [this](const Expected<RedisReply, RedisError>& reply) {
                if (!reply) return;
                const bool was_foreign = std::exchange(foreign_, reply->integer == 0);
                if (!foreign_ || was_foreign) return;
                log_.error("presence_shared",
                           {{"redis", server_.name()},
                            {"why", "servers of another store keep presence in this database of Redis"},
                            {"do", "give each store a database of its own in redis.presence"}});
              });
}

}  // namespace kith
