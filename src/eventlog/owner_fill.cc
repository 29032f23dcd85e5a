// What did not come to an owner by itself is read from the store; and what is needed no more is forgotten.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "eventlog/owner.h"

namespace kith {
namespace {

constexpr int kAccessReadsMax = 4;
constexpr Milliseconds kHoldTime{100};  // an entry that came too early waits so long for the one below it
constexpr store::ReadBounds kFillBounds{1000, 4 * 1024 * 1024};

}  // namespace

// Entries of two loops may overtake each other for a moment; what is still missing then is read. While
// entries go on being applied, those that are held may just be early.
void EventLog::Owner::considerFill(Place& here) {
  if (here.filling || here.fill_timer != 0 || !here.follow.wantsFill()) return;
  here.fill_timer = loop_.after(kHoldTime, [this, &here, applied = here.follow.applied()] {
    here.fill_timer = 0;
    if (here.follow.applied() != applied) return considerFill(here);
    if (here.follow.wantsFill()) readFill(here);
  });
}

void EventLog::Owner::readFill(Place& here) {
  if (here.fill_timer != 0) loop_.cancel(std::exchange(here.fill_timer, 0));
  here.filling = true;
  gaps_filled_.add();
  auto job = [this, scope = here.scope, after = here.follow.applied(),
              last = here.follow.known()](std::size_t) {
    auto entries = std::make_shared<std::vector<LoggedEntry>>();
    auto head = std::make_shared<Position>();
    const auto read = parts_.store.read([&](store::Reader& reader) -> Result<void> {
      *head = TRY(reader.head(scope)).position;
      *entries = TRY(reader.entries(scope, after, last, kFillBounds));
      return {};
    });
    loop_.post([this, scope, entries, head, read] { fillRead(scope, read, *head, *entries); });
  };
  if (!parts_.workers.submit(std::move(job))) {
    here.filling = false;
    considerFill(here);
  }
}

void EventLog::Owner::fillRead(const Scope& scope, const Result<void>& result, const Position& head,
                               const std::vector<LoggedEntry>& entries) {
  Place& here = place(scope);
  here.filling = false;
  for (const auto& logged : entries) here.follow.entry(logged, head.epoch);
  if (result) here.follow.filled(head.offset);
  goOnBehind(here);
  considerFill(here);
  considerEpoch(here);
}

// Something came of another epoch: the store says which is the present one.
void EventLog::Owner::considerEpoch(Place& here) {
  if (here.follow.doubtsEpoch()) readHead(here);
}

void EventLog::Owner::readHead(Place& here) {
  if (here.head_reading) return;
  here.head_reading = true;
  auto job = [this, scope = here.scope](std::size_t) {
    auto head = std::make_shared<store::Head>();
    const auto read = parts_.store.read([&](store::Reader& reader) -> Result<void> {
      *head = TRY(reader.head(scope));
      return {};
    });
    loop_.post([this, scope, head, ok = read.ok()] {
      Place& then = place(scope);
      then.head_reading = false;
      if (ok) return headRead(then, *head);
      loop_.after(kHoldTime, [this, scope] { doubt(scope); });
    });
  };
  if (!parts_.workers.submit(std::move(job))) {
    here.head_reading = false;
    loop_.after(kHoldTime, [this, scope = here.scope] { doubt(scope); });
  }
}

void EventLog::Owner::headRead(Place& here, const store::Head& head) {
  const auto& [epoch, offset] = head.position;
  if (epoch == here.follow.epoch() && offset >= here.follow.applied()) {
    here.follow.trustEpoch();
  } else {
    parts_.log.error("log_restarted", {{"scope", here.scope.name()},
                                       {"applied", std::to_string(here.follow.applied())},
                                       {"store", std::to_string(offset)},
                                       {"why", epoch == here.follow.epoch() ? "entries are gone" : "epoch"}});
    here.follow.restart(head);
    if (here.listeners > 0) parts_.sink.restarted(here.scope, here.cores);
  }
  // Who was judged by the log that was is judged again.
  std::vector<WaiterPtr> others;
  const auto of_another = [&](const WaiterPtr& waiter) {
    return waiter->head.position.epoch != here.follow.epoch();
  };
  std::copy_if(here.behind.begin(), here.behind.end(), std::back_inserter(others), of_another);
  std::erase_if(here.behind, of_another);
  for (const auto& waiter : others) {
    waiter->gap_read = false;
    if (waiter->reads >= kAccessReadsMax)
      fail(here, waiter, Fault::unavailable("the log changes too fast; try again"));
    else
      readAccess(here.scope, waiter);
  }
  goOnBehind(here);
  considerFill(here);
}

bool EventLog::Owner::isLive(const Scope& scope) const {
  return places_.at(scope)->follow.state() == Follow::State::Live;
}

Offset EventLog::Owner::applied(const Scope& scope) const {
  return places_.at(scope)->follow.applied();
}

void EventLog::Owner::came(const Scope& scope, std::vector<Publication> entries, std::uint64_t epoch) {
  Place& here = place(scope);
  for (auto& publication : entries) here.follow.entry(std::move(publication), epoch);
  goOnBehind(here);
  considerFill(here);
  considerEpoch(here);
}

void EventLog::Owner::signalCame(const Scope& scope, const SharedBytes& data) {
  const auto found = places_.find(scope);
  if (found != places_.end() && found->second->listeners > 0) {
    parts_.sink.signalled(scope, data, found->second->cores);
  }
}

void EventLog::Owner::goesTo(const Scope& scope, Offset offset, Fill fill) {
  Place& here = place(scope);
  here.follow.goesTo(offset);
  if (fill == Fill::Now && !here.filling && here.follow.wantsFill()) return readFill(here);
  considerFill(here);
}

void EventLog::Owner::doubt(const Scope& scope) {
  const auto found = places_.find(scope);
  if (found != places_.end()) readHead(*found->second);
}

// A scope nobody needs is forgotten after a while: people come back. One that nobody was ever let into, in
// the next turn: its name may be made up, and there is no end of names.
void EventLog::Owner::considerRest(Place& here) {
  if (here.listeners > 0 || here.attaching > 0 || here.linger != 0) return;
  const auto wait = here.was_heard ? parts_.linger : Milliseconds(0);
  here.linger = loop_.after(wait, [this, scope = here.scope] {
    Place& idle = place(scope);
    idle.linger = 0;
    if (idle.listeners > 0 || idle.attaching > 0) return;
    if (idle.filling || idle.head_reading) return considerRest(idle);
    forget(scope);
  });
}

void EventLog::Owner::forget(const Scope& scope) {
  const auto found = places_.find(scope);
  if (found->second->fill_timer != 0) loop_.cancel(found->second->fill_timer);
  if (peers_) peers_->unfollow(scope);
  places_.erase(found);
  followed_scopes_.add(-1);
}

}  // namespace kith
