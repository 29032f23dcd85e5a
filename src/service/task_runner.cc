#include "service/task_runner.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace kith {

TaskRunner::TaskRunner(Parts parts)
    : parts_(parts),
      steps_done_(parts.metrics.counter("kith_task_steps_total", "Steps of tasks that were committed")),
      steps_failed_(
          parts.metrics.counter("kith_task_steps_failed_total", "Steps of tasks that will be tried again")) {}

void TaskRunner::handle(const std::string& kind, Step step) {
  steps_.emplace(kind, std::move(step));
}

void TaskRunner::start() {
  parts_.loop.post([this] { look(); });
}

void TaskRunner::look() {
  auto read = [now = parts_.clock.wall(), page = parts_.options.page](store::Reader& reader) {
    return reader.tasksDue(now, page);
  };
  parts_.log.readValue<std::vector<StoredTask>>(std::move(read), [this](Result<std::vector<StoredTask>> due) {
    parts_.loop.post([this, due = std::move(due)]() mutable {
      if (due) {
        for (auto& task : *due) begin(std::move(task), nullptr);
      }
      parts_.loop.after(parts_.options.look, [this] { look(); });
    });
  });
}

void TaskRunner::run(StoredTask task, Callback<void(bool)> ended) {
  auto waiter = std::make_shared<Waiter>(Waiter{std::move(ended)});
  parts_.loop.post([this, task = std::move(task), waiter = std::move(waiter)]() mutable {
    begin(std::move(task), std::move(waiter));
  });
}

void TaskRunner::begin(StoredTask task, std::shared_ptr<Waiter> waiter) {
  if (waiter) {
    waiter->timer = parts_.loop.after(parts_.options.patience, [this, waiter] { answer(*waiter, false); });
  }
  const auto key = task.key;
  const auto [found, fresh] = running_.try_emplace(key);
  if (waiter) found->second.waiters.push_back(std::move(waiter));
  if (!fresh) {
    found->second.again = std::move(task);
    return;
  }
  found->second.task = std::move(task);
  step(key);
}

void TaskRunner::step(const std::string& key) {
  const auto& task = running_.at(key).task;
  const auto known = steps_.find(task.kind);
  if (known == steps_.end()) {
    parts_.lines.error("task.unknown_kind", {{"task", key}, {"kind", task.kind}});
    running_.erase(key);
    return;
  }
  known->second(task, [this, key](Result<Next> next) {
    parts_.loop.post([this, key, next = std::move(next)]() mutable { stepped(key, std::move(next)); });
  });
}

void TaskRunner::stepped(const std::string& key, Result<Next> next) {
  auto& running = running_.at(key);
  if (next) {
    running.failures = 0;
    steps_done_.add();
    if (!*next) return finish(key);
    running.task = std::move(**next);
    return step(key);
  }
  steps_failed_.add();
  ++running.failures;
  const auto& options = parts_.options;
  Milliseconds pause = options.retry_failed;
  if (running.failures < options.failures_max) {
    pause =
        std::min(options.retry_max, options.retry * (std::int64_t{1} << std::min(running.failures - 1, 20)));
  } else {
    parts_.lines.error("task.failed",
                       {{"task", key}, {"why", next.error().message()}, {"detail", next.error().detail}});
  }
  parts_.loop.after(pause, [this, key] { step(key); });
}

void TaskRunner::finish(const std::string& key) {
  const auto found = running_.find(key);
  if (auto again = std::exchange(found->second.again, std::nullopt)) {
    found->second.task = std::move(*again);
    return step(key);
  }
  const auto waiters = std::move(found->second.waiters);
  running_.erase(found);
  for (const auto& waiter : waiters) answer(*waiter, true);
}

void TaskRunner::answer(Waiter& waiter, bool done) {
  if (!waiter.ended) return;
  if (done) parts_.loop.cancel(waiter.timer);
  std::exchange(waiter.ended, {})(done);
}

}  // namespace kith
