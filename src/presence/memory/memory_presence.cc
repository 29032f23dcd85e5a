#include "presence/memory/memory_presence.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/assert.h"

namespace kith {
namespace {

const UserId& userOf(const UserId& user) {
  return user;
}
const UserId& userOf(const std::pair<const UserId, Memberships>& entry) {
  return entry.first;
}

// What follows `after`, or all from the first.
template <class Users>
OnlinePage pageOf(const Users& users, const std::optional<UserId>& after, std::size_t limit) {
  OnlinePage page;
  auto next = after ? users.upper_bound(*after) : users.begin();
  for (; next != users.end() && page.users.size() < limit; ++next) page.users.push_back(userOf(*next));
  if (next != users.end()) page.next = page.users.back().text();
  return page;
}

// The cursor is the last user of the page before.
Result<std::optional<UserId>> afterCursor(const std::string& cursor) {
  auto after = UserId::parse(cursor);
  if (!cursor.empty() && !after) return Fault::badField("cursor", "is not one that a page gave");
  return after;
}

}  // namespace

void MemoryPresence::up(const UserId& user, Memberships memberships) {
  auto& scopes = memberships.scopes;
  std::sort(scopes.begin(), scopes.end());
  scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
  for (const PresenceChange& change : put(user, std::move(memberships))) tell(change);
}

// What has changed, to be told without the mutex.
std::vector<PresenceChange> MemoryPresence::put(const UserId& user, Memberships memberships) {
  PresenceChange entered{user, PresenceChange::Now::Online, {}};
  PresenceChange left{user, PresenceChange::Now::Offline, {}};
  Lock lock(mutex_);
  const auto [found, first] = users_.try_emplace(user);
  Memberships& known = found->second;
  if (!first && known.version.epoch == memberships.version.epoch &&
      memberships.version.offset <= known.version.offset) {
    return {};
  }
  auto had = known.scopes.begin();
  for (Scope& scope : memberships.scopes) {  // both are sorted
    had = std::lower_bound(had, known.scopes.end(), scope);
    if (had != known.scopes.end() && *had == scope) {
      scope = *had;
    } else {
      scope = enter(scope, found->first);
      entered.scopes.push_back(scope);
    }
  }
  std::set_difference(known.scopes.begin(), known.scopes.end(), memberships.scopes.begin(),
                      memberships.scopes.end(), std::back_inserter(left.scopes));
  known = std::move(memberships);
  for (const Scope& scope : left.scopes) leave(scope, user);
  std::vector<PresenceChange> changes;
  if (first || !entered.scopes.empty()) changes.push_back(std::move(entered));
  if (!left.scopes.empty()) changes.push_back(std::move(left));
  return changes;
}

void MemoryPresence::down(const UserId& user) {
  Memberships last;
  {
    Lock lock(mutex_);
    const auto found = users_.find(user);
    if (found == users_.end()) return;
    last = std::move(found->second);
    users_.erase(found);
    for (const Scope& scope : last.scopes) leave(scope, user);
  }
  tell({user, PresenceChange::Now::Offline, std::move(last.scopes)});
}

const Scope& MemoryPresence::enter(const Scope& scope, const UserId& user) {
  const auto place = places_.try_emplace(scope).first;
  place->second.insert(user);
  return place->first;
}

void MemoryPresence::leave(const Scope& scope, const UserId& user) {
  const auto place = places_.find(scope);
  if (place == places_.end()) return;
  place->second.erase(user);
  if (place->second.empty()) places_.erase(place);
}

void MemoryPresence::tell(const PresenceChange& change) {
  if (changes_) changes_(change);
}

void MemoryPresence::online(const Scope& scope, const std::string& cursor, std::size_t limit,
                            Answer<OnlinePage> answer) {
  ASSERT(limit >= 1);
  const auto after = afterCursor(cursor);
  if (!after) return answer(after.error());
  OnlinePage page;
  {
    Lock lock(mutex_);
    const auto place = places_.find(scope);
    if (place != places_.end()) page = pageOf(place->second, *after, limit);
  }
  answer(std::move(page));
}

void MemoryPresence::allOnline(const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer) {
  ASSERT(limit >= 1);
  const auto after = afterCursor(cursor);
  if (!after) return answer(after.error());
  OnlinePage page;
  {
    Lock lock(mutex_);
    page = pageOf(users_, *after, limit);
  }
  answer(std::move(page));
}

void MemoryPresence::count(const Scope& scope, Answer<std::int64_t> answer) {
  std::int64_t count = 0;
  {
    Lock lock(mutex_);
    const auto place = places_.find(scope);
    if (place != places_.end()) count = static_cast<std::int64_t>(place->second.size());
  }
  answer(count);
}

void MemoryPresence::isOnline(const UserId& user, Answer<bool> answer) {
  bool online = false;
  {
    Lock lock(mutex_);
    online = users_.contains(user);
  }
  answer(online);
}

void MemoryPresence::cleanup(const Scope& scope, Answer<std::int64_t> answer) {
  std::int64_t removed = 0;
  {
    Lock lock(mutex_);
    const auto place = places_.find(scope);
    if (place != places_.end()) {
      auto& users = place->second;
      for (auto user = users.begin(); user != users.end();) {
        if (belongs(*user, scope)) {
          ++user;
        } else {
          user = users.erase(user);
          ++removed;
        }
      }
      if (place->second.empty()) places_.erase(place);
    }
  }
  answer(removed);
}

bool MemoryPresence::belongs(const UserId& user, const Scope& scope) const {
  const auto known = users_.find(user);
  return known != users_.end() &&
         std::binary_search(known->second.scopes.begin(), known->second.scopes.end(), scope);
}

void MemoryPresence::setTtl(const Scope& scope, std::chrono::seconds ttl, Answer<void> answer) {
  ASSERT(ttl.count() >= 1);
  {
    Lock lock(mutex_);
    if (ttl == kOnlineTtl)
      ttls_.erase(scope);
    else
      ttls_[scope] = ttl;
  }
  static const Result<void> kDone;  // g++ 12 sees an unmade fault in one made here
  answer(kDone);
}

void MemoryPresence::ttl(const Scope& scope, Answer<std::chrono::seconds> answer) {
  std::chrono::seconds ttl = kOnlineTtl;
  {
    Lock lock(mutex_);
    const auto chosen = ttls_.find(scope);
    if (chosen != ttls_.end()) ttl = chosen->second;
  }
  answer(ttl);
}

void MemoryPresence::setTyping(const Scope& scope, std::vector<Typing> changes,
                               Answer<std::vector<Typing>> answer) {
  std::vector<Typing> live;
  {
    Lock lock(mutex_);
    const MonotonicMs now = clock_.monotonic();
    auto& place = typing_[scope];
    for (const Typing& change : changes) place[change.user] = now + change.left.count();
    std::erase_if(place, [now](const auto& entry) { return entry.second <= now; });
    for (const auto& [user, deadline] : place) live.push_back({user, Milliseconds(deadline - now)});
    if (place.empty()) typing_.erase(scope);
  }
  answer(std::move(live));
}

}  // namespace kith
