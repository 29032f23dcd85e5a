#pragma once

#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "model/scope.h"

namespace kith {

/// When each scope of one owner is to be compared with the store.
///
/// Lives on the owner's loop. Each scope is planned once: for the earliest time asked for. Of those that are
/// due since the same moment, the one that was active last goes first.
class CheckPlan {
 public:
  void plan(const Scope& scope, MonotonicMs due, MonotonicMs active) {
    const auto [place, fresh] = due_.try_emplace(scope, due, -active);
    if (!fresh) {
      if (place->second.first <= due) return;
      queue_.erase({place->second.first, place->second.second, scope});
      place->second = {due, -active};
    }
    queue_.insert({due, -active, scope});
  }
  void forget(const Scope& scope) {
    const auto place = due_.find(scope);
    if (place == due_.end()) return;
    queue_.erase({place->second.first, place->second.second, scope});
    due_.erase(place);
  }
  /// Those that are due, at most `max`: they are not planned any more.
  std::vector<Scope> take(MonotonicMs now, std::size_t max) {
    std::vector<Scope> taken;
    while (taken.size() < max && !queue_.empty() && std::get<0>(*queue_.begin()) <= now) {
      taken.push_back(std::get<2>(*queue_.begin()));
      due_.erase(taken.back());
      queue_.erase(queue_.begin());
    }
    return taken;
  }

 private:
  std::set<std::tuple<MonotonicMs, MonotonicMs, Scope>> queue_;  // due, then the latest active
  std::unordered_map<Scope, std::pair<MonotonicMs, MonotonicMs>> due_;
};

}  // namespace kith
