#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/metrics.h"
#include "base/mutex.h"
#include "store/sqlite/checkpointer.h"
#include "store/sqlite/item_queue.h"
#include "store/sqlite/item_runner.h"
#include "store/sqlite/space_watch.h"
#include "store/sqlite/sqlite_options.h"
#include "store/sqlite/tables.h"

namespace kith::store::sqlite {

/// The one thread that changes the database: whatever queued while the last commit ran goes into the next.
///
/// Owned by the store. Has the only connection that writes and checkpoints. After a write or sync that
/// failed it answers everybody, tells `on_fatal` and never touches the file again: what a second sync
/// says would not be true. The destructor commits what waits.
class Writer {
 public:
  Writer(std::unique_ptr<Connection> connection, const Identity& identity, DamageReport& damage,
         SpaceWatch& space, SqliteOptions& options, const Clock& clock, Log& log, Metrics& metrics);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Any thread.
  void submit(std::vector<WriteItem> items);
  void setAnswered(Task answered);
  /// Why no write will ever succeed again; empty while they may. Any thread.
  std::string fatal() const;

 private:
  using Items = std::vector<WriteItem>;
  using Outcomes = std::vector<Result<Committed>>;

  void run();
  void second();
  void write(Items items);
  std::size_t commitSome(Items& items, std::size_t first);
  Result<void> runSome(Items& items, std::size_t first, Outcomes& outcomes);
  void giveUp(Items& items, std::size_t first, std::size_t last, const Fault& fault);
  void tellAnswered();
  void afterFailure();
  void stop(const std::string& why);

  std::unique_ptr<Connection> connection_;
  Tables tables_;
  ItemRunner runner_;
  Checkpointer checkpointer_;
  SpaceWatch& space_;
  const Clock& clock_;
  Log& log_;
  const std::size_t entries_max_;
  Callback<void(const std::string&)> on_fatal_;
  Counter& commits_;
  Counter& entries_;
  Counter& failed_commits_;
  Counter& waiting_;
  MonotonicMs second_at_ = 0;
  ItemQueue queue_;
  mutable Mutex mutex_;
  std::string fatal_ GUARDED_BY(mutex_);
  std::shared_ptr<Task> answered_ GUARDED_BY(mutex_) = std::make_shared<Task>([] {});
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace kith::store::sqlite
