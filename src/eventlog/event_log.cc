#include "eventlog/event_log.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/assert.h"
#include "eventlog/link.h"
#include "eventlog/owner.h"

namespace kith {
namespace {

constexpr std::size_t kBatchGapBytesMax = 1024 * 1024;  // more than one connect recovers

}  // namespace

EventLog::EventLog(Parts parts)
    : parts_(std::move(parts)), answers_(std::make_shared<Answers>(parts_.loops)) {
  if (parts_.cluster != nullptr)
    link_ = std::make_unique<Link>(*parts_.cluster, parts_.loops, parts_.log, parts_.metrics);
  std::vector<Peers*> peers;
  for (Loop* loop : parts_.loops) {
    owners_.push_back(std::make_unique<Owner>(parts_, *loop, link_.get()));
    gathered_.push_back(std::make_unique<Gathered>());
    peers.push_back(owners_.back()->peers());
  }
  parts_.store.setAnswered([answers = answers_] { answers->passOn(); });
  if (link_) link_->start(std::move(peers));
}

EventLog::~EventLog() {
  if (link_) link_->stop();
}

std::size_t EventLog::ownerIndex(const Scope& scope) const {
  return ownerOf(scope, owners_.size());
}

EventLog::Owner& EventLog::owner(const Scope& scope) const {
  return *owners_[ownerIndex(scope)];
}

void EventLog::append(store::WriteItem item) {
  ASSERT(!item.scopes.empty());
  item.done = [this, answers = answers_, to = ownerIndex(item.scopes.front()),
               done = std::make_shared<decltype(item.done)>(std::move(item.done))](
                  Result<store::Committed> result) mutable {
    tellEnding(result);
    answers->put(to, [this, done, result = std::move(result)]() mutable {
      // The service broadcasts from its `done`; what it did not, the log does: an entry that is
      // durable is always applied.
      (*done)(result);
      if (!result || result->duplicate) return;
      for (const auto& committed : result->entries) passOn(committed);
    });
  };
  for (std::size_t i = 0; i < parts_.loops.size(); ++i) {
    if (parts_.loops[i]->isHere()) return gather(i, std::move(item));
  }
  parts_.store.submit(std::move(item));
}

// Whatever commits later is passed on later, and reaches a core behind what is posted to it now.
void EventLog::tellEnding(const Result<store::Committed>& result) {
  if (!result || result->duplicate) return;
  for (const auto& committed : result->entries) {
    const auto& entry = committed.logged.entry;
    if (committed.scope.kind() == Scope::Kind::Group && entry.type == EntryType::MemberLeft)
      parts_.sink.ending(committed.scope, entry.ref_user, entry.offset);
  }
}

// Posts run when the loop has read what was there, before it writes.
void EventLog::gather(std::size_t loop, store::WriteItem item) {
  Gathered& here = *gathered_[loop];
  Lock lock(here.mutex);
  if (here.items.empty()) parts_.loops[loop]->post([this, loop] { submitGathered(loop); });
  here.items.push_back(std::move(item));
}

void EventLog::submitGathered(std::size_t loop) {
  std::vector<store::WriteItem> items;
  {
    Lock lock(gathered_[loop]->mutex);
    items.swap(gathered_[loop]->items);
  }
  parts_.store.submitAll(std::move(items));
}

void EventLog::read(Callback<Result<void>(store::Reader&)> read, Callback<void(Result<void>)> done) {
  auto shared = std::make_shared<decltype(done)>(std::move(done));
  const bool queued = parts_.workers.submit([this, read = std::move(read), shared](std::size_t) mutable {
    (*shared)(parts_.store.read(std::move(read)));
  });
  if (!queued) (*shared)(Fault::unavailable("too many reads are waiting; try again"));
}

void EventLog::attach(AttachRequest request, AttachDone done) {
  ASSERT(request.core < parts_.loops.size());
  Owner& to = owner(request.scope);
  to.loop().post([&to, request = std::move(request), done = std::move(done)]() mutable {
    to.attach(std::move(request), std::move(done));
  });
}

/// Attaches that are read together, by owner.
struct EventLog::Batch {
  struct One {
    Owner::WaiterPtr waiter;
    Result<void> result{};
  };
  std::vector<std::vector<One>> by_owner;  // each filled on its owner's loop, read when all are
  std::atomic<std::size_t> left;           // owners that have begun theirs, and attaches that may be read
};

void EventLog::attachAll(std::vector<Attach> all) {
  if (all.empty()) return;
  std::vector<std::vector<Attach>> by_owner(owners_.size());
  for (auto& one : all) {
    ASSERT(one.request.core < parts_.loops.size());
    by_owner[ownerIndex(one.request.scope)].push_back(std::move(one));
  }
  auto batch = std::make_shared<Batch>();
  batch->by_owner.resize(owners_.size());
  batch->left = owners_.size() + all.size();
  for (std::size_t i = 0; i < owners_.size(); ++i) {
    owners_[i]->loop().post([this, i, batch, mine = std::move(by_owner[i])]() mutable {
      auto isOneLess = [this, batch] {
        if (--batch->left == 0) readBatch(batch);
      };
      for (auto& one : mine) {
        const auto waiter = owners_[i]->begin(std::move(one));
        batch->by_owner[i].emplace_back().waiter = waiter;
        owners_[i]->whenHeard(waiter->request.scope, isOneLess);
      }
      isOneLess();
    });
  }
}

void EventLog::readBatch(const std::shared_ptr<Batch>& batch) {
  auto goOn = [this, batch] {
    for (std::size_t i = 0; i < owners_.size(); ++i) {
      owners_[i]->loop().post([this, i, batch] {
        for (auto& one : batch->by_owner[i]) owners_[i]->goOn(one.waiter, one.result);
      });
    }
  };
  auto failAll = [batch](const Fault& fault) {
    for (auto& ones : batch->by_owner) {
      for (auto& one : ones) one.result = fault;
    }
  };
  const bool queued = parts_.workers.submit([this, batch, goOn, failAll](std::size_t) {
    const auto read = parts_.store.read([&](store::Reader& reader) -> Result<void> {
      std::size_t gap_bytes = kBatchGapBytesMax;
      for (auto& ones : batch->by_owner) {
        for (auto& one : ones)
          one.result = Owner::readTogether(reader, parts_.limits, *one.waiter, gap_bytes);
      }
      return {};
    });
    if (!read) failAll(read.error());
    goOn();
  });
  if (queued) return;
  failAll(Fault::unavailable("too many reads are waiting; try again"));
  goOn();
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

// Once more after the service's `done`: an entry that is applied twice is applied once.
void EventLog::passOn(const store::CommittedEntry& committed) {
  Owner& to = owner(committed.scope);
  if (to.loop().isHere()) return to.passOn(committed);
  to.loop().post([&to, committed] { to.passOn(committed); });
}

void EventLog::signal(const Scope& scope, SharedBytes data, Reach reach) {
  Owner& to = owner(scope);
  to.loop().post([&to, scope, data = std::move(data), reach] { to.signal(scope, data, reach); });
}

void EventLog::joinLeave(const Scope& scope, std::vector<JoinLeave> who) {
  Owner& to = owner(scope);
  to.loop().post([&to, scope, who = std::move(who)] { to.joinLeave(scope, who); });
}

void EventLog::tellPresence(PresenceChannel::Changes changes) {
  if (link_) link_->tellPresence(std::move(changes));
}

void EventLog::hearPresence(PresenceChannel::Heard heard) {
  if (link_) link_->hearPresence(std::move(heard));
}

}  // namespace kith
