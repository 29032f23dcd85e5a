// How Redis is made to agree with the users held: what goes over all of them, in slices.
#include <algorithm>
#include <utility>

#include "presence/redis/held_users.h"
#include "presence/redis/presence_keys.h"

namespace kith {

void HeldUsers::resync() {
  resyncing_ = true;
  dirty_.clear();
  all_dirty_ = false;
  resyncSet("0", ++round_);
}

/// First those who stand there and are not here: a down of theirs was lost. A page at a time.
void HeldUsers::resyncSet(const std::string& cursor, std::uint64_t round) {
  const std::string count = std::to_string(options_.slice);
  server_.command({"SSCAN", PresenceKeys::node(node_), cursor, "COUNT", count}, [this, round](Reply reply) {
    if (round != round_) return;
    if (!reply || reply->items.size() != 2) {
      resyncing_ = false;
      all_dirty_ = true;
      return;
    }
    for (const RedisReply& item : reply->items[1].items) {
      const auto user = UserId::parse(item.text);
      if (user && !users_.contains(*user)) sayDownOfUnknown(*user);
    }
    const std::string& next = reply->items[0].text;
    if (next != "0") return resyncSet(next, round);
    resyncUsers(UserId(), round);
  });
}

/// Nobody here knows where he was, Redis does.
void HeldUsers::sayDownOfUnknown(const UserId& user) {
  auto scopes = std::make_shared<std::vector<Scope>>();
  server_.command({"HGET", PresenceKeys::user(user), "s"}, [scopes](const Reply& reply) {
    if (reply) *scopes = parseScopes(reply->text);
  });
  sayDown(user, scopes);
}

/// Then those who are: the answer to the last of a slice brings the next.
void HeldUsers::resyncUsers(const UserId& after, std::uint64_t round) {
  auto user = after.empty() ? users_.begin() : users_.upper_bound(after);
  if (user == users_.end()) {
    resyncing_ = false;
    return forgetGone(round);
  }
  for (std::size_t i = 1; user != users_.end(); ++i) {
    const auto next = std::next(user);
    if (i == options_.slice || next == users_.end()) {
      return sayUp(user->first, user->second, [this, last = user->first, round] {
        if (round == round_) resyncUsers(last, round);
      });
    }
    sayUp(user->first, user->second);
    user = next;
  }
}

/// Who went while nothing could be said may be held by no node, and then nobody else will tell of him.
void HeldUsers::forgetGone(std::uint64_t round) {
  for (const auto& [user, told] : told_) {
    if (users_.contains(user)) continue;
    server_.command({"SISMEMBER", PresenceKeys::kUsersOnline, user.text()},
                    [this, user = user, round](const Reply& reply) {
                      const auto gone = told_.find(user);
                      if (round != round_ || !reply || gone == told_.end() || users_.contains(user)) return;
                      const Held last = gone->second.memberships;
                      told_.erase(gone);
                      if (reply->integer == 0)
                        changes_.tellHere({user, PresenceChange::Now::Offline, last->scopes});
                    });
  }
}

void HeldUsers::retry() {
  if (!joined_ || resyncing_) return;
  if (std::exchange(all_dirty_, false)) return resync();
  for (const UserId& user : std::exchange(dirty_, {})) say(user);
}

void HeldUsers::check(std::size_t users) {
  if (!joined_ || checking_ || resyncing_ || users == 0) return;
  checking_ = true;
  checkSlice(users);
}

void HeldUsers::checkSlice(std::size_t left) {
  std::vector<std::string> slice;
  auto user = checked_.empty() ? users_.begin() : users_.upper_bound(checked_);
  for (; user != users_.end() && slice.size() < std::min(left, options_.slice); ++user) {
    slice.push_back(user->first.text());
    checked_ = user->first;
  }
  if (user == users_.end()) checked_ = UserId();  // from the first again, the next time
  if (slice.empty()) {
    checking_ = false;
    return;
  }
  const bool end = checked_.empty() || slice.size() == left;
  checkUsers(slice, [this, end, left = left - slice.size(), round = round_] {
    if (round != round_) return;
    if (end)
      checking_ = false;
    else
      checkSlice(left);
  });
}

void HeldUsers::checkUsers(const std::vector<std::string>& users, Callback<void()> then) {
  server_.run(
      server_.scripts().check,
      {std::string(PresenceKeys::kNodes), std::string(PresenceKeys::kUsersOnline), PresenceKeys::node(node_)},
      users, [this, round = round_, then = std::move(then)](Reply reply) mutable {
        if (round != round_) return;
        if (reply && !reply->items.empty())
          log_.warn("presence_mended", {{"users", std::to_string(reply->items.size())}});
        for (const RedisReply& item : reply ? reply->items : std::vector<RedisReply>()) {
          const auto user = UserId::parse(item.text);
          if (user && users_.contains(*user)) say(*user);
        }
        if (then) then();
      });
}

void HeldUsers::mend(const std::vector<std::string>& places) {
  if (!joined_) return;
  std::vector<Scope> gone;
  for (const std::string& name : places) {
    if (const auto scope = Scope::parse(name)) gone.push_back(*scope);
  }
  std::vector<std::string> slice;
  for (const auto& [user, held] : users_) {
    const auto& scopes = held->scopes;
    const bool is_there = std::any_of(gone.begin(), gone.end(), [&](const Scope& scope) {
      return std::binary_search(scopes.begin(), scopes.end(), scope);
    });
    if (is_there) slice.push_back(user.text());
    if (slice.size() == options_.slice) checkUsers(std::exchange(slice, {}), {});
  }
  if (!slice.empty()) checkUsers(slice, {});
}

}  // namespace kith
