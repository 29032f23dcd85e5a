// Who is online and who types: kept by this process, or in Redis.
#include <future>

#include "app/core.h"
#include "app/node.h"
#include "base/digest.h"
#include "presence/memory/memory_presence.h"
#include "presence/redis/redis_presence.h"
#include "service/stored_secret.h"

namespace kith {
namespace {

using Now = PresenceChange::Now;

PresenceChannel::Changes changesToTell(const std::vector<PresenceChange>& changes) {
  PresenceChannel::Changes out;
  for (const auto& [user, now, scopes] : changes) {
    const bool online = now == Now::Online;
    out.push_back({user, online ? broker::Presence::Now::Online : broker::Presence::Now::Offline, scopes});
  }
  return out;
}

std::vector<PresenceChange> changesHeard(PresenceChannel::Changes changes) {
  std::vector<PresenceChange> out;
  for (auto& [user, now, scopes] : changes) {
    const bool online = now == broker::Presence::Now::Online;
    out.push_back({user, online ? Now::Online : Now::Offline, std::move(scopes)});
  }
  return out;
}

}  // namespace

/// Whether Redis is there now does not matter: a server serves without it, and says so in /readyz.
Expected<void, Error> Node::makePresence() {
  const std::string& url = options_.text("redis.presence");
  if (url.empty()) {
    presence_ = std::make_unique<MemoryPresence>(clock_);
    return {};
  }
  auto redis = RedisOptions::parse(url);
  if (!redis) return Error{"redis.presence: " + redis.error().message};
  RedisPresence::Parts parts{cores_[0]->loop, std::move(*redis), log_};
  // A key of the store names it, and is not told to Redis.
  parts.deployment = TRY(secret(kFrameKey));
  parts.deployment = hexEncode(hmacSha256(parts.deployment, "deployment")).substr(0, 16);
  if (cluster_) {
    parts.publish = [this](const std::vector<PresenceChange>& changes) {
      log_of_scopes_->tellPresence(changesToTell(changes));
    };
  }
  auto presence = std::make_unique<RedisPresence>(std::move(parts));
  redis_presence_ = presence.get();
  presence_ = std::move(presence);
  return {};
}

void Node::hearPresence() {
  if (redis_presence_ == nullptr) return;
  log_of_scopes_->hearPresence(
      [this](PresenceChannel::Changes changes) { redis_presence_->heard(changesHeard(std::move(changes))); });
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
