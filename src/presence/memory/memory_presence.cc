#include "presence/memory/memory_presence.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"

namespace kith {

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
  std::set_difference(memberships.scopes.begin(), memberships.scopes.end(), known.scopes.begin(),
                      known.scopes.end(), std::back_inserter(entered.scopes));
  std::set_difference(known.scopes.begin(), known.scopes.end(), memberships.scopes.begin(),
                      memberships.scopes.end(), std::back_inserter(left.scopes));
  known = std::move(memberships);
  for (const Scope& scope : entered.scopes) enter(scope, user);
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

void MemoryPresence::enter(const Scope& scope, const UserId& user) {
  places_[scope].insert(user);
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

// The cursor is the last user of the page before.
void MemoryPresence::online(const Scope& scope, const std::string& cursor, std::size_t limit,
                            Answer<OnlinePage> answer) {
  ASSERT(limit >= 1);
  const auto after = UserId::parse(cursor);
  if (!cursor.empty() && !after) return answer(Fault::badField("cursor", "is not one that a page gave"));
  OnlinePage page;
  {
    Lock lock(mutex_);
    const auto place = places_.find(scope);
    if (place != places_.end()) {
      const auto& users = place->second;
      auto next = after ? users.upper_bound(*after) : users.begin();
      for (; next != users.end() && page.users.size() < limit; ++next) page.users.push_back(*next);
      if (next != users.end()) page.next = page.users.back().text();
    }
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
