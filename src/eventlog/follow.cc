#include "eventlog/follow.h"

#include <algorithm>

#include "base/assert.h"
#include "eventlog/envelope.h"

namespace kith {

Follow::Follow(const FollowLimits& limits, Apply apply)
    : limits_(limits), apply_(std::move(apply)), ring_(limits.ring_entries_max, limits.ring_bytes_max) {}

void Follow::beginPositioning() {
  ASSERT(state_ == State::Cold);
  state_ = State::Positioning;
}

void Follow::positioned(const store::Head& head) {
  ASSERT(state_ == State::Positioning);
  state_ = State::Live;
  next_ = head.position.offset + 1;
  epoch_ = head.position.epoch;
  removals_.startAt(head.position.offset);
  hold_.erase(hold_.begin(), hold_.lower_bound(next_));
  drainHold();
}

void Follow::entry(const LoggedEntry& logged, const std::string& epoch) {
  const Offset offset = logged.entry.offset;
  known_ = std::max(known_, offset);
  if (state_ == State::Cold || (state_ == State::Live && offset < next_)) return;
  if (state_ == State::Live && offset == next_) {
    ASSERT(epoch == epoch_);
    apply(renderPublication(logged));
    drainHold();
    return;
  }
  hold_.try_emplace(offset, renderPublication(logged));
  if (hold_.size() > limits_.hold_entries_max) {
    hold_.erase(std::prev(hold_.end()));
    overflowed_ = true;
  }
}

void Follow::drainHold() {
  while (!hold_.empty() && hold_.begin()->first == next_) {
    auto publication = std::move(hold_.extract(hold_.begin()).mapped());
    apply(std::move(publication));
  }
}

void Follow::apply(Publication publication) {
  if (publication.type == EntryType::MessageEdited) ring_.forget(publication.ref_seq);
  for (const Offset seq : publication.deleted) ring_.forget(seq);
  next_ = publication.offset + 1;
  removals_.note(publication);
  ring_.push(publication);
  apply_(publication);
}

}  // namespace kith
