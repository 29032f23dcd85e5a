// Whether this node is alone, or joined to others through Redis.
#include "app/core.h"
#include "app/node.h"
#include "broker/redis/redis_broker.h"
#include "service/stored_secret.h"

namespace kith {

/// Each of these is allowed, and seldom what was meant.
void Node::warnOfUnjoined() {
  const bool shares_store = !options_.text("store.uri").empty();
  const bool joined = !options_.text("redis.broker").empty();
  if (shares_store && !joined)
    log_.warn("not_joined",
              {{"why", "store.uri without redis.broker: servers on one store would not hear each other"},
               {"do", "set redis.broker before a second one starts; one alone needs nothing"}});
  if (!shares_store && joined)
    log_.warn("joins_nobody",
              {{"why", "redis.broker without store.uri: SQLite is the store of one server alone"},
               {"do", "set store.uri, or leave redis.broker out"}});
  if (shares_store && joined && options_.text("redis.presence").empty())
    log_.warn(
        "presence_of_this_server",
        {{"why", "redis.broker without redis.presence: each server knows only its own people as online"},
         {"do", "set redis.presence as well; it may be the same Redis"}});
}

/// Whether Redis is there now does not matter: a server serves without it, asks the store for what other
/// nodes write, and says so in /readyz.
Expected<void, Error> Node::joinNodes() {
  warnOfUnjoined();
  const std::string& url = options_.text("redis.broker");
  if (url.empty()) return {};
  auto redis = RedisOptions::parse(url);
  if (!redis) return Error{"redis.broker: " + redis.error().message};
  const auto key = TRY(secret(kFrameKey));
  broker::NodeId node = 0;
  while (node == 0) node = Random().number();
  auto joined = std::make_unique<broker::RedisBroker>(broker::RedisBroker::Parts{
      cores_[0]->loop, std::move(*redis), node, kMarksChannel, log_, metrics_, /*options=*/{}});
  redis_broker_ = joined.get();
  broker_ = std::move(joined);
  cluster_.reset(new Cluster{*broker_, node, {key}, clock_});
  return {};
}

}  // namespace kith
