#include "presence/redis/lease.h"

#include <utility>

#include "base/digest.h"
#include "presence/redis/presence_keys.h"

namespace kith {
namespace {

std::string newIncarnation(Random& random) {
  std::string bytes(8, '\0');
  random.fill(bytes.data(), bytes.size());
  return hexEncode(bytes);
}

}  // namespace

Lease::Lease(Parts parts)
    : loop_(parts.loop),
      server_(parts.server),
      held_(parts.held),
      reaper_(parts.reaper),
      claim_(parts.claim),
      log_(parts.log),
      options_(parts.options),
      node_(newIncarnation(random_)) {}

Lease::~Lease() {
  loop_.cancel(timer_);
}

/// The beat goes out before anything else, so that the ups behind it find the lease.
void Lease::connected() {
  if (left_) return;
  resync_due_ = true;
  held_.join(node_);
  beat();
}

void Lease::lost() {
  loop_.cancel(std::exchange(timer_, 0));
  held_.part();
  reaper_.forget();
}

void Lease::sendBeat(Milliseconds lease, PresenceServer::Answer answer) {
  server_.run(server_.scripts().beat, {std::string(PresenceKeys::kNodes), PresenceKeys::node(node_)},
              {node_, std::to_string(lease.count()), known_ ? "" : "new"}, std::move(answer));
}

void Lease::beat() {
  loop_.cancel(std::exchange(timer_, 0));
  if (!server_.isConnected() || left_) return;
  timer_ = loop_.after(options_.beat_every, [this] {
    timer_ = 0;
    beat();
  });
  held_.retry();
  claim_.renew(options_.lease);
  // Commands are answered in order: what was said before this beat is in its count.
  sendBeat(options_.lease,
           [this, node = node_, comparable = held_.isSaid(), users = held_.size()](
               const Expected<RedisReply, RedisError>& reply) { beaten(node, comparable, users, reply); });
}

void Lease::beaten(const std::string& node, bool comparable, std::size_t users,
                   const Expected<RedisReply, RedisError>& reply) {
  if (node != node_ || left_) return;
  refused_ = !reply && reply.error().kind == RedisError::Kind::Refused && !reply.error().isCode("NOSCRIPT");
  if (refused_) server_.logRefusal("presence_beat_refused", reply.error().text);
  if (!reply) return;
  if (reply->items.size() == 1) return fenced(node);
  if (reply->items.size() != 3) return;
  known_ = true;
  const bool differs = comparable && reply->items[0].integer != static_cast<std::int64_t>(users);
  if (differs && !resync_due_) {
    log_.warn("presence_differs",
              {{"held", std::to_string(users)}, {"redis", std::to_string(reply->items[0].integer)}});
  }
  if (std::exchange(resync_due_, false) || differs) held_.resync();
  const Milliseconds left(reply->items[2].integer);
  if (reply->items[1].text != node_ && left < options_.beat_every) reaper_.expect(reply->items[1].text, left);
}

void Lease::fenced(const std::string& node) {
  if (node != node_ || left_) return;
  log_.warn("presence_fenced", {{"node", node_}});
  const std::string old = std::exchange(node_, newIncarnation(random_));
  server_.command({"ZADD", PresenceKeys::kNodes, "0", old});
  known_ = false;
  resync_due_ = true;
  held_.join(node_);
  beat();
}

void Lease::leave(Milliseconds lease, Callback<void()> done) {
  if (!server_.isConnected() || std::exchange(left_, true)) return done();
  loop_.cancel(std::exchange(timer_, 0));
  held_.part();
  reaper_.forget();
  sendBeat(lease, [done = std::move(done)](const Expected<RedisReply, RedisError>&) mutable { done(); });
}

}  // namespace kith
