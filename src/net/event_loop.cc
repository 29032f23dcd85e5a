#include "net/event_loop.h"

#include <chrono>
#include <utility>

#include "base/assert.h"
#include "net/event_loop_core.h"

namespace kith {
namespace {

// Turns stay short even if the sockets never fall silent: what is gathered must leave.
constexpr int kEventsPerTurn = 256;
// A room of thousands is written in slices: between them the loop reads, and what has become durable
// meanwhile joins the frames of those who have not been written yet.
constexpr std::size_t kWritesPerTurn = 128;
// Turn-end work may make more of it, and writes may bring the next request: some rounds each turn.
constexpr int kRoundsPerTurn = 8;

MonotonicMs monotonicNow() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

EventLoop::Core::Core()
    : wheel(monotonicNow()),
      flusher(makeSendmsgStep(), stats),
      read_buffer(std::make_unique<char[]>(kReadBufferBytes + kReadBufferPadding)) {}

EventLoop::EventLoop() : core_(std::make_unique<Core>()) {}

EventLoop::~EventLoop() {
  core_->ended();
  ASSERT(core_->stats.connections == 0);  // A connection must not outlive its loop.
}

void EventLoop::run() {
  Core& core = *core_;
  core.owner.store(std::this_thread::get_id());
  while (!core.stopping) {
    core.wait();
    for (int i = 0; i < kEventsPerTurn && core.io.poll_one() > 0; ++i) {
    }
    core.runPosted();
    core.endTurn();
  }
  core.ended();
  core.owner.store(core.maker);
}

void EventLoop::stop() {
  post([this] { core_->stopping = true; });
}

/// Waits for the kernel or a wake-up, unless there is work at hand.
void EventLoop::Core::wait() {
  armTimer();
  if (!turn_end.empty() || flusher.hasWork()) return;
  {
    const Lock lock(mutex);
    if (!posted.empty()) return;
    asleep = true;
  }
  io.run_one();
  const Lock lock(mutex);
  asleep = false;
}

/// The batch that is there now; what it posts itself waits for the next turn.
void EventLoop::Core::runPosted() {
  std::vector<Task> batch;
  {
    const Lock lock(mutex);
    batch.swap(posted);
  }
  for (Task& task : batch) {
    if (stopping) return;
    task();
    task = Task();  // What it owned ends here, in order, not with the batch.
  }
}

bool EventLoop::Core::runTurnEnd() {
  if (turn_end.empty()) return false;
  std::vector<Task> tasks;
  tasks.swap(turn_end);
  for (Task& task : tasks) task();
  return true;
}

void EventLoop::Core::endTurn() {
  ++stats.turns;
  std::size_t writes = stopping ? SIZE_MAX : kWritesPerTurn;
  for (int round = 0; round < kRoundsPerTurn; ++round) {
    const bool ran = runTurnEnd();
    const std::size_t wrote = flusher.flush(writes);
    writes -= wrote;
    if (!ran && wrote == 0) break;
  }
}

/// A wait that is too early is left as it is: it costs one turn, moving it costs a system call.
void EventLoop::Core::armTimer() {
  const auto next = wheel.nextDue();
  if (!next || (armed_for != 0 && armed_for <= *next)) return;
  armed_for = *next;
  timer.expires_at(std::chrono::steady_clock::time_point(std::chrono::milliseconds(*next)));
  timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;  // Moved to an earlier time, or the loop is over.
    armed_for = 0;
    wheel.run(monotonicNow());
  });
}

/// Drops what is left. Tasks may post while they are destroyed: that is dropped as well.
void EventLoop::Core::ended() {
  std::vector<Task> dropped;
  {
    const Lock lock(mutex);
    over = true;
    dropped.swap(posted);
  }
  dropped.clear();
  turn_end.clear();
  flusher.clear();
}

void EventLoop::post(Task task) {
  Core& core = *core_;
  bool wake = false;
  {
    const Lock lock(core.mutex);
    if (core.over) return;
    core.posted.push_back(std::move(task));
    // From the loop itself no wake-up is due: posted tasks run in every turn.
    if (core.asleep && core.owner.load(std::memory_order_relaxed) != std::this_thread::get_id()) {
      core.asleep = false;
      wake = true;
    }
  }
  if (wake) asio::post(core.io, [] {});
}

EventLoop::TimerId EventLoop::after(Milliseconds delay, Task task) {
  ASSERT(isHere());
  return core_->wheel.add(monotonicNow(), delay, std::move(task));
}

void EventLoop::cancel(TimerId timer) {
  ASSERT(isHere());
  core_->wheel.cancel(timer);
}

void EventLoop::atTurnEnd(Task task) {
  ASSERT(isHere());
  core_->turn_end.push_back(std::move(task));
}

bool EventLoop::isHere() const {
  return core_->owner.load(std::memory_order_relaxed) == std::this_thread::get_id();
}
MonotonicMs EventLoop::now() const {
  return monotonicNow();
}
const LoopStats& EventLoop::stats() const {
  return core_->stats;
}
std::size_t EventLoop::timers() const {
  return core_->wheel.size();
}

}  // namespace kith
