#pragma once

#include <atomic>

#include "store/sqlite/vfs_layer.h"

namespace kith::store {

/// Files that fail on demand: for tests.
class FaultyVfs final : public sqlite::VfsLayer {
 public:
  FaultyVfs() : VfsLayer("") {}

  std::atomic<int> write_code{SQLITE_OK};  // given instead of writing
  std::atomic<int> sync_code{SQLITE_OK};
  std::atomic<int> syncs{0};

 protected:
  int write(File& file, const void* bytes, int count, sqlite3_int64 at) override {
    const int code = write_code;
    return code == SQLITE_OK ? VfsLayer::write(file, bytes, count, at) : code;
  }
  int sync(File& file, int flags) override {
    ++syncs;
    const int code = sync_code;
    return code == SQLITE_OK ? VfsLayer::sync(file, flags) : code;
  }
};

}  // namespace kith::store
