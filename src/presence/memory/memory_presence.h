#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "base/clock.h"
#include "base/mutex.h"
#include "presence/presence.h"

namespace kith {

/// Presence of a deployment of one process.
///
/// Any thread; one small mutex, so that a question from any core is answered at once, before the call
/// returns. Changes are told on the thread of the command that made them. Owned by the wiring. Nothing is
/// told or answered with the mutex held, nothing fails, and no state outlives the last user or typist of a
/// place but a TTL that was chosen: deadlines that have passed go with the next look at their place. A TTL is
/// kept, and nothing expires by it: what this process knows ends with it.
class MemoryPresence final : public Presence {
 public:
  explicit MemoryPresence(const Clock& clock) : clock_(clock) {}

  void onChange(Changes changes) override { changes_ = std::move(changes); }
  void up(const UserId& user, Memberships memberships) override;
  void down(const UserId& user) override;
  void online(const Scope& scope, const std::string& cursor, std::size_t limit,
              Answer<OnlinePage> answer) override;
  void allOnline(const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer) override;
  void count(const Scope& scope, Answer<std::int64_t> answer) override;
  void isOnline(const UserId& user, Answer<bool> answer) override;
  void cleanup(const Scope& scope, Answer<std::int64_t> answer) override;
  void setTtl(const Scope& scope, std::chrono::seconds ttl, Answer<void> answer) override;
  void ttl(const Scope& scope, Answer<std::chrono::seconds> answer) override;
  void setTyping(const Scope& scope, std::vector<Typing> changes,
                 Answer<std::vector<Typing>> answer) override;

 private:
  friend struct MemoryPresenceGhosts;  // of the conformance test: writes past the interface
  std::vector<PresenceChange> put(const UserId& user, Memberships memberships);
  /// Gives the scope as all who are in the place hold it: the same text.
  const Scope& enter(const Scope& scope, const UserId& user) REQUIRES(mutex_);
  void leave(const Scope& scope, const UserId& user) REQUIRES(mutex_);
  bool belongs(const UserId& user, const Scope& scope) const REQUIRES(mutex_);
  void tell(const PresenceChange& change);

  const Clock& clock_;
  Changes changes_;  // set before the first command, then only called
  mutable Mutex mutex_;
  // Ordered, so that a page can begin after any id, whoever has come or gone.
  std::map<UserId, Memberships> users_ GUARDED_BY(mutex_);
  std::unordered_map<Scope, std::set<UserId>> places_ GUARDED_BY(mutex_);
  std::unordered_map<Scope, std::chrono::seconds> ttls_ GUARDED_BY(mutex_);  // other than kOnlineTtl
  std::unordered_map<Scope, std::unordered_map<UserId, MonotonicMs>> typing_ GUARDED_BY(mutex_);
};

}  // namespace kith
