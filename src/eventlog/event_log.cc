#include "eventlog/event_log.h"

#include "base/assert.h"
#include "eventlog/owner.h"

namespace kith {

EventLog::EventLog(Parts parts) : parts_(std::move(parts)) {
  for (Loop* loop : parts_.loops) owners_.push_back(std::make_unique<Owner>(parts_, *loop));
}

EventLog::~EventLog() = default;

EventLog::Owner& EventLog::owner(const Scope& scope) const {
  return *owners_[std::hash<Scope>()(scope) % owners_.size()];
}

Loop& EventLog::ownerOf(const Scope& scope) const { return owner(scope).loop(); }

void EventLog::append(store::WriteItem item) {
  ASSERT(!item.scopes.empty());
  Loop& loop = ownerOf(item.scopes.front());
  item.done = [this, &loop, done = std::make_shared<decltype(item.done)>(std::move(item.done))](
                  Result<store::Committed> result) mutable {
    loop.post([this, done, result = std::move(result)]() mutable {
      // The service broadcasts from its `done`; what it did not, the log does: an entry that is
      // durable is always applied.
      (*done)(result);
      if (!result || result->duplicate) return;
      for (const auto& committed : result->entries) apply(committed);
    });
  };
  parts_.store.submit(std::move(item));
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
