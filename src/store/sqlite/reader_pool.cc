#include "store/sqlite/reader_pool.h"

#include <utility>

#include "base/assert.h"

namespace kith::store::sqlite {

ReaderPool::ReaderPool(std::string file, const Connection::Options& options, std::size_t readers_max,
                       const Identity& identity, DamageReport& damage, Log& log)
    : file_(std::move(file)),
      options_(options),
      readers_max_(readers_max),
      identity_(identity),
      damage_(damage),
      log_(log) {
  ASSERT(readers_max > 0);
}

ReaderPool::~ReaderPool() {
  Lock lock(mutex_);
  ASSERT(lent_ == 0);  // who reads must have ended before the store does
}

Result<void> ReaderPool::read(Callback<Result<void>(Reader&)>& job) {
  auto lane = TRY(borrow());
  auto outcome = lane->connection->run("BEGIN");
  if (outcome) {
    TableReads<Reader, Tables> reader(lane->tables);
    outcome = job(reader);
    // Ends the snapshot; nothing was changed.
    if (lane->connection->inTransaction()) (void)lane->connection->run("COMMIT").ok();
  }
  giveBack(std::move(lane));
  return outcome;
}

Result<std::unique_ptr<ReaderPool::Lane>> ReaderPool::borrow() {
  {
    Lock lock(mutex_);
    while (free_.empty() && lent_ >= readers_max_) free_lane_.wait(mutex_);
    ++lent_;
    if (!free_.empty()) {
      auto lane = std::move(free_.back());
      free_.pop_back();
      return lane;
    }
  }
  auto opened = Connection::open(file_, options_, log_);
  if (opened) return std::make_unique<Lane>(std::move(*opened), identity_, damage_);
  log_.error("store.reader_failed", {{"error", opened.error().message}});
  giveBack(nullptr);
  return faultOf(Failure::Other);
}

// A connection that failed is closed, and the next reader opens a fresh one.
void ReaderPool::giveBack(std::unique_ptr<Lane> lane) {
  const bool healthy = lane != nullptr && lane->connection->failure() == Failure::None;
  if (!healthy) lane.reset();
  {
    Lock lock(mutex_);
    --lent_;
    if (healthy) free_.push_back(std::move(lane));
  }
  free_lane_.notifyOne();
}

}  // namespace kith::store::sqlite
