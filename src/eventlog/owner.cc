#include "eventlog/owner.h"

#include <algorithm>

#include "base/assert.h"
#include "eventlog/envelope.h"

namespace kith {
namespace {

constexpr int kAccessReadsMax = 4;
constexpr int kGapReadsMax = 4;
constexpr int kLagReadsMax = 20;
constexpr Milliseconds kLagStep{100};

}  // namespace

EventLog::Owner::Place::Place(const Scope& scope, Owner& owner)
    : scope(scope),
      follow(owner.parts_.limits,
             [this, &owner](const Publication& publication) { owner.entryApplied(*this, publication); }),
      cores(owner.parts_.loops.size(), 0) {}

EventLog::Owner::Owner(Parts& parts, Loop& loop, Link* link)
    : parts_(parts),
      loop_(loop),
      recoveries_ring_(
          parts.metrics.counter("kith_recoveries_total", "Attaches with a position", "result=\"ring\"")),
      recoveries_store_(
          parts.metrics.counter("kith_recoveries_total", "Attaches with a position", "result=\"store\"")),
      recoveries_failed_(parts.metrics.counter("kith_recoveries_total", "Attaches with a position",
                                               "result=\"not_recovered\"")),
      client_ahead_(parts.metrics.counter("kith_client_ahead_of_store_total",
                                          "Clients with an offset above the log's")),
      gaps_filled_(parts.metrics.counter("kith_gaps_filled_total",
                                         "Reads of entries that did not come by themselves")),
      followed_scopes_(parts.metrics.gauge("kith_followed_scopes", "Logs whose state is kept in memory")) {
  if (link == nullptr) return;
  peers_ =
      std::make_unique<Peers>(Peers::Parts{*this, loop, link->cluster(), link->frames(), link->highWater(),
                                           parts.store, parts.workers, parts.metrics, parts.loops.size()});
}

EventLog::Owner::Place& EventLog::Owner::place(const Scope& scope) {
  const auto found = places_.try_emplace(scope).first;
  if (!found->second) {
    found->second = std::make_unique<Place>(found->first, *this);
    followed_scopes_.add();
    if (peers_) peers_->follow(scope);
  }
  return *found->second;
}

void EventLog::Owner::apply(const store::CommittedEntry& committed) {
  const auto found = places_.find(committed.scope);
  if (found == places_.end()) return;  // nobody here needs it
  Place& place = *found->second;
  place.follow.entry(committed.logged, committed.epoch);
  goOnBehind(place);
  considerFill(place);
  considerEpoch(place);
}

void EventLog::Owner::passOn(const store::CommittedEntry& committed) {
  apply(committed);
  if (!peers_) return;
  const auto found = places_.find(committed.scope);
  const auto* rendered =
      found == places_.end() ? nullptr : found->second->follow.ring().find(committed.logged.entry.offset);
  peers_->committed(committed.scope, committed.epoch,
                    rendered != nullptr ? *rendered : renderPublication(committed.logged));
}

// Those whose snapshot was ahead of this node may go on once it has caught up.
void EventLog::Owner::goOnBehind(Place& place) {
  std::vector<WaiterPtr> ready;
  if (place.behind.empty()) return;
  auto caught_up = [&](const WaiterPtr& waiter) {
    const auto& [epoch, offset] = waiter->head.position;
    return epoch == place.follow.epoch() && offset <= place.follow.applied();
  };
  std::copy_if(place.behind.begin(), place.behind.end(), std::back_inserter(ready), caught_up);
  std::erase_if(place.behind, caught_up);
  for (const auto& waiter : ready) proceed(place, waiter);
}

void EventLog::Owner::entryApplied(Place& place, const Publication& publication) {
  if (place.listeners > 0) parts_.sink.applied(place.scope, publication, place.cores);
}

void EventLog::Owner::signal(const Scope& scope, const SharedBytes& data, Reach reach) {
  signalCame(scope, data);
  if (reach == Reach::AllNodes && peers_) peers_->signal(scope, data);
}

void EventLog::Owner::joinLeave(const Scope& scope, const std::vector<JoinLeave>& who) {
  const auto found = places_.find(scope);
  if (found != places_.end() && found->second->listeners > 0) {
    parts_.sink.joinedOrLeft(scope, who, found->second->cores);
  }
}

// Entries are held from here on, and access is read after that: what commits in between is either in
// the snapshot or held.
void EventLog::Owner::attach(AttachRequest request, AttachDone done) {
  const auto waiter = begin({std::move(request), std::move(done)});
  const Scope& scope = waiter->request.scope;
  whenHeard(scope, [this, waiter] { readAccess(waiter->request.scope, waiter); });
}

EventLog::Owner::WaiterPtr EventLog::Owner::begin(Attach attach) {
  Place& here = place(attach.request.scope);
  if (here.follow.state() == Follow::State::Cold) here.follow.beginPositioning();
  ++here.attaching;
  auto waiter = std::make_shared<Waiter>(Waiter{std::move(attach.request), std::move(attach.done)});
  const auto& since = waiter->request.since;
  waiter->wants_gap = since && !(here.follow.state() == Follow::State::Live &&
                                 here.follow.ring().covers(since->offset, here.follow.applied()));
  return waiter;
}

// What is too much for one recovery is not read, nor asked again: it would be "not recovered" in any case.
Result<void> EventLog::Owner::readTogether(store::Reader& reader, const FollowLimits& limits, Waiter& waiter,
                                           std::size_t& gap_bytes) {
  ++waiter.reads;
  waiter.head = TRY(reader.head(waiter.request.scope));   // the data first,
  waiter.granted = TRY(waiter.request.may_read(reader));  // then the right to it
  if (!waiter.wants_gap) return {};
  const auto& [epoch, since] = *waiter.request.since;
  const Offset last = waiter.head.position.offset;
  if ((!epoch.empty() && epoch != waiter.head.position.epoch) || since >= last) return {};
  waiter.gap_reads = kGapReadsMax + 1;
  if (last - since > limits.recovery_entries_max || gap_bytes == 0) return {};
  const store::ReadBounds bounds{last - since, std::min(limits.recovery_bytes_max, gap_bytes)};
  const auto entries = TRY(reader.entries(waiter.request.scope, since, last, bounds));
  for (const auto& logged : entries) {
    waiter.gap.push_back(renderPublication(logged));
    gap_bytes -= std::min(gap_bytes, waiter.gap.back().data->size());
  }
  if (waiter.gap.size() != last - since) {
    waiter.gap.clear();
    return {};
  }
  waiter.gap_reads = 1;
  waiter.gap_last = last;
  waiter.gap_read = true;
  return {};
}

void EventLog::Owner::readAccess(const Scope& scope, const WaiterPtr& waiter) {
  ++waiter->reads;
  auto read = [parts = &parts_, waiter, scope]() -> Result<void> {
    return parts->store.read([&](store::Reader& reader) -> Result<void> {
      waiter->head = TRY(reader.head(scope));                   // the data first,
      waiter->granted = TRY(waiter->request.may_read(reader));  // then the right to it
      return {};
    });
  };
  const bool queued = parts_.workers.submit([this, scope, waiter, read](std::size_t) mutable {
    auto result = read();
    loop_.post([this, scope, waiter, result = std::move(result)] { accessRead(scope, waiter, result); });
  });
  if (!queued) {
    loop_.post([this, scope, waiter] {
      accessRead(scope, waiter, Fault::unavailable("too many reads are waiting; try again"));
    });
  }
}

void EventLog::Owner::accessRead(const Scope& scope, const WaiterPtr& waiter, const Result<void>& result) {
  Place& here = place(scope);
  if (!result) return fail(here, waiter, result.error());
  if (here.follow.state() == Follow::State::Positioning) {
    here.follow.positioned(waiter->head);
    considerFill(here);
    considerEpoch(here);
  }
  if (waiter->gap_read) remember(here, waiter->gap, waiter->gap_last);
  proceed(here, waiter);
}

// Only while nothing was applied since: an edit or delete in between would find its text still here.
void EventLog::Owner::remember(Place& here, const std::vector<Publication>& read, Offset last) {
  if (!read.empty() && here.follow.applied() == last && read.back().offset == last)
    here.follow.remember(read);
}

// One turn of the owner, from the judgement of access to the reply: nothing comes between.
void EventLog::Owner::proceed(Place& here, const WaiterPtr& waiter) {
  const auto& [epoch, head] = waiter->head.position;
  if (head > here.follow.applied() || epoch != here.follow.epoch()) return waitBehind(here, waiter);
  // Was he removed between the snapshot and now? If that may be, the store is asked again.
  if (here.follow.removals().mayHaveRemoved(waiter->request.user, waiter->head.position.offset)) {
    if (waiter->reads >= kAccessReadsMax)
      return fail(here, waiter, Fault::unavailable("the room changes too fast; try again"));
    return readAccess(here.scope, waiter);
  }
  if (waiter->request.since_joined && waiter->granted.joined_at) {
    waiter->request.since = Position{here.follow.epoch(), *waiter->granted.joined_at - 1};
  }
  if (storeMayLag(here, waiter)) return;
  const auto& since = waiter->request.since;
  if (since && needsGap(here, waiter, since->offset)) {
    here.gap_waiters.push_back(waiter);
    if (!here.gap_reading) readGap(here);
    return;
  }
  goLive(here, waiter);
}

// What was committed here is about to be applied. What another node committed may not come, and is read.
void EventLog::Owner::waitBehind(Place& here, const WaiterPtr& waiter) {
  here.behind.push_back(waiter);
  const auto& [epoch, head] = waiter->head.position;
  if (epoch != here.follow.epoch()) return readHead(here);
  if (!peers_) return;
  goesTo(here.scope, head, peers_->mayHaveMissed(here.scope) ? Fill::Now : Fill::Soon);
}

// A primary that took over a moment ago may not have yet what the one before acknowledged.
bool EventLog::Owner::storeMayLag(Place& here, const WaiterPtr& waiter) {
  const auto& since = waiter->request.since;
  if (!peers_ || !since || since->offset <= here.follow.applied()) return false;
  if (since->epoch != here.follow.epoch() || waiter->lag_reads >= kLagReadsMax) return false;
  ++waiter->lag_reads;
  waiter->reads = 0;
  loop_.after(kLagStep, [this, waiter] { readAccess(waiter->request.scope, waiter); });
  return true;
}

bool EventLog::Owner::needsGap(Place& here, const WaiterPtr& waiter, Offset since) {
  const Position& asked = *waiter->request.since;
  const Offset applied = here.follow.applied();
  const Ring& ring = here.follow.ring();
  // What was read is good unless a text in it has been edited or deleted since.
  if (waiter->gap_read && ring.covers(waiter->gap_last, applied) && !ring.rewrites(waiter->gap_last))
    return false;
  if (waiter->gap_reads > kGapReadsMax) {
    waiter->gap_read = false;  // the room changes faster than it can be read: "not recovered", never in part
    return false;
  }
  if (!asked.epoch.empty() && asked.epoch != here.follow.epoch()) return false;
  if (since > applied || applied - since > parts_.limits.recovery_entries_max) return false;
  return !ring.covers(since, applied);
}

// One read for all who wait: from the oldest position among them.
void EventLog::Owner::readGap(Place& here) {
  here.gap_reading = true;
  Offset after = here.follow.applied();
  for (const auto& waiter : here.gap_waiters) after = std::min(after, waiter->request.since->offset);
  const Offset last = here.follow.applied();
  auto job = [this, scope = here.scope, after, last](std::size_t) {
    auto publications = std::make_shared<std::vector<Publication>>();
    const auto read = parts_.store.read([&](store::Reader& reader) -> Result<void> {
      const store::ReadBounds bounds{last - after, 4 * parts_.limits.recovery_bytes_max};
      for (const auto& logged : TRY(reader.entries(scope, after, last, bounds))) {
        publications->push_back(renderPublication(logged));
      }
      return {};
    });
    loop_.post([this, scope, after, last, publications, read] {
      if (!read) return gapRead(scope, after, last, read.error());
      gapRead(scope, after, last, std::move(*publications));
    });
  };
  if (!parts_.workers.submit(std::move(job))) {
    loop_.post([this, scope = here.scope, after, last] {
      gapRead(scope, after, last, Fault::unavailable("too many reads are waiting; try again"));
    });
  }
}

void EventLog::Owner::gapRead(const Scope& scope, Offset after, Offset last,
                              Result<std::vector<Publication>> read) {
  Place& here = place(scope);
  here.gap_reading = false;
  auto waiters = std::move(here.gap_waiters);
  here.gap_waiters.clear();
  if (read) remember(here, *read, last);
  for (const auto& waiter : waiters) {
    const Offset since = waiter->request.since->offset;
    ++waiter->gap_reads;
    if (!read) {
      fail(here, waiter, read.error());
      continue;
    }
    const bool whole = !read->empty() && read->back().offset == last;
    if (since < after || (!whole && since > after)) {
      proceed(here, waiter);  // came while an older read was under way, or that read hit its bound: again
      continue;
    }
    waiter->gap.clear();
    for (const auto& publication : *read) {
      if (publication.offset > since) waiter->gap.push_back(publication);
    }
    waiter->gap_last = last;
    waiter->gap_read = true;
    proceed(here, waiter);
  }
}

void EventLog::Owner::goLive(Place& here, const WaiterPtr& waiter) {
  auto attached = answer(here, *waiter, waiter->request.since);
  --here.attaching;
  ++here.listeners;
  here.was_heard = true;
  ++here.cores[waiter->request.core];
  if (here.linger != 0) {
    loop_.cancel(here.linger);
    here.linger = 0;
  }
  answerOn(waiter, std::move(attached));
}

Attached EventLog::Owner::answer(Place& here, Waiter& waiter, std::optional<Position> since) const {
  const Offset applied = here.follow.applied();
  Attached out{{here.follow.epoch(), applied}, false, {}};
  if (!since) return out;
  if (since->offset > applied && since->epoch == here.follow.epoch()) {
    client_ahead_.add();
    parts_.log.error("client_ahead_of_store", {{"scope", here.scope.name()},
                                               {"client", std::to_string(since->offset)},
                                               {"store", std::to_string(applied)}});
  }
  const bool same = since->epoch.empty() || since->epoch == here.follow.epoch();
  const auto& ring = here.follow.ring();
  auto whole = [&](std::vector<Publication>& list) {
    std::size_t bytes = 0;
    for (const auto& p : list) bytes += p.data->size();
    const bool within =
        list.size() <= parts_.limits.recovery_entries_max && bytes <= parts_.limits.recovery_bytes_max;
    return within && list.size() == applied - since->offset;
  };
  std::vector<Publication> missed;
  if (same && since->offset <= applied) {
    if (ring.covers(since->offset, applied)) {
      missed = ring.after(since->offset);
    } else if (waiter.gap_read) {
      missed = std::move(waiter.gap);
      const auto later = ring.after(waiter.gap_last);
      missed.insert(missed.end(), later.begin(), later.end());
    }
    if (whole(missed)) {
      (waiter.gap_read ? recoveries_store_ : recoveries_ring_).add();
      return {{out.position.epoch, since->offset}, true, std::move(missed)};
    }
  }
  recoveries_failed_.add();
  return out;
}

void EventLog::Owner::fail(Place& here, const WaiterPtr& waiter, Fault fault) {
  --here.attaching;
  answerOn(waiter, std::move(fault));
  considerRest(here);
}

void EventLog::Owner::answerOn(const WaiterPtr& waiter, Result<Attached> result) {
  parts_.loops[waiter->request.core]->post(
      [waiter, result = std::move(result)]() mutable { waiter->done(std::move(result)); });
}

void EventLog::Owner::detach(const Scope& scope, std::size_t core) {
  Place& here = place(scope);
  ASSERT(here.cores[core] > 0 && here.listeners > 0);
  --here.cores[core];
  --here.listeners;
  considerRest(here);
}

}  // namespace kith
