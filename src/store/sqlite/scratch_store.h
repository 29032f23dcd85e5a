#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "store/sqlite/sqlite_store.h"

namespace kith::store {

/// A folder that goes with its test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "kith-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// For tests: a real store in a folder that outlives it, however little space the machine has.
inline std::unique_ptr<SqliteStore> openScratchStore(const ScratchFolder& folder, const Clock& clock,
                                                     Log& log, Metrics& metrics) {
  SqliteOptions options;
  options.folder = folder.path();
  options.free_space_low_bytes = 0;
  return std::move(SqliteStore::open(std::move(options), clock, log, metrics)).value();
}

}  // namespace kith::store
