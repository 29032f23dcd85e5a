#include "presence/redis/redis_presence.h"

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
      lease_({loop_, server_, held_, reaper_, parts.log, options_.lease}),
      renewal_(loop_, server_, held_, options_.renewal),
      sets_(server_) {
  check_timer_ = loop_.after(options_.check_every, [this] { checkSome(); });
}

RedisPresence::~RedisPresence() {
  loop_.cancel(check_timer_);
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

void RedisPresence::checkSome() {
  check_timer_ = loop_.after(options_.check_every, [this] { checkSome(); });
  held_.check((held_.size() + 9) / 10);
}

void RedisPresence::heard(std::vector<PresenceChange> changes) {
  loop_.post([this, changes = std::move(changes)] {
    for (const PresenceChange& change : changes) {
      if (change.now == PresenceChange::Now::Offline) held_.doubt(change.user);
      changes_.tellHere(change);
    }
  });
}

void RedisPresence::leave(Milliseconds lease, Callback<void()> done) {
  loop_.post([this, lease, done = std::move(done)]() mutable { lease_.leave(lease, std::move(done)); });
}

void RedisPresence::onChange(Changes changes) {
  loop_.post([this, changes = std::move(changes)]() mutable { changes_.onChange(std::move(changes)); });
}

void RedisPresence::up(const UserId& user, Memberships memberships) {
  loop_.post([this, user, memberships = std::move(memberships)]() mutable {
    held_.up(user, std::move(memberships), loop_.now());
  });
}

void RedisPresence::down(const UserId& user) {
  loop_.post([this, user] { held_.down(user); });
}

void RedisPresence::online(const Scope& scope, const std::string& cursor, std::size_t limit,
                           Answer<OnlinePage> answer) {
  ASSERT(limit >= 1);
  loop_.post([this, scope, cursor, limit, answer = std::move(answer)]() mutable {
    sets_.page(PresenceKeys::online(scope), cursor, limit, std::move(answer));
  });
}

void RedisPresence::allOnline(const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer) {
  ASSERT(limit >= 1);
  loop_.post([this, cursor, limit, answer = std::move(answer)]() mutable {
    sets_.page(std::string(PresenceKeys::kUsersOnline), cursor, limit, std::move(answer));
  });
}

void RedisPresence::count(const Scope& scope, Answer<std::int64_t> answer) {
  loop_.post([this, scope, answer = std::move(answer)]() mutable { sets_.count(scope, std::move(answer)); });
}

void RedisPresence::isOnline(const UserId& user, Answer<bool> answer) {
  loop_.post([this, user, answer = std::move(answer)]() mutable {
    if (held_.holds(user)) return answer(true);
    sets_.isOnline(user, std::move(answer));
  });
}

void RedisPresence::cleanup(const Scope& scope, Answer<std::int64_t> answer) {
  loop_.post(
      [this, scope, answer = std::move(answer)]() mutable { sets_.cleanup(scope, std::move(answer)); });
}

void RedisPresence::setTtl(const Scope& scope, std::chrono::seconds ttl, Answer<void> answer) {
  ASSERT(ttl.count() >= 1);
  loop_.post([this, scope, ttl, answer = std::move(answer)]() mutable {
    sets_.setTtl(scope, ttl, std::move(answer));
  });
}

void RedisPresence::ttl(const Scope& scope, Answer<std::chrono::seconds> answer) {
  loop_.post([this, scope, answer = std::move(answer)]() mutable { sets_.ttl(scope, std::move(answer)); });
}

void RedisPresence::setTyping(const Scope& scope, std::vector<Typing> changes,
                              Answer<std::vector<Typing>> answer) {
  loop_.post([this, scope, changes = std::move(changes), answer = std::move(answer)]() mutable {
    sets_.setTyping(scope, changes, std::move(answer));
  });
}

}  // namespace kith
