#include "store/sqlite/item_queue.h"

#include <algorithm>
#include <utility>

namespace kith::store::sqlite {
namespace {

std::size_t bytesOf(const WriteItem& item) {
  return sizeof(WriteItem) + item.nonce.size() + item.request_hash.size() + item.bytes;
}

}  // namespace

std::vector<ItemQueue::Refused> ItemQueue::put(std::vector<WriteItem> items) {
  std::vector<Refused> refused;
  {
    Lock lock(mutex_);
    for (auto& item : items) {
      if (auto fault = putOne(item)) refused.push_back({std::move(item), std::move(*fault)});
    }
  }
  ready_.notifyOne();
  return refused;
}

std::optional<Fault> ItemQueue::putOne(WriteItem& item) {
  const std::size_t bytes = bytesOf(item);
  if (ended_) return Fault::unavailable("The store takes no more writes.");
  if (!fits(item, bytes)) return Fault::unavailable("Too many writes are waiting.");
  count(item, bytes);
  items_.push_back(std::move(item));
  return std::nullopt;
}

bool ItemQueue::fits(const WriteItem& item, std::size_t bytes) const {
  if (bytes_ + bytes > limits_.bytes_max) return false;
  return std::all_of(item.scopes.begin(), item.scopes.end(), [&](const Scope& scope) REQUIRES(mutex_) {
    const auto found = scopes_.find(scope);
    const Waiting waiting = found == scopes_.end() ? Waiting{} : found->second;
    return waiting.items < limits_.scope_items_max && waiting.bytes + bytes <= limits_.scope_bytes_max;
  });
}

void ItemQueue::count(const WriteItem& item, std::size_t bytes) {
  bytes_ += bytes;
  for (const auto& scope : item.scopes) {
    auto& waiting = scopes_[scope];
    waiting.items += 1;
    waiting.bytes += bytes;
  }
}

void ItemQueue::uncount(const WriteItem& item, std::size_t bytes) {
  bytes_ -= bytes;
  for (const auto& scope : item.scopes) {
    const auto found = scopes_.find(scope);
    found->second.items -= 1;
    found->second.bytes -= bytes;
    if (found->second.items == 0) scopes_.erase(found);
  }
}

std::vector<WriteItem> ItemQueue::take(std::size_t items_max, Milliseconds wait) {
  Lock lock(mutex_);
  if (items_.empty() && !ended_) ready_.waitFor(mutex_, wait);
  const std::size_t count = std::min(items_max, items_.size());
  std::vector<WriteItem> taken;
  taken.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    uncount(items_.front(), bytesOf(items_.front()));
    taken.push_back(std::move(items_.front()));
    items_.pop_front();
  }
  return taken;
}

void ItemQueue::end() {
  {
    Lock lock(mutex_);
    ended_ = true;
  }
  ready_.notifyAll();
}

bool ItemQueue::ended() const {
  Lock lock(mutex_);
  return ended_ && items_.empty();
}

std::size_t ItemQueue::size() const {
  Lock lock(mutex_);
  return items_.size();
}

}  // namespace kith::store::sqlite
