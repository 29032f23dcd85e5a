#pragma once

#include <cstddef>

#include "base/log.h"
#include "store/sqlite/connection.h"

namespace kith::store::sqlite {

/// Brings the WAL into the database, by size, and empties it after text was removed.
///
/// Owned by the writer, on its thread and its connection: two connections that write or checkpoint
/// can lose commits in SQLite before 3.51.3. Never runs inside a transaction and waits for readers
/// only when the WAL has grown far beyond its size.
class Checkpointer {
 public:
  Checkpointer(Connection& connection, std::size_t wal_bytes, int lock_wait_ms, Log& log);

  /// After each commit.
  void committed();
  /// Removed text lies in old frames of the WAL until it is emptied: do so at the next second().
  void textRemoved() { empty_due_ = true; }
  /// About once a second.
  void second();

 private:
  static int heard(void* self, sqlite3* handle, const char* database, int frames);
  bool checkpoint(int mode, int wait_ms);

  Connection& connection_;
  const int frames_max_;
  const int lock_wait_ms_;
  Log& log_;
  int frames_ = 0;  // in the WAL after the last commit
  int tried_at_ = 0;
  bool empty_due_ = false;
};

}  // namespace kith::store::sqlite
