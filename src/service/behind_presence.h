#pragma once

#include <utility>
#include <vector>

#include "presence/presence.h"

namespace kith {

/// For tests: passes everything on; what a test cares about it overrides.
class BehindPresence : public Presence {
 public:
  explicit BehindPresence(Presence& behind) : behind_(behind) {}

  void onChange(Changes changes) override { behind_.onChange(std::move(changes)); }
  void up(const UserId& user, Memberships memberships) override { behind_.up(user, std::move(memberships)); }
  void down(const UserId& user) override { behind_.down(user); }
  void online(const Scope& scope, const std::string& cursor, std::size_t limit,
              Answer<OnlinePage> answer) override {
    behind_.online(scope, cursor, limit, std::move(answer));
  }
  void allOnline(const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer) override {
    behind_.allOnline(cursor, limit, std::move(answer));
  }
  void count(const Scope& scope, Answer<std::int64_t> answer) override {
    behind_.count(scope, std::move(answer));
  }
  void isOnline(const UserId& user, Answer<bool> answer) override {
    behind_.isOnline(user, std::move(answer));
  }
  void cleanup(const Scope& scope, Answer<std::int64_t> answer) override {
    behind_.cleanup(scope, std::move(answer));
  }
  void setTtl(const Scope& scope, std::chrono::seconds ttl, Answer<void> answer) override {
    behind_.setTtl(scope, ttl, std::move(answer));
  }
  void ttl(const Scope& scope, Answer<std::chrono::seconds> answer) override {
    behind_.ttl(scope, std::move(answer));
  }
  void setTyping(const Scope& scope, std::vector<Typing> changes,
                 Answer<std::vector<Typing>> answer) override {
    behind_.setTyping(scope, std::move(changes), std::move(answer));
  }

 protected:
  Presence& behind_;
};

}  // namespace kith
