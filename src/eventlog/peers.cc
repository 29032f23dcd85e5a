#include "eventlog/peers.h"

#include <algorithm>

#include "base/assert.h"

namespace kith {
namespace {

constexpr std::size_t kQuestionMax = 200;  // scopes in one question

}  // namespace

Peers::Peers(Parts parts)
    : parts_(parts),
      checks_(parts.metrics.counter("kith_log_checks_total", "Logs compared with the store")),
      missed_(parts.metrics.counter("kith_log_checks_missed_total",
                                    "Logs of which the store had more than had come")),
      unverified_(
          parts.metrics.gauge("kith_unverified_scopes", "Logs of which something may have been missed")),
      not_published_(parts.metrics.counter("kith_broker_not_published_total",
                                           "Publications left out while the broker was lost")) {}

void Peers::start() {
  parts_.loop.after(kCheckStep, [this] { step(); });
}

void Peers::follow(const Scope& scope) {
  const auto [found, fresh] = joints_.try_emplace(scope, scope);
  ASSERT(fresh);
  Joint& joint = found->second;
  joint.active = now();
  by_print_.emplace(joint.print, scope);
  if (connected_) {
    joint.timer = parts_.loop.after(kConfirmTime, [this, scope] {
      Joint& late = joints_.at(scope);
      late.timer = 0;
      waitNoMore(scope, late);
    });
  } else {
    waitNoMore(scope, joint);
  }
  parts_.cluster.broker.subscribe(scope.name());
}

void Peers::unfollow(const Scope& scope) {
  parts_.cluster.broker.unsubscribe(scope.name());
  Joint& joint = joints_.at(scope);
  if (joint.timer != 0) parts_.loop.cancel(joint.timer);
  if (joint.verify) unverified_.add(-1);
  by_print_.erase(joint.print);
  plan_.forget(scope);
  joints_.erase(scope);
}

void Peers::whenHeard(const Scope& scope, Task then) {
  Joint& joint = joints_.at(scope);
  joint.active = now();
  if (!joint.waits) return then();
  joint.waiting.push_back(std::move(then));
}

// What arrives meanwhile is not heard: the store is asked instead, again and again.
void Peers::waitNoMore(const Scope& scope, Joint& joint) {
  miss(joint);
  planNext(scope, joint);
  joint.waits = false;
  for (auto& then : std::exchange(joint.waiting, {})) then();
}

void Peers::miss(Joint& joint) {
  if (!joint.verify) unverified_.add();
  joint.verify = true;
}

void Peers::lost() {
  connected_ = false;
  const MonotonicMs at = now();
  for (auto& [scope, joint] : joints_) {
    joint.hears = false;
    if (joint.timer != 0) parts_.loop.cancel(std::exchange(joint.timer, 0));
    waitNoMore(scope, joint);
    plan_.plan(scope, at, joint.active);
  }
}

void Peers::subscribed(const Scope& scope) {
  const auto found = joints_.find(scope);
  if (found == joints_.end()) return;
  Joint& joint = found->second;
  joint.hears = true;
  if (joint.timer != 0) parts_.loop.cancel(std::exchange(joint.timer, 0));
  // Live before, or confirmed by an earlier subscription of the scope: what came in between was not heard.
  if (!joint.waits) return plan_.plan(scope, now(), joint.active);
  planNext(scope, joint);
  joint.waits = false;
  for (auto& then : std::exchange(joint.waiting, {})) then();
}

void Peers::received(const Scope& scope, const SharedBytes& bytes) {
  const auto found = joints_.find(scope);
  if (found == joints_.end()) return;
  Joint& joint = found->second;
  auto frame = parts_.frames.read(scope.name(), *bytes);
  if (!frame) {
    // Damaged, it may have been one that was wanted.
    if (frame.error() == Frames::Ignored::Refused) plan_.plan(scope, now(), joint.active);
    return;
  }
  if (auto* entries = std::get_if<broker::Entries>(&frame->body)) {
    joint.active = now();
    return entriesCame(scope, std::move(*entries));
  }
  const auto* signal = std::get_if<broker::Signal>(&frame->body);
  if (signal == nullptr) return parts_.frames.refuse(scope.name(), "misplaced");
  if (!joint.signals.admit(*frame, parts_.cluster.clock.wall()))
    return parts_.frames.refuse(scope.name(), "replayed");
  parts_.host.signalCame(scope, signal->data);
}

void Peers::entriesCame(const Scope& scope, broker::Entries entries) {
  std::vector<Publication> publications;
  Offset offset = entries.first;
  for (auto& entry : entries.entries) publications.push_back(publicationOf(std::move(entry), offset++));
  parts_.host.came(scope, std::move(publications), entries.epoch);
}

void Peers::marked(const std::vector<broker::Mark>& marks) {
  for (const auto& [print, last] : marks) {
    const auto found = by_print_.find(print);
    if (found == by_print_.end()) continue;
    joints_.at(found->second).active = now();
    parts_.host.goesTo(found->second, last, Host::Fill::Soon);
  }
}

void Peers::committed(const Scope& scope, const std::string& epoch, Publication publication) {
  const auto found = joints_.find(scope);
  if (found != joints_.end()) found->second.active = now();
  if (outgoing_.empty()) parts_.loop.atTurnEnd([this] { flush(); });
  auto& outgoing = outgoing_[scope];
  outgoing.epoch = epoch;
  outgoing.entries.push_back(std::move(publication));
}

void Peers::flush() {
  for (auto& [scope, outgoing] : std::exchange(outgoing_, {})) {
    auto& entries = outgoing.entries;
    const auto print = broker::fingerprint(scope.name());
    parts_.high_water.committed(print, entries.back().offset);
    if (!connected_) {
      not_published_.add();
      continue;
    }
    // In the rare case that a turn brought other than consecutive ones: each run of them for itself.
    for (auto from = entries.begin(); from != entries.end();) {
      const auto to = std::adjacent_find(from, entries.end(), [](const auto& one, const auto& next) {
        return next.offset != one.offset + 1;
      });
      const auto end = to == entries.end() ? to : std::next(to);
      parts_.frames.publish(scope, outgoing.epoch, std::vector<Publication>(from, end));
      from = end;
    }
  }
}

void Peers::signal(const Scope& scope, const SharedBytes& data) {
  if (connected_) parts_.frames.publish(scope, broker::Signal{data});
}

void Peers::checkAll(bool missed) {
  const MonotonicMs at = now();
  for (auto& [scope, joint] : joints_) {
    if (missed) miss(joint);
    plan_.plan(scope, at, joint.active);
  }
}

void Peers::planNext(const Scope& scope, const Joint& joint) {
  const auto per_second = std::max<std::size_t>(1, kChecksPerSecond / parts_.owners);
  const auto round = static_cast<MonotonicMs>(joints_.size() / per_second * 1000);
  const bool silent = now() - joint.active > kSilence.count();
  const auto poll = scope.kind() == Scope::Kind::User ? kUserPollInterval : kPollInterval;
  const MonotonicMs wait = std::max<MonotonicMs>((joint.hears ? kCheckInterval : poll).count(), round);
  plan_.plan(scope, now() + (silent && joint.hears ? 10 * wait : wait), joint.active);
}

// One question at a time: a store that is slow gets no more of them.
void Peers::step() {
  parts_.loop.after(kCheckStep, [this] { step(); });
  if (checking_) return;
  const std::size_t budget = kChecksPerSecond * static_cast<std::size_t>(kCheckStep.count()) / 1000;
  auto due = plan_.take(now(), std::clamp<std::size_t>(budget / parts_.owners, 1, kQuestionMax));
  if (!due.empty()) check(std::move(due));
}

void Peers::check(std::vector<Scope> due) {
  auto checks = std::make_shared<std::vector<Check>>();
  for (const auto& scope : due) {
    const Joint& joint = joints_.at(scope);
    if (parts_.host.isLive(scope))
      checks->push_back({scope, parts_.host.applied(scope), joint.hears});
    else
      planNext(scope, joint);
  }
  if (checks->empty()) return;
  checking_ = true;
  const bool queued = parts_.workers.submit([this, checks](std::size_t) {
    const auto read = parts_.store.read([&](store::Reader& reader) { return ask(reader, *checks); });
    parts_.loop.post([this, checks, ok = read.ok()] { checked(*checks, ok); });
  });
  if (!queued) checked(*checks, false);
}

// The log is dense: the entry after the last one applied says whether there is more, and that one whether
// this is still the log it was.
Result<void> Peers::ask(store::Reader& reader, std::vector<Check>& checks) {
  std::vector<std::pair<Scope, Offset>> places;
  for (const auto& check : checks) {
    places.emplace_back(check.scope, check.applied + 1);
    if (check.applied > 0) places.emplace_back(check.scope, check.applied);
  }
  const auto have = TRY(reader.haveEntries(places));
  std::size_t i = 0;
  for (auto& check : checks) {
    const bool goes_on = have[i++];
    if (check.applied > 0) check.gone = !have[i++];
    if (goes_on) check.head = TRY(reader.head(check.scope)).position.offset;
  }
  return {};
}

void Peers::checked(const std::vector<Check>& checks, bool answered) {
  checking_ = false;
  checks_.add(static_cast<std::int64_t>(checks.size()));
  for (const auto& check : checks) {
    const auto found = joints_.find(check.scope);
    if (found == joints_.end()) continue;
    Joint& joint = found->second;
    if (answered && check.gone) {
      parts_.host.doubt(check.scope);
    } else if (answered && check.head > parts_.host.applied(check.scope)) {
      missed_.add();
      joint.active = now();
      parts_.host.goesTo(check.scope, check.head, Host::Fill::Now);
      if (joint.verify)
        plan_.plan(check.scope, now() + kCheckStep.count(), joint.active);  // until all is here
    } else if (answered && check.heard && joint.hears && joint.verify) {
      joint.verify = false;
      unverified_.add(-1);
    }
    planNext(check.scope, joint);
  }
}

}  // namespace kith
