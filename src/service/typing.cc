#include "service/typing.h"

#include <algorithm>

#include "base/assert.h"
#include "base/json_writer.h"

namespace kith {
namespace {

// How long a signal may take from here to the loop that broadcasts messages.
constexpr MonotonicMs kOnItsWayMs = 100;

}  // namespace

SendTyping sendTypingThrough(Publish& publish) {
  return [&publish](const Scope& scope, SharedBytes data) {
    // Who types in the main room of a group types in the group. The two have one id; of any other room, the
    // group of that id does not exist, and nobody listens there.
    publish.publishTypingIndicator(Scope::of(GroupId::trusted(scope.id())), data);
    publish.publishTypingIndicator(scope, std::move(data));
  };
}

ReadNames readNamesFrom(EventLog& log) {
  return [&log](std::vector<UserId> ids, Callback<void(Result<UserNames>)> done) {
    log.readValue<UserNames>(
        [ids = std::move(ids)](store::Reader& reader) -> Result<UserNames> {
          UserNames names;
          for (auto& user : TRY(reader.users(ids))) names.emplace(user.id, std::move(user.display_name));
          return names;
        },
        std::move(done));
  };
}

TypingIndicator::TypingIndicator(Loop& loop, const Clock& clock, Presence& presence, SendTyping send,
                                 ReadNames read_names, Options options)
    : loop_(loop),
      clock_(clock),
      presence_(presence),
      send_(std::move(send)),
      read_names_(std::move(read_names)),
      options_(options) {}

MonotonicMs TypingIndicator::Typist::deadline() const {
  MonotonicMs last = 0;
  for (const Shown& shown : by) last = std::max(last, shown.deadline);
  return last;
}

// The deadline counts from here, not from when the rights have been read and the loop comes to it.
TypingIndicator::Sign TypingIndicator::take(const RoomId& room, const Caller& caller, State state) {
  Sign sign{room, caller.user, caller.name, caller.connection, state, turn(), clock_.monotonic()};
  loop_.post([this, key = std::pair(caller.user, room)] { ++judged_[key].signs; });
  return sign;
}

void TypingIndicator::broadcastTyping(const Sign& sign) {
  loop_.post([this, sign] {
    if (judged(sign)) return;
    if (sign.state == State::On) return on(sign);
    const End off{sign.turn, sign.connection};
    note(sign.room, sign.user, off);
    end(sign.room, sign.user, off);
  });
}

void TypingIndicator::drop(const Sign& sign) {
  loop_.post([this, sign] { judged(sign); });
}

/// True if what it says has ended while it was judged.
bool TypingIndicator::judged(const Sign& sign) {
  const auto found = judged_.find({sign.user, sign.room});
  ASSERT(found != judged_.end());
  Judged& here = found->second;
  const auto by = here.ended_by.find(sign.connection);
  const bool over = here.ended > sign.turn || (by != here.ended_by.end() && by->second > sign.turn);
  if (--here.signs == 0) judged_.erase(found);
  return over;
}

void TypingIndicator::note(const RoomId& room, const UserId& user, const End& end) {
  const auto found = judged_.find({user, room});
  if (found == judged_.end()) return;
  Turn& ended = end.connection ? found->second.ended_by[*end.connection] : found->second.ended;
  ended = std::max(ended, end.turn);
}

void TypingIndicator::messageSent(const RoomId& room, const UserId& user, Turn turn) {
  loop_.post([this, room, user, turn, at = clock_.monotonic()] {
    note(room, user, {turn});
    endQuietly(room, user, {turn}, at);
  });
}

void TypingIndicator::stopped(const RoomId& room, const UserId& user) {
  loop_.post([this, room, user, turn = turn()] {
    note(room, user, {turn});
    end(room, user, {turn});
  });
}

void TypingIndicator::stoppedAll(const RoomId& room) {
  loop_.post([this, room, turn = turn()] {
    for (auto& [who, judged] : judged_) {  // few: signs whose rights are being read
      if (who.second == room) judged.ended = std::max(judged.ended, turn);
    }
    const auto found = places_.find(room);
    if (found == places_.end()) return;
    std::vector<UserId> users;
    for (const auto& [user, typist] : found->second.typists) users.push_back(user);
    for (const UserId& user : users) end(room, user, {turn});
  });
}

void TypingIndicator::closed(const UserId& user, const ConnectionId& connection) {
  loop_.post([this, user, ended = End{turn(), connection}] {
    for (auto at = judged_.lower_bound({user, RoomId{}}); at != judged_.end() && at->first.first == user;
         ++at) {
      note(at->first.second, user, ended);
    }
    std::vector<RoomId> rooms;
    for (auto at = where_.lower_bound({user, RoomId{}}); at != where_.end() && at->first == user; ++at) {
      rooms.push_back(at->second);
    }
    for (const RoomId& room : rooms) end(room, user, ended);
  });
}

void TypingIndicator::on(const Sign& sign) {
  Place& place = places_[sign.room];
  const auto known = place.typists.find(sign.user);
  if (known == place.typists.end() && place.typists.size() >= options_.typists_max) return;
  Typist& typist = known != place.typists.end() ? known->second : place.typists[sign.user];
  typist.name = sign.name;
  std::erase_if(typist.by, [&](const Shown& shown) { return shown.deadline <= sign.at; });
  auto by = std::find_if(typist.by.begin(), typist.by.end(),
                         [&](const Shown& shown) { return shown.connection == sign.connection; });
  if (by == typist.by.end()) {
    if (typist.by.size() >= options_.connections_max) return;
    by = typist.by.insert(by, Shown{sign.connection});
  } else {
    by->turn = std::max(by->turn, sign.turn);
    if (sign.at - by->last_on < options_.repeat.count()) return;
  }
  *by = {sign.connection, sign.turn, sign.at, sign.at + options_.lasts.count()};
  place.stops.erase(sign.user);
  where_.emplace(sign.user, sign.room);
  place.changed = true;
  consider(sign.room, place);
}

/// False if he does not type, or types on.
bool TypingIndicator::forget(const RoomId& room, Place& place, const UserId& user, const End& end) {
  const auto known = place.typists.find(user);
  if (known == place.typists.end()) return false;
  std::erase_if(known->second.by, [&](const Shown& shown) {
    return shown.turn < end.turn && (!end.connection || shown.connection == *end.connection);
  });
  if (!known->second.by.empty()) return false;
  place.typists.erase(known);
  place.stops.insert(user);
  where_.erase({user, room});
  return true;
}

void TypingIndicator::end(const RoomId& room, const UserId& user, const End& end) {
  const auto found = places_.find(room);
  if (found == places_.end() || !forget(room, found->second, user, end)) return;
  found->second.changed = true;
  consider(room, found->second);
}

void TypingIndicator::endQuietly(const RoomId& room, const UserId& user, const End& end, MonotonicMs at) {
  const auto found = places_.find(room);
  if (found == places_.end()) return;
  Place& place = found->second;
  if (!forget(room, place, user, end)) return;
  // A list with his name may have gone out between his message and now, or be on its way: another corrects
  // it.
  const bool crossed =
      place.last_signal != 0 && place.last_signal + kOnItsWayMs >= at && place.shown.contains(user);
  if (crossed) {
    place.changed = true;
  } else {
    place.shown.erase(user);
  }
  consider(room, place);
}

// What comes next for a room, and when: a new list, the end of somebody on the last one, or rest.
void TypingIndicator::consider(const RoomId& room, Place& place) {
  if (place.asking) return;
  if (place.timer != 0) loop_.cancel(place.timer);
  place.timer = 0;
  const MonotonicMs now = clock_.monotonic();
  MonotonicMs next = place.last_signal == 0 ? now : place.last_signal + options_.gather.count();
  if (!place.changed && place.look_at != 0) next = std::max(next, place.look_at);
  if (!place.changed || next > now) writeStops(room, place);  // another node may list before this one does
  const bool work = place.changed || place.look_at != 0;
  if (next > now) {
    place.timer = loop_.after(Milliseconds(next - now), [this, room] {
      Place& due = places_.at(room);
      due.timer = 0;
      consider(room, due);
    });
  } else if (work) {
    ask(room, place);
  } else if (place.typists.empty()) {
    places_.erase(room);
  }
}

void TypingIndicator::ask(const RoomId& room, Place& place) {
  place.asking = true;
  presence_.count(Scope::of(room), [this, room](Result<std::int64_t> count) {
    loop_.post([this, room, count = std::move(count)] { counted(room, count); });
  });
}

void TypingIndicator::counted(const RoomId& room, const Result<std::int64_t>& count) {
  Place& place = places_.at(room);
  if (!count || static_cast<std::size_t>(*count) > options_.counted_online_max) return silence(room, place);
  write(room, place, static_cast<std::size_t>(*count));
}

void TypingIndicator::write(const RoomId& room, Place& place, std::size_t online) {
  const MonotonicMs now = clock_.monotonic();
  std::vector<Typing> changes;
  for (const UserId& user : std::exchange(place.stops, {})) changes.push_back({user, Milliseconds(0)});
  std::erase_if(place.typists, [&](const auto& entry) {
    const auto& [user, typist] = entry;
    if (typist.deadline() > now) {
      changes.push_back({user, Milliseconds(typist.deadline() - now)});
      return false;
    }
    changes.push_back({user, Milliseconds(0)});  // the backend may give him longer
    where_.erase({user, room});
    return true;
  });
  place.changed = false;
  presence_.setTyping(Scope::of(room), std::move(changes),
                      [this, room, online](Result<std::vector<Typing>> typing) {
                        loop_.post([this, room, online, typing = std::move(typing)]() mutable {
                          listed(room, online, std::move(typing));
                        });
                      });
}

// Of those connected here this node knows more than the backend, however late its answer comes.
std::vector<Typing> TypingIndicator::stillTyping(const Place& place,
                                                 const std::vector<Typing>& listed) const {
  std::vector<Typing> live;
  for (Typing one : listed) {
    if (place.stops.contains(one.user)) continue;
    const auto here = place.typists.find(one.user);
    if (here != place.typists.end()) {
      one.left = std::min(one.left, Milliseconds(here->second.deadline() - clock_.monotonic()));
    }
    if (one.left > Milliseconds(0)) live.push_back(std::move(one));
  }
  return live;
}

void TypingIndicator::listed(const RoomId& room, std::size_t online, Result<std::vector<Typing>> typing) {
  Place& place = places_.at(room);
  if (!typing) return silence(room, place);
  auto unknown = nameless(place, *typing);
  if (unknown.empty()) return show(room, online, *typing);
  read_names_(std::move(unknown), [this, room, online, typing = std::move(*typing),
                                   at = clock_.monotonic()](Result<UserNames> names) mutable {
    loop_.post([this, room, online, typing = std::move(typing), at, names = std::move(names)]() mutable {
      if (names) places_.at(room).elsewhere.merge(*names);
      const Milliseconds passed(clock_.monotonic() - at);
      for (Typing& one : typing) one.left -= passed;
      show(room, online, typing);
    });
  });
}

std::vector<UserId> TypingIndicator::nameless(const Place& place, const std::vector<Typing>& typing) const {
  std::vector<UserId> users;
  for (const Typing& one : typing) {
    if (users.size() == options_.named_online_max) break;
    if (nameIn(place, one.user) == nullptr && !place.stops.contains(one.user)) users.push_back(one.user);
  }
  return users;
}

const std::string* TypingIndicator::nameIn(const Place& place, const UserId& user) {
  const auto here = place.typists.find(user);
  if (here != place.typists.end()) return &here->second.name;
  const auto elsewhere = place.elsewhere.find(user);
  return elsewhere != place.elsewhere.end() ? &elsewhere->second : nullptr;
}

void TypingIndicator::show(const RoomId& room, std::size_t online, const std::vector<Typing>& typing) {
  Place& place = places_.at(room);
  place.asking = false;
  std::vector<Typing> live = stillTyping(place, typing);
  std::sort(live.begin(), live.end(), [](const Typing& a, const Typing& b) { return a.user < b.user; });
  const bool nothing_new = live.empty() && place.shown.empty();
  if (!nothing_new)
    signal(room, place, live, online > options_.named_online_max ? options_.names_max : live.size());
  // When somebody ends, whether on the list or only here, the room is looked at again.
  const MonotonicMs now = clock_.monotonic();
  std::vector<MonotonicMs> ends;
  for (const Typing& one : live) ends.push_back(now + one.left.count());
  for (const auto& [user, typist] : place.typists) ends.push_back(typist.deadline());
  place.look_at = ends.empty() ? 0 : *std::min_element(ends.begin(), ends.end());
  place.shown.clear();
  for (const Typing& one : live) place.shown.insert(one.user);
  std::erase_if(place.elsewhere, [&](const auto& known) { return !place.shown.contains(known.first); });
  consider(room, place);
}

void TypingIndicator::signal(const RoomId& room, Place& place, const std::vector<Typing>& typing,
                             std::size_t names_max) {
  Milliseconds ttl = typing.empty() ? Milliseconds(0) : options_.lasts;
  std::uint64_t more = 0;
  std::size_t named = 0;
  std::string out;
  JsonWriter json(out);
  json.beginObject().field("type", "typing").field("at", formatTime(clock_.wall())).key("users").beginArray();
  for (const Typing& one : typing) {
    // The next list comes when the first of them ends; the second more lets it arrive.
    ttl = std::min(ttl, one.left + Milliseconds(1'000));
    const std::string* name = nameIn(place, one.user);
    if (name == nullptr || named >= names_max) {
      ++more;
      continue;
    }
    ++named;
    json.beginObject().field("id", one.user.text()).field("name", *name).endObject();
  }
  json.endArray().field("more", more).field("ttl_ms", std::int64_t{ttl.count()}).endObject();
  place.last_signal = clock_.monotonic();
  send_(Scope::of(room), shareBytes(std::move(out)));
}

void TypingIndicator::writeStops(const RoomId& room, Place& place) {
  if (place.stops.empty()) return;
  std::vector<Typing> changes;
  for (const UserId& user : std::exchange(place.stops, {})) changes.push_back({user, Milliseconds(0)});
  presence_.setTyping(Scope::of(room), std::move(changes), [](const Result<std::vector<Typing>>&) {});
}

// Too many are there, or the backend is away: readers end the last list by themselves.
void TypingIndicator::silence(const RoomId& room, Place& place) {
  place.stops.merge(place.shown);
  writeStops(room, place);
  for (const auto& [user, typist] : place.typists) where_.erase({user, room});
  if (place.timer != 0) loop_.cancel(place.timer);
  places_.erase(room);
}

}  // namespace kith
