#include "presence/redis/held_users.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "presence/redis/presence_keys.h"

namespace kith {
namespace {

std::string packed(const std::vector<Scope>& scopes) {
  std::string out;
  for (const Scope& scope : scopes) {
    if (!out.empty()) out += ' ';
    out += scope.name();
  }
  return out;
}

}  // namespace

std::vector<Scope> parseScopes(std::string_view text) {
  std::vector<Scope> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (const auto scope = Scope::parse(text.substr(0, end))) out.push_back(*scope);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

HeldUsers::HeldUsers(Parts parts)
    : server_(parts.server),
      changes_(parts.changes),
      log_(parts.log),
      fenced_(std::move(parts.fenced)),
      options_(parts.options) {}

void HeldUsers::up(const UserId& user, Memberships memberships, MonotonicMs now) {
  const auto known = users_.find(user);
  if (known != users_.end() && known->second->version.epoch == memberships.version.epoch &&
      memberships.version.offset <= known->second->version.offset) {
    return;
  }
  auto& scopes = memberships.scopes;
  std::sort(scopes.begin(), scopes.end());
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  setHeld(user, std::make_shared<const Memberships>(std::move(memberships)), now);
  say(user);
}

void HeldUsers::down(const UserId& user) {
  if (!users_.contains(user)) return;
  setHeld(user, nullptr, 0);
  say(user);
}

void HeldUsers::setHeld(const UserId& user, Held held, MonotonicMs now) {
  if (held) {
    for (const Scope& scope : held->scopes) {
      Place& place = places_[scope];
      if (place.users++ == 0) place.renewed = now;
    }
  }
  const auto before = users_.find(user);
  if (before != users_.end()) {
    for (const Scope& scope : before->second->scopes) {
      const auto place = places_.find(scope);
      if (--place->second.users == 0) places_.erase(place);
    }
  }
  if (!held)
    users_.erase(before);
  else if (before != users_.end())
    before->second = std::move(held);
  else
    users_.emplace(user, std::move(held));
}

void HeldUsers::join(const std::string& node) {
  node_ = node;
  joined_ = true;
}

void HeldUsers::part() {
  joined_ = false;
  resyncing_ = false;
  checking_ = false;
  ++round_;
  dirty_.clear();  // all are told again after the next connection
  all_dirty_ = false;
}

void HeldUsers::say(const UserId& user) {
  if (!joined_) return;
  const auto held = users_.find(user);
  if (held != users_.end())
    sayUp(user, held->second);
  else
    sayDown(user);
}

void HeldUsers::sayUp(const UserId& user, const Held& held, Callback<void()> then) {
  const std::vector<std::string> keys{std::string(PresenceKeys::kNodes),
                                      std::string(PresenceKeys::kUsersOnline), PresenceKeys::node(node_),
                                      PresenceKeys::user(user)};
  const std::vector<std::string> arguments{node_,
                                           user.text(),
                                           held->version.epoch,
                                           std::to_string(held->version.offset),
                                           packed(held->scopes),
                                           std::to_string(kOnlineTtl.count())};
  server_.run(server_.scripts().up, keys, arguments,
              [this, user, held, node = node_, then = std::move(then)](Reply reply) mutable {
                if (!failed(user, reply)) {
                  if (reply->integer >= 0)
                    cameUp(user, held, reply->integer == 1);
                  else if (node == node_ && joined_)
                    fenced_(node);
                }
                if (then) then();
              });
}

void HeldUsers::sayDown(const UserId& user, std::shared_ptr<std::vector<Scope>> scopes) {
  const std::vector<std::string> keys{std::string(PresenceKeys::kNodes),
                                      std::string(PresenceKeys::kUsersOnline), PresenceKeys::node(node_),
                                      PresenceKeys::user(user)};
  server_.run(server_.scripts().down, keys, {node_, user.text()},
              [this, user, scopes = std::move(scopes)](Reply reply) mutable {
                if (failed(user, reply)) return;
                wentDown(user, reply->integer == 1, scopes ? std::move(*scopes) : std::vector<Scope>());
              });
}

/// What failed while the server is there is said again by a beat; if it is not, all is said anew anyway.
bool HeldUsers::failed(const UserId& user, const Reply& reply) {
  if (reply && reply->kind == RedisReply::Kind::Integer) return false;
  const bool gone = !reply && (reply.error().kind == RedisError::Kind::Lost ||
                               reply.error().kind == RedisError::Kind::NotConnected);
  if (gone || all_dirty_) return true;
  if (dirty_.empty()) {
    log_.error("presence_command_failed",
               {{"user", user.text()}, {"why", reply ? "an answer of another kind" : reply.error().text}});
  }
  dirty_.insert(user);
  if (dirty_.size() > options_.dirty_max) {
    dirty_.clear();
    all_dirty_ = true;
  }
  return true;
}

void HeldUsers::cameUp(const UserId& user, const Held& held, bool came_online) {
  const auto [told, first] = told_.try_emplace(user);
  const Told before = std::exchange(told->second, Told{held});
  if (first) {
    if (came_online) changes_.tell({user, PresenceChange::Now::Online, held->scopes});
    return;
  }
  if (came_online) {  // Redis had lost him: no news here unless somebody said so
    const PresenceChange change{user, PresenceChange::Now::Online, held->scopes};
    before.doubted ? changes_.tell(change) : changes_.tellOthers(change);
  }
  if (before.memberships != held) tellDifference(user, *before.memberships, *held);
}

void HeldUsers::tellDifference(const UserId& user, const Memberships& before, const Memberships& now) {
  PresenceChange entered{user, PresenceChange::Now::Online, {}};
  PresenceChange left{user, PresenceChange::Now::Offline, {}};
  std::set_difference(now.scopes.begin(), now.scopes.end(), before.scopes.begin(), before.scopes.end(),
                      std::back_inserter(entered.scopes));
  std::set_difference(before.scopes.begin(), before.scopes.end(), now.scopes.begin(), now.scopes.end(),
                      std::back_inserter(left.scopes));
  if (!entered.scopes.empty()) changes_.tell(entered);
  if (!left.scopes.empty()) changes_.tell(left);
}

void HeldUsers::wentDown(const UserId& user, bool went_offline, std::vector<Scope> scopes) {
  const auto told = told_.find(user);
  if (told != told_.end()) {
    scopes = told->second.memberships->scopes;
    told_.erase(told);
  }
  if (went_offline) changes_.tell({user, PresenceChange::Now::Offline, std::move(scopes)});
}

void HeldUsers::doubt(const UserId& user) {
  const auto told = told_.find(user);
  if (told != told_.end()) told->second.doubted = true;
}

}  // namespace kith
