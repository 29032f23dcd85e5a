#include "service/join_leave.h"

#include <memory>
#include <string>

#include "base/assert.h"

namespace kith {

TellJoinLeave tellJoinLeaveThrough(EventLog& log, Publish& publish) {
  return [&log, &publish](const Scope& place, std::vector<JoinLeave> people, Task done) {
    auto who = std::make_shared<std::vector<JoinLeave>>(std::move(people));
    auto add_names = [who](store::Reader& reader) -> Result<void> {
      std::vector<UserId> ids;
      for (const auto& one : *who) ids.push_back(one.user);
      std::unordered_map<UserId, std::string> names;
      for (auto& user : TRY(reader.users(ids))) names[user.id] = std::move(user.display_name);
      for (auto& one : *who) one.name = names[one.user];
      return {};
    };
    log.read(std::move(add_names),
             [&publish, who, place, done = std::move(done)](const Result<void>& /*or without*/) mutable {
               publish.publishJoinLeave(place, std::move(*who));
               done();
             });
  };
}

void JoinLeaves::watch(const Scope& place) {
  ++places_[place].watchers;
}

void JoinLeaves::unwatch(const Scope& place) {
  const auto found = places_.find(place);
  ASSERT(found != places_.end() && found->second.watchers > 0);
  if (--found->second.watchers == 0 && !found->second.telling) places_.erase(found);
}

void JoinLeaves::changed(const Scope& scope, const Changed& who) {
  const auto found = places_.find(scope);
  if (found == places_.end()) return;
  Place& place = found->second;
  if (place.waiting.size() + who.size() > kWaitingMax) return;
  for (const auto& [user, now] : who) {
    const bool came = now == PresenceChange::Now::Online;
    place.waiting.push_back({user, came ? JoinLeave::What::Join : JoinLeave::What::Leave});
  }
  if (!place.telling) tell(scope, place);
}

void JoinLeaves::tell(const Scope& scope, Place& place) {
  place.telling = true;
  tell_(scope, std::exchange(place.waiting, {}),
        [this, scope] { loop_.post([this, scope] { told(scope); }); });
}

void JoinLeaves::told(const Scope& scope) {
  const auto found = places_.find(scope);
  Place& place = found->second;
  place.telling = false;
  if (place.watchers == 0) {
    places_.erase(found);
  } else if (!place.waiting.empty()) {
    tell(scope, place);
  }
}

}  // namespace kith
