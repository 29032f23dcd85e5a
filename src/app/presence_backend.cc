// Who is online and who types: kept by this process, or in Redis.
#include <future>

#include "app/core.h"
#include "app/node.h"
#include "app/presence_link.h"
#include "presence/memory/memory_presence.h"
#include "presence/redis/redis_presence.h"

namespace kith {

/// Whether Redis is there now does not matter: a server serves without it, and says so in /readyz.
Expected<void, Error> Node::makePresence() {
  const std::string& url = options_.text("redis.presence");
  if (url.empty()) {
    presence_ = std::make_unique<MemoryPresence>(clock_);
    return {};
  }
  auto redis = RedisOptions::parse(url);
  if (!redis) return Error{"redis.presence: " + redis.error().message};
  auto presence = std::make_unique<RedisPresence>(
      RedisPresence::Parts{cores_[0]->loop, std::move(*redis), log_,
                           [this](const std::vector<PresenceChange>& changes) {
                             if (presence_link_) presence_link_->tell(changes);
                           },
                           /*options=*/{}});
  redis_presence_ = presence.get();
  presence_ = std::move(presence);
  return {};
}

/// Clients come back to another node within the grace: until then nobody says that they have gone.
void Node::leavePresence(const std::atomic<bool>& hurry) {
  if (redis_presence_ == nullptr) return;
  auto left = std::make_shared<std::promise<void>>();
  auto done = left->get_future();
  redis_presence_->leave(Milliseconds(options_.number("presence.grace")), [left] { left->set_value(); });
  while (done.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready && !hurry) {
  }
}

}  // namespace kith
