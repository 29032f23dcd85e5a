#include "service/presence_signals.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/json_writer.h"

namespace kith {

PresenceSignals::PresenceSignals(Loop& loop, const Clock& clock, Presence& presence, SendSignal send,
                                 Tell tell, Options options)
    : loop_(loop),
      clock_(clock),
      presence_(presence),
      send_(std::move(send)),
      tell_(std::move(tell)),
      options_(options) {}

void PresenceSignals::changed(const Scope& scope, const UserId& user, Now now) {
  ASSERT(loop_.isHere());
  const auto [found, fresh] = places_.try_emplace(scope);
  Place& place = found->second;
  const Now before = now == Now::Online ? Now::Offline : Now::Online;
  const std::uint64_t number = ++place.last_number;
  const auto [entry, first] =
      place.changes.try_emplace(user, Change{before, now, false, clock_.monotonic(), number});
  Change& change = entry->second;
  if (!first && change.now != now) change = {change.before, now, true, clock_.monotonic(), number};
  if (fresh) arm(scope, place, options_.gather);
}

void PresenceSignals::arm(const Scope& scope, Place& place, Milliseconds delay) {
  ASSERT(place.timer == 0);
  place.timer = loop_.after(delay, [this, scope] { due(scope); });
}

void PresenceSignals::due(const Scope& scope) {
  const auto found = places_.find(scope);
  ASSERT(found != places_.end());
  Place& place = found->second;
  place.timer = 0;
  if (place.changes.empty() && !place.names_lost) {
    places_.erase(found);
    return;
  }
  place.asked_number = place.last_number;
  presence_.count(scope, [this, scope](Result<std::int64_t> count) {
    loop_.post([this, scope, count = std::move(count)] { counted(scope, count); });
  });
}

void PresenceSignals::counted(const Scope& scope, const Result<std::int64_t>& count) {
  Place& place = places_.at(scope);
  if (!count) return arm(scope, place, options_.gather);
  // A crowd stays one until a fifth has gone, so that a few who come and go do not change it each time.
  const std::size_t names_max = place.crowd ? options_.names_max * 4 / 5 : options_.names_max;
  const bool crowd = static_cast<std::size_t>(*count) > names_max;
  place.crowd = crowd;
  if (crowd || place.changes.size() > options_.names_max) {
    std::erase_if(place.changes,
                  [&](const auto& entry) { return entry.second.number <= place.asked_number; });
    place.names_lost = true;
  }
  if (crowd) {
    const Milliseconds since(clock_.monotonic() - place.last_count);
    if (place.last_count != 0 && since < options_.count_every)
      return arm(scope, place, options_.count_every - since);
  }
  if (place.names_lost) {
    takeSettled(place);  // whoever reads the names now has these too
    place.names_lost = false;
    place.last_count = crowd ? clock_.monotonic() : 0;
    signal(scope, nullptr, *count);
  } else if (const Names names = takeSettled(place); !names.empty()) {
    signal(scope, &names, *count);
    const auto online = static_cast<std::size_t>(*count);
    if (std::max(online, names.size()) <= options_.told_max) tell_(scope, names);
  }
  // Also with nothing left to say: the next signal keeps its distance from this one.
  arm(scope, place, crowd ? options_.count_every : options_.gather);
}

// Those who differ from what was signalled. Who still wavers, or is newer than the count, stays for a later
// time.
PresenceSignals::Names PresenceSignals::takeSettled(Place& place) const {
  Names names;
  const MonotonicMs settled_before = clock_.monotonic() - options_.gather.count();
  std::erase_if(place.changes, [&](const auto& entry) {
    const auto& [user, change] = entry;
    if (change.number > place.asked_number || (change.wavered && change.at > settled_before)) return false;
    if (change.now != change.before) names.emplace_back(user, change.now);
    return true;
  });
  std::sort(names.begin(), names.end());  // the same change gives the same bytes
  return names;
}

void PresenceSignals::signal(const Scope& scope, const Names* names, std::int64_t count) {
  version_ = std::max(version_ + 1, clock_.wall());
  std::string out;
  JsonWriter json(out);
  json.beginObject().field("type", "presence").field("at", formatTime(clock_.wall()));
  json.field("version", std::to_string(version_));
  if (names) {
    for (const auto& [key, now] : {std::pair("online", Now::Online), std::pair("offline", Now::Offline)}) {
      json.key(key).beginArray();
      for (const auto& [user, changed_to] : *names) {
        if (changed_to == now) json.string(user.text());
      }
      json.endArray();
    }
  }
  json.field("count", count).endObject();
  send_(scope, shareBytes(std::move(out)));
}

}  // namespace kith
