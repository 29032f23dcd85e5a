#include "store/sqlite/checkpointer.h"

#include <algorithm>

namespace kith::store::sqlite {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr int kMuchTooLong = 8;     // times the size: readers have kept the WAL from starting anew
constexpr int kReaderWaitMs = 200;  // a reader needs a few ms for its page

}  // namespace

Checkpointer::Checkpointer(Connection& connection, std::size_t wal_bytes, int lock_wait_ms, Log& log)
    : connection_(connection),
      frames_max_(static_cast<int>(std::max<std::size_t>(wal_bytes / kPageBytes, 1))),
      lock_wait_ms_(lock_wait_ms),
      log_(log) {
  sqlite3_wal_hook(connection_.handle(), &Checkpointer::heard, this);
}

int Checkpointer::heard(void* self, sqlite3*, const char*, int frames) {
  static_cast<Checkpointer*>(self)->frames_ = frames;
  return SQLITE_OK;
}

void Checkpointer::committed() {
  if (frames_ < tried_at_) tried_at_ = 0;  // the WAL started anew
  if (frames_ - tried_at_ < frames_max_) return;
  tried_at_ = frames_;
  if (frames_ >= frames_max_ * kMuchTooLong) {
    checkpoint(SQLITE_CHECKPOINT_TRUNCATE, kReaderWaitMs);
  } else {
    checkpoint(SQLITE_CHECKPOINT_PASSIVE, 0);
  }
}

void Checkpointer::second() {
  if (empty_due_ && checkpoint(SQLITE_CHECKPOINT_TRUNCATE, 0)) empty_due_ = false;
}

// True if everything is in the database. A reader in the way is no failure.
bool Checkpointer::checkpoint(int mode, int wait_ms) {
  sqlite3* const handle = connection_.handle();
  sqlite3_busy_timeout(handle, wait_ms);
  int frames = 0;
  int done = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle, "main", mode, &frames, &done);
  sqlite3_busy_timeout(handle, lock_wait_ms_);
  if (code == SQLITE_OK) {
    log_.debug("store.checkpoint", {{"frames", std::to_string(frames)}, {"done", std::to_string(done)}});
    if (mode == SQLITE_CHECKPOINT_TRUNCATE) frames_ = tried_at_ = 0;
    return frames == done;
  }
  if (failureOf(code) != Failure::Busy) (void)connection_.fail(code);
  return false;
}

}  // namespace kith::store::sqlite
