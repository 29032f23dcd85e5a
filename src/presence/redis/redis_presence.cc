#include "presence/redis/redis_presence.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "presence/redis/presence_keys.h"

namespace kith {

RedisPresence::RedisPresence(Parts parts)
    : loop_(parts.loop),
      options_(parts.options),
      changes_(loop_, std::move(parts.publish), options_.changes),
      server_(
          loop_, std::move(parts.redis), parts.log,
          [this](RedisState state, const std::string&) { onState(state); }, options_.connection),
      held_({server_, changes_, parts.log, [this](const std::string& node) { lease_.fenced(node); },
             options_.held}),
      reaper_({loop_, server_, changes_, parts.log, [this] { lease_.beat(); }, options_.reaper}),
      claim_(server_, parts.log, std::move(parts.deployment)),
      lease_({loop_, server_, held_, reaper_, claim_, parts.log, options_.lease}),
      renewal_(loop_, server_, held_, options_.renewal),
      sets_(server_) {
  check_timer_ = loop_.after(options_.check_every, [this] { checkSome(); });
}

RedisPresence::~RedisPresence() {
  *self_ = nullptr;
  loop_.cancel(check_timer_);
}

/// What is posted already when this ends is dropped.
void RedisPresence::onLoop(Task task) {
  loop_.post([self = self_, task = std::move(task)]() mutable {
    if (*self != nullptr) task();
  });
}

void RedisPresence::onState(RedisState state) {
  if (state == RedisState::Connected) {
    lease_.connected();
    renewal_.connected();
  } else if (state == RedisState::Lost) {
    lease_.lost();
    renewal_.lost();
  }
}

std::string_view RedisPresence::trouble() const {
  if (!server_.isConnected()) return "presence away";
  if (lease_.isRefused()) return "presence refused";
  return claim_.isForeign() ? "presence shared" : "";
}

void RedisPresence::checkSome() {
  check_timer_ = loop_.after(options_.check_every, [this] { checkSome(); });
  held_.check((held_.size() + 9) / 10);
}

void RedisPresence::heard(std::vector<PresenceChange> changes) {
  onLoop([this, changes = std::move(changes)] {
    for (const PresenceChange& change : changes) hear(change);
  });
}

/// Publications of two nodes may overtake each other, and what a node tells itself comes before both. Whether
/// it is still so, Redis knows; while it does not answer, the word of the other node stands.
void RedisPresence::hear(const PresenceChange& change) {
  server_.command({"HGET", PresenceKeys::user(change.user), "s"},
                  [this, change = change](const Expected<RedisReply, RedisError>& reply) mutable {
                    const bool online = change.now == PresenceChange::Now::Online;
                    if (reply && !change.scopes.empty()) {
                      auto now = parseScopes(reply->text);
                      std::sort(now.begin(), now.end());
                      std::erase_if(change.scopes, [&](const Scope& scope) {
                        return std::binary_search(now.begin(), now.end(), scope) != online;
                      });
                      if (change.scopes.empty()) return;
                    }
                    if (!online) held_.doubt(change.user);
                    changes_.tellHere(change);
                  });
}

void RedisPresence::leave(Milliseconds lease, Callback<void()> done) {
  onLoop([this, lease, done = std::move(done)]() mutable { lease_.leave(lease, std::move(done)); });
}

void RedisPresence::onChange(Changes changes) {
  onLoop([this, changes = std::move(changes)]() mutable { changes_.onChange(std::move(changes)); });
}

void RedisPresence::up(const UserId& user, Memberships memberships) {
  onLoop([this, user, memberships = std::move(memberships)]() mutable {
    held_.up(user, std::move(memberships), loop_.now());
  });
}

void RedisPresence::down(const UserId& user) {
  onLoop([this, user] { held_.down(user); });
}

void RedisPresence::online(const Scope& scope, const std::string& cursor, std::size_t limit,
                           Answer<OnlinePage> answer) {
  ASSERT(limit >= 1);
  onLoop([this, scope, cursor, limit, answer = std::move(answer)]() mutable {
    sets_.page(PresenceKeys::online(scope), cursor, limit, std::move(answer));
  });
}

void RedisPresence::allOnline(const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer) {
  ASSERT(limit >= 1);
  onLoop([this, cursor, limit, answer = std::move(answer)]() mutable {
    sets_.page(std::string(PresenceKeys::kUsersOnline), cursor, limit, std::move(answer));
  });
}

void RedisPresence::count(const Scope& scope, Answer<std::int64_t> answer) {
  onLoop([this, scope, answer = std::move(answer)]() mutable { sets_.count(scope, std::move(answer)); });
}

void RedisPresence::isOnline(const UserId& user, Answer<bool> answer) {
  onLoop([this, user, answer = std::move(answer)]() mutable {
    if (held_.holds(user)) return answer(true);
    sets_.isOnline(user, std::move(answer));
  });
}

void RedisPresence::cleanup(const Scope& scope, Answer<std::int64_t> answer) {
  onLoop([this, scope, answer = std::move(answer)]() mutable { sets_.cleanup(scope, std::move(answer)); });
}

void RedisPresence::setTtl(const Scope& scope, std::chrono::seconds ttl, Answer<void> answer) {
  ASSERT(ttl.count() >= 1);
  onLoop([this, scope, ttl, answer = std::move(answer)]() mutable {
    sets_.setTtl(scope, ttl, std::move(answer));
  });
}

void RedisPresence::ttl(const Scope& scope, Answer<std::chrono::seconds> answer) {
  onLoop([this, scope, answer = std::move(answer)]() mutable { sets_.ttl(scope, std::move(answer)); });
}

void RedisPresence::setTyping(const Scope& scope, std::vector<Typing> changes,
                              Answer<std::vector<Typing>> answer) {
  onLoop([this, scope, changes = std::move(changes), answer = std::move(answer)]() mutable {
    sets_.setTyping(scope, changes, std::move(answer));
  });
}

}  // namespace kith
