#include "eventlog/high_water.h"

#include <algorithm>
#include <utility>

namespace kith {

HighWater::HighWater(Loop& loop, const Cluster& cluster, Frames& frames, Listener& listener)
    : loop_(loop), cluster_(cluster), frames_(frames), listener_(listener) {}

void HighWater::start() {
  last_beat_ = cluster_.clock.monotonic();
  loop_.after(kMarkInterval, [this] { beat(); });
}

void HighWater::committed(std::uint64_t scope, Offset last) {
  Lock lock(mutex_);
  auto& known = now_[scope];
  known = std::max(known, last);
}

void HighWater::beat() {
  const MonotonicMs now = cluster_.clock.monotonic();
  const bool paused = now - std::exchange(last_beat_, now) > (kMarkInterval + kPause).count();
  tell();
  if (paused) {
    heard_.clear();  // they had no chance to be heard
    listener_.paused();
  } else {
    lookForTheSilent();
  }
  loop_.after(kMarkInterval, [this] { beat(); });
}

// Sent also when there is nothing to say: silence is what tells of a node that has died.
void HighWater::tell() {
  Lasts now;
  {
    Lock lock(mutex_);
    now.swap(now_);
  }
  Lasts both = std::exchange(before_, now);
  for (const auto& [scope, last] : now) both[scope] = std::max(both[scope], last);
  broker::Marks marks;
  for (const auto& [scope, last] : both) {
    marks.marks.push_back({scope, last});
    if (marks.marks.size() == broker::kMarksMax) frames_.publish(std::exchange(marks, {}));
  }
  if (!marks.marks.empty() || both.empty()) frames_.publish(std::move(marks));
}

void HighWater::lookForTheSilent() {
  const MonotonicMs latest = last_beat_ - kMarkLate.count();
  if (std::erase_if(heard_, [latest](const auto& node) { return node.second < latest; }) > 0)
    listener_.suspects();
}

void HighWater::received(const std::string& bytes) {
  auto frame = frames_.read(kMarksChannel, bytes);
  if (!frame) return;
  auto* marks = std::get_if<broker::Marks>(&frame->body);
  if (marks == nullptr) return frames_.refuse(kMarksChannel, "misplaced");
  if (!guard_.admit(*frame, cluster_.clock.wall())) return frames_.refuse(kMarksChannel, "replayed");
  heard_[frame->node] = cluster_.clock.monotonic();
  if (!marks->marks.empty()) listener_.marked(std::move(marks->marks));
}

}  // namespace kith
