#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "store/sqlite/scratch_store.h"
#include "store/store_under_test.h"

namespace kith::store {

inline std::string bytesOfFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A SqliteStore on a scratch folder.
class SqliteUnderTest final : public StoreUnderTest {
 public:
  SqliteUnderTest(const Clock& clock, const QueueLimits& limits) : clock_(clock), limits_(limits) {
    reopen();
  }

  Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    SqliteOptions options;
    options.folder = folder_.path() + "/data";
    options.queue = limits_;
    auto opened = SqliteStore::open(std::move(options), clock_, log_, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
  }
  bool keepsAnywhere(const std::string& bytes) override {
    store_.reset();  // its end brings the write-ahead log into the file
    bool found = false;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path() + "/data")) {
      found = found || bytesOfFile(file.path().string()).find(bytes) != std::string::npos;
    }
    reopen();
    return found;
  }

 private:
  ScratchFolder folder_;
  const Clock& clock_;
  const QueueLimits limits_;
  Log log_{LogLevel::Off, Log::Format::Text};
  Metrics metrics_;
  std::unique_ptr<SqliteStore> store_;
};

}  // namespace kith::store
