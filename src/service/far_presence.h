#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "presence/presence.h"

namespace kith {

/// For tests: a backend some milliseconds away, over one line: commands, answers and changes arrive later, in
/// their order. Lives on the loop given.
class FarPresence final : public Presence {
 public:
  FarPresence(Loop& loop, Presence& near, Milliseconds one_way)
      : loop_(loop), near_(near), one_way_(one_way) {}

  void onChange(Changes changes) override {
    near_.onChange([this, changes = std::make_shared<Changes>(std::move(changes))](
                       const PresenceChange& change) { later([changes, change] { (*changes)(change); }); });
  }
  /// From now on; what is on its way stays as it is.
  void setOneWay(Milliseconds one_way) { one_way_ = one_way; }
  void up(const UserId& user, Memberships memberships) override {
    later([this, user, memberships] { near_.up(user, memberships); });
  }
  void down(const UserId& user) override {
    later([this, user] { near_.down(user); });
  }
  void online(const Scope& scope, const std::string& cursor, std::size_t limit,
              Answer<OnlinePage> answer) override {
    later([this, scope, cursor, limit, back = back(std::move(answer))]() mutable {
      near_.online(scope, cursor, limit, std::move(back));
    });
  }
  void allOnline(const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer) override {
    later([this, cursor, limit, back = back(std::move(answer))]() mutable {
      near_.allOnline(cursor, limit, std::move(back));
    });
  }
  void count(const Scope& scope, Answer<std::int64_t> answer) override {
    later([this, scope, back = back(std::move(answer))]() mutable { near_.count(scope, std::move(back)); });
  }
  void isOnline(const UserId& user, Answer<bool> answer) override {
    later([this, user, back = back(std::move(answer))]() mutable { near_.isOnline(user, std::move(back)); });
  }
  void cleanup(const Scope& scope, Answer<std::int64_t> answer) override {
    later([this, scope, back = back(std::move(answer))]() mutable { near_.cleanup(scope, std::move(back)); });
  }
  void setTtl(const Scope& scope, std::chrono::seconds ttl, Answer<void> answer) override {
    later([this, scope, ttl, back = back(std::move(answer))]() mutable {
      near_.setTtl(scope, ttl, std::move(back));
    });
  }
  void ttl(const Scope& scope, Answer<std::chrono::seconds> answer) override {
    later([this, scope, back = back(std::move(answer))]() mutable { near_.ttl(scope, std::move(back)); });
  }
  void setTyping(const Scope& scope, std::vector<Typing> changes,
                 Answer<std::vector<Typing>> answer) override {
    later([this, scope, changes = std::move(changes), back = back(std::move(answer))]() mutable {
      near_.setTyping(scope, std::move(changes), std::move(back));
    });
  }

 private:
  void later(Task task) { loop_.after(one_way_, std::move(task)); }
  template <class T>
  Answer<T> back(Answer<T> answer) {
    return [this, answer = std::move(answer)](Result<T> result) mutable {
      later(
          [answer = std::move(answer), result = std::move(result)]() mutable { answer(std::move(result)); });
    };
  }

  Loop& loop_;
  Presence& near_;
  Milliseconds one_way_;
};

}  // namespace kith
