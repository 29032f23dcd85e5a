#include "eventlog/follow.h"

#include <algorithm>

#include "base/assert.h"
#include "broker/frame.h"
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
  start(head);
  hold_.erase(hold_.begin(), hold_.lower_bound(next_));
  // Of another epoch: which of the two is older, the store will say.
  doubts_epoch_ = std::erase_if(hold_, [this](const auto& held) { return held.second.epoch != print(); }) > 0;
  held_bytes_ = 0;
  for (const auto& [offset, held] : hold_) held_bytes_ += held.publication.data->size();
  drainHold();
}

void Follow::restart(const store::Head& head) {
  ASSERT(state_ == State::Live);
  hold_.clear();
  held_bytes_ = 0;
  ring_ = Ring(limits_.ring_entries_max, limits_.ring_bytes_max);
  known_ = 0;
  doubts_epoch_ = false;
  start(head);
}

void Follow::start(const store::Head& head) {
  next_ = head.position.offset + 1;
  epoch_ = head.position.epoch;
  epoch_print_ = 0;
  removals_.startAt(head.position.offset);
}

std::uint64_t Follow::print() {
  if (epoch_print_ == 0) epoch_print_ = broker::fingerprint(epoch_);
  return epoch_print_;
}

void Follow::entry(const LoggedEntry& logged, const std::string& epoch) {
  const Offset offset = logged.entry.offset;
  if (state_ == State::Live && epoch != epoch_) {
    doubts_epoch_ = true;
    return;
  }
  if (!wants(offset)) return;
  goesTo(offset);
  if (state_ == State::Live && offset == next_) {
    apply(renderPublication(logged));
    drainHold();
    return;
  }
  if (!hold_.contains(offset)) hold(renderPublication(logged), broker::fingerprint(epoch));
}

void Follow::entry(Publication publication, std::uint64_t epoch) {
  const Offset offset = publication.offset;
  if (state_ == State::Live && epoch != print()) {
    doubts_epoch_ = true;
    return;
  }
  if (!wants(offset)) return;
  goesTo(offset);
  if (state_ == State::Live && offset == next_) {
    apply(std::move(publication));
    drainHold();
    return;
  }
  hold(std::move(publication), epoch);
}

void Follow::hold(Publication publication, std::uint64_t epoch) {
  const Offset offset = publication.offset;
  const std::size_t bytes = publication.data->size();
  if (!hold_.try_emplace(offset, Held{std::move(publication), epoch}).second) return;
  held_bytes_ += bytes;
  while (hold_.size() > limits_.hold_entries_max || held_bytes_ > limits_.hold_bytes_max) {
    held_bytes_ -= std::prev(hold_.end())->second.publication.data->size();
    hold_.erase(std::prev(hold_.end()));
  }
}

void Follow::filled(Offset head) {
  known_ = std::min(known_, std::max(head, hold_.empty() ? 0 : hold_.rbegin()->first));
}

void Follow::drainHold() {
  while (!hold_.empty() && hold_.begin()->first == next_) {
    auto publication = std::move(hold_.extract(hold_.begin()).mapped().publication);
    held_bytes_ -= publication.data->size();
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
