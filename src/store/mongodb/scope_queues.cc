#include "store/mongodb/scope_queues.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace kith::store::mongodb {
namespace {

std::size_t bytesOf(const WriteItem& item) {
  return sizeof(WriteItem) + item.nonce.size() + item.request_hash.size() + item.bytes;
}

bool isPlain(const WriteItem& item) {
  return std::holds_alternative<AppendRun>(item.run);
}

}  // namespace

std::vector<ScopeQueues::Refused> ScopeQueues::put(std::vector<WriteItem> items) {
  std::vector<Refused> refused;
  {
    Lock lock(mutex_);
    for (auto& item : items) {
      if (auto fault = putOne(item)) refused.push_back({std::move(item), std::move(*fault)});
    }
  }
  changed_.notifyAll();
  return refused;
}

std::optional<Fault> ScopeQueues::putOne(WriteItem& item) {
  ASSERT(!item.scopes.empty());
  if (ended_) return Fault::unavailable("The store takes no more writes.");
  auto waiting = std::make_shared<Waiting>();
  waiting->scopes = item.scopes;
  std::sort(waiting->scopes.begin(), waiting->scopes.end());
  waiting->scopes.erase(std::unique(waiting->scopes.begin(), waiting->scopes.end()), waiting->scopes.end());
  waiting->bytes = bytesOf(item);
  if (!fits(*waiting)) return Fault::unavailable("Too many writes are waiting.");
  waiting->item = std::move(item);
  for (const auto& scope : waiting->scopes) {
    auto& queue = queues_[scope];
    if (!queue.items.empty()) ++waiting->behind;
    queue.items.push_back(waiting);
    queue.bytes += waiting->bytes;
  }
  bytes_ += waiting->bytes;
  ++items_;
  if (waiting->behind == 0) ready_.push_back(std::move(waiting));
  return std::nullopt;
}

bool ScopeQueues::fits(const Waiting& waiting) {
  if (bytes_ + waiting.bytes > limits_.bytes_max) return false;
  return std::all_of(waiting.scopes.begin(), waiting.scopes.end(), [&](const Scope& scope) REQUIRES(mutex_) {
    const auto found = queues_.find(scope);
    if (found == queues_.end())
      return limits_.scope_items_max > 0 && waiting.bytes <= limits_.scope_bytes_max;
    return found->second.items.size() < limits_.scope_items_max &&
           found->second.bytes + waiting.bytes <= limits_.scope_bytes_max;
  });
}

ScopeQueues::Batch ScopeQueues::take(std::size_t items_max, std::size_t bytes_max, Milliseconds wait) {
  Batch batch;
  Lock lock(mutex_);
  if (ready_.empty() && !(ended_ && items_ == 0)) changed_.waitFor(mutex_, wait);
  if (ready_.empty()) return batch;
  const auto first = std::move(ready_.front());
  ready_.pop_front();
  batch.scopes = first->scopes;
  batch.waited = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - first->since);
  const bool plain = isPlain(first->item);
  std::size_t bytes = first->bytes;
  batch.items.push_back(std::move(first->item));
  if (plain) {
    ASSERT(batch.scopes.size() == 1);
    const auto& queue = queues_.find(batch.scopes.front())->second;
    for (std::size_t i = 1; i < queue.items.size() && i < items_max; ++i) {
      auto& next = *queue.items[i];
      bytes += next.bytes;
      if (!isPlain(next.item) || bytes > bytes_max) break;
      batch.items.push_back(std::move(next.item));
    }
  }
  batch.count = batch.items.size();
  return batch;
}

void ScopeQueues::finished(const Batch& batch) {
  {
    Lock lock(mutex_);
    for (const auto& scope : batch.scopes) {
      const auto found = queues_.find(scope);
      auto& queue = found->second;
      for (std::size_t i = 0; i < batch.count; ++i) {
        queue.bytes -= queue.items.front()->bytes;
        if (scope == batch.scopes.front()) bytes_ -= queue.items.front()->bytes;
        queue.items.pop_front();
      }
      if (queue.items.empty()) {
        queues_.erase(found);
      } else if (--queue.items.front()->behind == 0) {
        ready_.push_back(queue.items.front());
      }
    }
    items_ -= batch.count;
  }
  changed_.notifyAll();
}

void ScopeQueues::end() {
  {
    Lock lock(mutex_);
    ended_ = true;
  }
  changed_.notifyAll();
}

bool ScopeQueues::ended() const {
  Lock lock(mutex_);
  return ended_ && items_ == 0;
}

std::size_t ScopeQueues::size() const {
  Lock lock(mutex_);
  return items_;
}

}  // namespace kith::store::mongodb
