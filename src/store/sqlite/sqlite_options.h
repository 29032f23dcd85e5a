#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/loop.h"
#include "base/task.h"
#include "store/store.h"

namespace kith::store {

/// How a SqliteStore is opened. Numbers are defaults; the last group is for tests.
struct SqliteOptions {
  std::string folder;  // made if missing, mode 0700
  QueueLimits queue;
  std::size_t commit_entries_max = 200;
  std::size_t readers_max = 8;                             // reads at one time; more wait
  std::uint64_t free_space_low_bytes = 128 * 1024 * 1024;  // below, writes are refused
  std::size_t cache_bytes = 64 * 1024 * 1024;              // of the writer; a reader has an eighth
  std::size_t checkpoint_bytes = 4 * 1024 * 1024;          // of the WAL
  Milliseconds lock_wait{5000};                            // for another program's write lock

  /// Called once, on the writer's thread, after a write or sync that failed. The store answers
  /// temporary faults from then on; the process should end, since only a new start shows what the
  /// disk holds. Must not destroy the store.
  Callback<void(const std::string& why)> on_fatal;

  /// Normal loses commits in a power cut. It exists so that the test of durability can show that it
  /// would notice; never use it otherwise.
  enum class Synchronous { Full, Normal };
  Synchronous synchronous = Synchronous::Full;
  std::function<std::uint64_t(const std::string& folder)> free_bytes;  // none: asks the system
  std::string vfs;  // the file layer of SQLite to stand on; none: its own
};

}  // namespace kith::store
