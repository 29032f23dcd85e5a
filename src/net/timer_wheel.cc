#include "net/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/assert.h"

namespace kith {

TimerWheel::TimerId TimerWheel::add(MonotonicMs now, Milliseconds delay, Task task) {
  const MonotonicMs wait = std::max<MonotonicMs>(delay.count(), 0);
  // One more, since `now` was rounded down to whole milliseconds.
  const auto due = static_cast<Tick>((now + wait + 1 + kStepMs - 1) / kStepMs);
  Index index;
  if (free_.empty()) {
    index = static_cast<Index>(entries_.size());
    entries_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Entry& entry = entries_[index];
  entry.task = std::move(task);
  entry.deadline = std::max(due, current_ + 1);
  link(index, place(entry.deadline));
  ++size_;
  return TimerId{entry.generation} << 32 | index;
}

void TimerWheel::cancel(TimerId timer) {
  const auto index = static_cast<Index>(timer);
  if (timer == 0 || index >= entries_.size()) return;
  Entry& entry = entries_[index];
  if (entry.list == kNone || entry.generation != timer >> 32) return;
  unlink(index);
  const Task task = std::move(entry.task);  // Its end may call us again: the wheel is whole by then.
  release(index);
}

void TimerWheel::run(MonotonicMs now) {
  const auto until = static_cast<Tick>(now / kStepMs);
  for (auto tick = nextTick(); tick && *tick <= until; tick = nextTick()) {
    current_ = *tick;
    cascade(current_);
    runDue();
  }
  current_ = std::max(current_, until);
}

std::optional<MonotonicMs> TimerWheel::nextDue() const {
  const auto tick = nextTick();
  if (!tick) return std::nullopt;
  return static_cast<MonotonicMs>(*tick) * kStepMs;
}

/// The list for a deadline: the lowest level whose slots reach that far.
TimerWheel::Index TimerWheel::place(Tick deadline) const {
  const Tick ahead = deadline - current_;
  int level = 0;
  while (level < kLevels - 1 && ahead >= Tick{1} << (kBits * (level + 1))) ++level;
  const Tick reach = Tick{1} << (kBits * kLevels);
  // Farther than the wheel: waits in the last slot it reaches and is placed again from there.
  if (ahead >= reach) deadline = current_ + reach - 1;
  const Tick slot = deadline >> (kBits * level) & (kSlots - 1);
  return static_cast<Index>(static_cast<Tick>(level) * kSlots + slot);
}

void TimerWheel::link(Index index, Index list) {
  Entry& entry = entries_[index];
  entry.list = list;
  entry.next = kNone;
  entry.previous = tails_[list];
  (tails_[list] == kNone ? heads_[list] : entries_[tails_[list]].next) = index;
  tails_[list] = index;
  if (list < kDueList)
    occupied_[list >> kBits].words[(list & (kSlots - 1)) / 64] |= std::uint64_t{1} << (list % 64);
}

void TimerWheel::unlink(Index index) {
  Entry& entry = entries_[index];
  const Index list = entry.list;
  (entry.previous == kNone ? heads_[list] : entries_[entry.previous].next) = entry.next;
  (entry.next == kNone ? tails_[list] : entries_[entry.next].previous) = entry.previous;
  if (list < kDueList && heads_[list] == kNone) {
    occupied_[list >> kBits].words[(list & (kSlots - 1)) / 64] &= ~(std::uint64_t{1} << (list % 64));
  }
}

void TimerWheel::release(Index index) {
  Entry& entry = entries_[index];
  entry.list = kNone;
  if (++entry.generation == 0) entry.generation = 1;
  free_.push_back(index);
  --size_;
}

std::optional<TimerWheel::Tick> TimerWheel::nextTick() const {
  std::optional<Tick> next;
  for (int level = 0; level < kLevels; ++level) {
    const auto start = nextSlotStart(level);
    if (start && (!next || *start < *next)) next = start;
  }
  return next;
}

/// The first step at which the next occupied slot of `level` must be looked at. The slot of now
/// was emptied already, so what is in it belongs to the next round.
std::optional<TimerWheel::Tick> TimerWheel::nextSlotStart(int level) const {
  const Tick here = current_ >> (kBits * level);
  const auto& words = occupied_[static_cast<std::size_t>(level)].words;
  for (Tick ahead = 1; ahead <= kSlots;) {
    const Tick slot = (here + ahead) & (kSlots - 1);
    const std::uint64_t rest = words[slot / 64] >> (slot % 64);
    if (rest == 0) {
      ahead += 64 - slot % 64;
      continue;
    }
    ahead += static_cast<Tick>(std::countr_zero(rest));
    return (here + std::min(ahead, kSlots)) << (kBits * level);
  }
  return std::nullopt;
}

/// Moves what the upper levels hold for `tick` down, then all that is due to the due list.
void TimerWheel::cascade(Tick tick) {
  for (int level = kLevels - 1; level >= 0; --level) {
    const Tick below = (Tick{1} << (kBits * level)) - 1;
    if ((tick & below) != 0) continue;
    const auto list =
        static_cast<Index>(static_cast<Tick>(level) * kSlots + (tick >> (kBits * level) & (kSlots - 1)));
    while (heads_[list] != kNone) {
      const Index index = heads_[list];
      unlink(index);
      const Tick deadline = entries_[index].deadline;
      ASSERT(level > 0 || deadline == tick);
      link(index, deadline == tick ? kDueList : place(deadline));
    }
  }
}

/// One by one: a task may cancel the others, which stay linked until their turn.
void TimerWheel::runDue() {
  while (heads_[kDueList] != kNone) {
    const Index index = heads_[kDueList];
    unlink(index);
    Task task = std::move(entries_[index].task);
    release(index);
    task();
  }
}

}  // namespace kith
