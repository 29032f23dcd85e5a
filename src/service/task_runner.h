#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/metrics.h"
#include "eventlog/event_log.h"
#include "model/task.h"
#include "service/caller.h"

namespace kith {

struct TaskRunnerOptions {
  Milliseconds patience{5'000};    // how long somebody waits for the end of his task
  Milliseconds retry{200};         // after a step that failed; doubled each time,
  Milliseconds retry_max{60'000};  // up to this
  int failures_max = 20;           // in a row: then it is an error in the log, and tried hourly
  Milliseconds retry_failed{3'600'000};
  Milliseconds look{60'000};  // for tasks whose time has come
  std::size_t page = 1'000;   // read at once
};

/// Works off what spans more than one commit: tasks are rows written with their first commit, done in
/// steps, each a commit of its own that may be repeated. The last step removes the row.
///
/// Any thread may call run(); the work is done on the one loop given, one step of a task at a time. A
/// crash leaves the row, and start() goes on with it. Owned by the wiring, destroyed after the loop ended.
class TaskRunner {
 public:
  using Options = TaskRunnerOptions;
  /// Does the next step of a task of its kind; answers on any thread with the task as it is stored now, or
  /// nothing: that was the last.
  using Next = std::optional<StoredTask>;
  using Step = Callback<void(const StoredTask&, Reply<Next>)>;
  struct Parts {
    Loop& loop;
    const Clock& clock;
    EventLog& log;
    Log& lines;
    Metrics& metrics;
    Options options{};
  };
  explicit TaskRunner(Parts parts);

  /// Before start(), once for each kind.
  void handle(const std::string& kind, Step step);
  /// Takes up what an earlier run has left, and from now on what falls due.
  void start();
  /// A task just committed: begins at once. `ended` hears once whether all of it was done before the
  /// patience was over; the rest goes on all the same. On any thread.
  void run(StoredTask task, Callback<void(bool done)> ended);

 private:
  struct Waiter {
    Callback<void(bool)> ended;
    Loop::TimerId timer = 0;
  };
  struct Running {
    StoredTask task;
    int failures = 0;
    std::vector<std::shared_ptr<Waiter>> waiters{};
    Next again{};  // stored anew meanwhile: begun when this has ended
  };

  void look();
  void begin(StoredTask task, std::shared_ptr<Waiter> waiter);
  void step(const std::string& key);
  void stepped(const std::string& key, Result<Next> next);
  void finish(const std::string& key);
  void answer(Waiter& waiter, bool done);

  Parts parts_;
  std::unordered_map<std::string, Step> steps_;
  std::unordered_map<std::string, Running> running_;
  Counter& steps_done_;
  Counter& steps_failed_;
};

}  // namespace kith
