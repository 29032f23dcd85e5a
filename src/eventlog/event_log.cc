#include "eventlog/event_log.h"

#include <utility>

#include "base/assert.h"
#include "eventlog/owner.h"

namespace kith {

EventLog::EventLog(Parts parts)
    : parts_(std::move(parts)), answers_(std::make_shared<Answers>(parts_.loops)), gathered_(parts_.loops.size()) {
  for (Loop* loop : parts_.loops) owners_.push_back(std::make_unique<Owner>(parts_, *loop));
  parts_.store.setAnswered([answers = answers_] { answers->passOn(); });
}

EventLog::~EventLog() = default;

std::size_t EventLog::ownerIndex(const Scope& scope) const { return std::hash<Scope>()(scope) % owners_.size(); }

EventLog::Owner& EventLog::owner(const Scope& scope) const { return *owners_[ownerIndex(scope)]; }

Loop& EventLog::ownerOf(const Scope& scope) const { return owner(scope).loop(); }

void EventLog::append(store::WriteItem item) {
  ASSERT(!item.scopes.empty());
  item.done = [this, answers = answers_, to = ownerIndex(item.scopes.front()), done = std::make_shared<decltype(item.done)>(std::move(item.done))](
                  Result<store::Committed> result) mutable {
    answers->put(to, [this, done, result = std::move(result)]() mutable {
      // The service broadcasts from its `done`; what it did not, the log does: an entry that is
      // durable is always applied.
      (*done)(result);
      if (!result || result->duplicate) return;
      for (const auto& committed : result->entries) apply(committed);
    });
  };
  for (std::size_t i = 0; i < parts_.loops.size(); ++i) {
    if (!parts_.loops[i]->isHere()) continue;
    if (gathered_[i].empty()) parts_.loops[i]->atTurnEnd([this, i] { submitGathered(i); });
    gathered_[i].push_back(std::move(item));
    return;
  }
  parts_.store.submit(std::move(item));
}

void EventLog::submitGathered(std::size_t loop) {
  for (auto& item : std::exchange(gathered_[loop], {})) parts_.store.submit(std::move(item));
}

void EventLog::read(Callback<Result<void>(store::Reader&)> read, Callback<void(Result<void>)> done) {
  auto shared = std::make_shared<decltype(done)>(std::move(done));
  const bool queued =
      parts_.workers.submit([this, read = std::move(read), shared](std::size_t) mutable {
        (*shared)(parts_.store.read(std::move(read)));
      });
  if (!queued) (*shared)(Fault::unavailable("too many reads are waiting; try again"));
}

void EventLog::attach(AttachRequest request, Callback<void(Result<Attached>)> done) {
  ASSERT(request.core < parts_.loops.size());
  Owner& to = owner(request.scope);
  to.loop().post([&to, request = std::move(request), done = std::move(done)]() mutable {
    to.attach(std::move(request), std::move(done));
  });
}

void EventLog::detach(const Scope& scope, std::size_t core) {
  Owner& to = owner(scope);
  to.loop().post([&to, scope, core] { to.detach(scope, core); });
}

void EventLog::apply(const store::CommittedEntry& committed) {
  Owner& to = owner(committed.scope);
  if (to.loop().isHere()) return to.apply(committed);
  to.loop().post([&to, committed] { to.apply(committed); });
}

void EventLog::signal(const Scope& scope, SharedBytes data) {
  Owner& to = owner(scope);
  to.loop().post([&to, scope, data = std::move(data)] { to.signal(scope, data); });
}

}  // namespace kith
