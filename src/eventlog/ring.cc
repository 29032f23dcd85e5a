#include "eventlog/ring.h"

#include <algorithm>

#include "base/assert.h"

namespace kith {

void Ring::push(Publication publication) {
  ASSERT(items_.empty() || publication.offset == items_.back().offset + 1);
  bytes_ += publication.data->size();
  items_.push_back(std::move(publication));
  while (items_.size() > entries_max_ || (bytes_ > bytes_max_ && items_.size() > 1)) dropFront();
}

void Ring::dropFront() {
  bytes_ -= items_.front().data->size();
  items_.pop_front();
}

void Ring::prepend(const std::vector<Publication>& older) {
  for (auto it = older.rbegin(); it != older.rend(); ++it) {
    if (!items_.empty() && it->offset + 1 != items_.front().offset) continue;
    if (items_.size() >= entries_max_ || bytes_ + it->data->size() > bytes_max_) return;
    bytes_ += it->data->size();
    items_.push_front(*it);
  }
}

void Ring::forget(Offset seq) {
  auto speaks = [seq](const Publication& p) {
    return p.ref_seq == seq && (p.type == EntryType::MessageCreated || p.type == EntryType::MessageEdited);
  };
  const auto last = std::find_if(items_.rbegin(), items_.rend(), speaks);
  for (auto count = std::distance(last, items_.rend()); count > 0; --count) dropFront();
}

bool Ring::covers(Offset after, Offset last) const {
  if (after >= last) return true;
  return !items_.empty() && items_.front().offset <= after + 1 && items_.back().offset >= last;
}

std::vector<Publication> Ring::after(Offset after) const {
  const auto from =
      std::find_if(items_.begin(), items_.end(), [&](const auto& p) { return p.offset > after; });
  return {from, items_.end()};
}

const Publication* Ring::find(Offset offset) const {
  // From the end: who asks has just put it there.
  const auto found = std::find_if(items_.rbegin(), items_.rend(),
                                  [offset](const Publication& p) { return p.offset <= offset; });
  return found != items_.rend() && found->offset == offset ? &*found : nullptr;
}

bool Ring::rewrites(Offset after) const {
  return std::any_of(items_.begin(), items_.end(), [&](const Publication& p) {
    if (p.offset <= after) return false;
    if (p.type == EntryType::MessageEdited) return p.ref_seq <= after;
    return std::any_of(p.deleted.begin(), p.deleted.end(), [after](Offset seq) { return seq <= after; });
  });
}

}  // namespace kith
