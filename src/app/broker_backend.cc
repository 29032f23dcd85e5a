// Whether this node is alone, or joined to others through Redis.
#include "app/core.h"
#include "app/node.h"
#include "broker/redis/redis_broker.h"
#include "service/stored_secret.h"

namespace kith {

/// Whether Redis is there now does not matter: a server serves without it, asks the store for what other
/// nodes write, and says so in /readyz.
Expected<void, Error> Node::joinNodes() {
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
