#include "service/online_status.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/assert.h"

namespace kith {

ReadMemberships readMembershipsFrom(EventLog& log, std::size_t places_max) {
  return [&log, places_max](const UserId& user, Callback<void(Result<Memberships>)> done) {
    auto memberships = std::make_shared<Memberships>();
    auto read = [memberships, user, places_max](store::Reader& reader) -> Result<void> {
      memberships->version = TRY(reader.head(Scope::of(user))).position;
      for (const RoomId& room : TRY(reader.roomsOf(user, places_max)))
        memberships->scopes.push_back(Scope::of(room));
      for (const GroupId& group : TRY(reader.groupsOf(user, places_max)))
        memberships->scopes.push_back(Scope::of(group));
      return {};
    };
    log.read(std::move(read), [memberships, done = std::move(done)](Result<void> result) mutable {
      if (!result) return done(result.error());
      done(std::move(*memberships));
    });
  };
}

SendSignal sendSignalsThrough(Publish& publish) {
  return [&publish](const Scope& scope, SharedBytes data) { publish.publishSignal(scope, std::move(data)); };
}

OnlineStatusService::OnlineStatusService(Parts parts)
    : loop_(parts.loop),
      presence_(parts.presence),
      read_memberships_(std::move(parts.read_memberships)),
      options_(parts.options),
      join_leaves_(parts.loop, std::move(parts.tell_join_leave)),
      signals_(
          parts.loop, parts.clock, parts.presence, std::move(parts.send_signal),
          [this](const Scope& place, const PresenceSignals::Names& who) { join_leaves_.changed(place, who); },
          parts.options.signals) {
  presence_.onChange(
      [this](const PresenceChange& change) { loop_.post([this, change] { changed(change); }); });
}

void OnlineStatusService::connected(const UserId& user, const ConnectionId& connection) {
  loop_.post([this, user, connection] { opened(user, connection); });
}

void OnlineStatusService::disconnected(const UserId& user, const ConnectionId& connection, CloseKind how) {
  loop_.post([this, user, connection, how] { closed(user, connection, how); });
}

void OnlineStatusService::membershipChanged(const UserId& user) {
  loop_.post([this, user] {
    const auto person = people_.find(user);
    if (person != people_.end()) wantRead(user, person->second);
  });
}

void OnlineStatusService::watchJoinLeave(const Scope& place) {
  loop_.post([this, place] { join_leaves_.watch(place); });
}

void OnlineStatusService::unwatchJoinLeave(const Scope& place) {
  loop_.post([this, place] { join_leaves_.unwatch(place); });
}

void OnlineStatusService::opened(const UserId& user, const ConnectionId& connection) {
  const auto [found, first] = people_.try_emplace(user);
  Person& person = found->second;
  auto& connections = person.connections;
  if (std::find(connections.begin(), connections.end(), connection) != connections.end()) return;
  connections.push_back(connection);
  endGrace(person);
  if (first) wantRead(user, person);
}

void OnlineStatusService::closed(const UserId& user, const ConnectionId& connection, CloseKind how) {
  const auto found = people_.find(user);
  if (found == people_.end()) return;
  Person& person = found->second;
  if (std::erase(person.connections, connection) == 0 || !person.connections.empty()) return;
  if (how == CloseKind::Clean) return goOffline(user);
  endGrace(person);
  person.grace = loop_.after(options_.grace, [this, user] { goOffline(user); });
}

void OnlineStatusService::endGrace(Person& person) {
  if (person.grace != 0) loop_.cancel(person.grace);
  person.grace = 0;
}

void OnlineStatusService::goOffline(const UserId& user) {
  const auto found = people_.find(user);
  ASSERT(found != people_.end() && found->second.connections.empty());
  const bool up = found->second.up;
  people_.erase(found);
  if (up) presence_.down(user);
}

// A change that comes while a read is under way may not be in it: another read follows.
void OnlineStatusService::wantRead(const UserId& user, Person& person) {
  if (person.reading == Reading::UnderWay) person.reading = Reading::UnderWayAndStale;
  if (person.reading != Reading::No) return;
  person.reading = Reading::Waiting;
  waiting_.push_back(user);
  startReads();
}

void OnlineStatusService::startReads() {
  while (reads_ < options_.reads_max && !waiting_.empty()) {
    const UserId user = std::move(waiting_.front());
    waiting_.pop_front();
    const auto person = people_.find(user);
    if (person != people_.end() && person->second.reading == Reading::Waiting)
      startRead(user, person->second);
  }
}

void OnlineStatusService::startRead(const UserId& user, Person& person) {
  ++reads_;
  person.reading = Reading::UnderWay;
  person.ticket = ++last_ticket_;
  read_memberships_(user, [this, user, ticket = person.ticket](Result<Memberships> read) {
    loop_.post(
        [this, user, ticket, read = std::move(read)]() mutable { readDone(user, ticket, std::move(read)); });
  });
}

void OnlineStatusService::readDone(const UserId& user, std::uint64_t ticket, Result<Memberships> read) {
  --reads_;
  const auto found = people_.find(user);
  // He may have gone offline meanwhile, and even come back: then another read is his.
  if (found != people_.end() && found->second.ticket == ticket) {
    Person& person = found->second;
    const bool stale = person.reading == Reading::UnderWayAndStale;
    person.reading = Reading::No;
    if (read) {
      person.up = true;
      presence_.up(user, std::move(*read));
      if (stale) wantRead(user, person);
    } else {
      loop_.after(options_.read_again, [this, user] {
        const auto again = people_.find(user);
        if (again != people_.end()) wantRead(user, again->second);
      });
    }
  }
  startReads();
}

void OnlineStatusService::changed(const PresenceChange& change) {
  for (const Scope& place : change.scopes) signals_.changed(place, change.user, change.now);
}

void OnlineStatusService::getOnlineUsers(const Scope& place, const std::string& cursor, std::size_t limit,
                                         Reply<OnlinePage> reply) {
  if (auto fault = limitFault(limit)) return reply(std::move(*fault));
  presence_.online(place, cursor, limit, std::move(reply));
}

void OnlineStatusService::getAllOnlineUsers(const std::string& cursor, std::size_t limit,
                                            Reply<OnlinePage> reply) {
  if (auto fault = limitFault(limit)) return reply(std::move(*fault));
  presence_.allOnline(cursor, limit, std::move(reply));
}

std::optional<Fault> OnlineStatusService::limitFault(std::size_t limit) const {
  if (limit >= 1 && limit <= options_.page_users_max) return std::nullopt;
  return Fault::badField("limit", "must be 1 to " + std::to_string(options_.page_users_max));
}

}  // namespace kith
