// Whether this node is alone, or joined to others through Redis.
#include "app/core.h"
#include "app/node.h"
#include "app/presence_link.h"
#include "broker/redis/redis_broker.h"
#include "presence/redis/redis_presence.h"
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
  broker::Broker* to_nodes = broker_.get();
  if (redis_presence_ != nullptr) {
    presence_link_ = std::make_unique<PresenceLink>(PresenceLink::Parts{
        *broker_, node, {key}, clock_, metrics_, [this](std::vector<PresenceChange> changes) {
          redis_presence_->heard(std::move(changes));
        }});
    to_nodes = presence_link_.get();
  }
  cluster_.reset(new Cluster{*to_nodes, node, {key}, clock_});
  return {};
}

}  // namespace kith
