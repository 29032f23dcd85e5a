#include "presence/redis/reaper.h"

#include <algorithm>
#include <utility>

#include "presence/redis/held_users.h"
#include "presence/redis/presence_keys.h"

namespace kith {

Reaper::Reaper(Parts parts)
    : loop_(parts.loop),
      server_(parts.server),
      changes_(parts.changes),
      log_(parts.log),
      finished_(std::move(parts.finished)),
      options_(parts.options) {}

Reaper::~Reaper() {
  loop_.cancel(timer_);
}

void Reaper::expect(const std::string& node, Milliseconds left) {
  if (under_way_) return;
  node_ = node;
  loop_.cancel(timer_);
  const auto most = static_cast<std::uint64_t>(options_.chance_max.count());
  const Milliseconds chance(random_.number() % (most + 1));
  timer_ = loop_.after(std::max(left, Milliseconds(0)) + chance, [this] {
    timer_ = 0;
    under_way_ = true;
    gone_ = 0;
    reap();
  });
}

void Reaper::forget() {
  loop_.cancel(std::exchange(timer_, 0));
  under_way_ = false;
}

void Reaper::reap() {
  server_.run(
      server_.scripts().reap,
      {std::string(PresenceKeys::kNodes), std::string(PresenceKeys::kUsersOnline), PresenceKeys::node(node_)},
      {node_, std::to_string(options_.slice)},
      [this, began = loop_.now()](const Expected<RedisReply, RedisError>& reply) { reaped(reply, began); });
}

void Reaper::reaped(const Expected<RedisReply, RedisError>& reply, MonotonicMs began) {
  if (!under_way_) return;
  const auto left = reply && !reply->items.empty() ? reply->items[0].integer : -1;
  for (std::size_t i = 1; reply && i + 1 < reply->items.size(); i += 2) {
    const auto user = UserId::parse(reply->items[i].text);
    if (!user) continue;
    ++gone_;
    changes_.tell({*user, PresenceChange::Now::Offline, parseScopes(reply->items[i + 1].text)});
  }
  if (left > 0) {
    timer_ = loop_.after(Milliseconds((loop_.now() - began) * 7 / 3), [this] {
      timer_ = 0;
      reap();
    });
    return;
  }
  under_way_ = false;
  if (left == 0) log_.info("presence_node_reaped", {{"node", node_}, {"users", std::to_string(gone_)}});
  if (reply) finished_();
}

}  // namespace kith
