#pragma once

#include <gtest/gtest.h>
#include <mongoc/mongoc.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "store/mongodb/mongo_store.h"
#include "store/store_under_test.h"

namespace kith::store {

/// The address of the test server without a database, or empty: script/mongodb says it.
inline std::string testServer() {
  const char* uri = std::getenv("KITH_TEST_MONGODB_URI");
  return uri == nullptr ? "" : uri;
}

/// A database of its own on the test server, that goes with its test.
class ScratchDatabase {
 public:
  ScratchDatabase() : name_("kith_test_" + Random().id()) {
    mongoc_init();
    client_ = mongoc_client_new(testServer().c_str());
    if (client_ == nullptr) std::abort();
  }
  ~ScratchDatabase() {
    // A server that ends with this run takes it along.
    if (std::getenv("KITH_TEST_MONGODB_ENDS") == nullptr) {
      auto* database = mongoc_client_get_database(client_, name_.c_str());
      mongoc_database_drop(database, nullptr);
      mongoc_database_destroy(database);
    }
    mongoc_client_destroy(client_);
  }
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;

  const std::string& name() const { return name_; }
  mongoc_client_t* client() const { return client_; }
  /// The server's address with this database in it.
  std::string uri() const {
    const auto server = testServer();
    const auto query = server.find('?');
    auto base = server.substr(0, query);
    const auto path = base.find('/', base.find("://") + 3);
    base = base.substr(0, path);
    return base + '/' + name_ + (query == std::string::npos ? "" : server.substr(query));
  }
  /// Whether the bytes lie in any document.
  bool holds(const std::string& bytes) const {
    auto* database = mongoc_client_get_database(client_, name_.c_str());
    char** names = mongoc_database_get_collection_names_with_opts(database, nullptr, nullptr);
    bool found = false;
    for (char** name = names; name != nullptr && *name != nullptr; ++name)
      found = found || holds(*name, bytes);
    bson_strfreev(names);
    mongoc_database_destroy(database);
    return found;
  }

 private:
  bool holds(const char* name, const std::string& bytes) const {
    auto* collection = mongoc_client_get_collection(client_, name_.c_str(), name);
    bson_t all = BSON_INITIALIZER;
    auto* cursor = mongoc_collection_find_with_opts(collection, &all, nullptr, nullptr);
    const bson_t* row = nullptr;
    bool found = false;
    while (mongoc_cursor_next(cursor, &row)) {
      const std::string_view raw(reinterpret_cast<const char*>(bson_get_data(row)), row->len);
      found = found || raw.find(bytes) != std::string_view::npos;
    }
    EXPECT_FALSE(mongoc_cursor_error(cursor, nullptr));
    mongoc_cursor_destroy(cursor);
    bson_destroy(&all);
    mongoc_collection_destroy(collection);
    return found;
  }

  std::string name_;
  mongoc_client_t* client_ = nullptr;
};

/// A MongoStore on a scratch database.
class MongoUnderTest final : public StoreUnderTest {
 public:
  MongoUnderTest(const Clock& clock, const QueueLimits& limits) : clock_(clock), limits_(limits) { reopen(); }

  Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    MongoOptions options;
    options.uri = database_.uri();
    options.queue = limits_;
    auto opened = MongoStore::open(std::move(options), clock_, log_, metrics_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
  }
  bool keepsAnywhere(const std::string& bytes) override { return database_.holds(bytes); }

 private:
  ScratchDatabase database_;
  const Clock& clock_;
  const QueueLimits limits_;
  Log log_{LogLevel::Off, Log::Format::Text};
  Metrics metrics_;
  std::unique_ptr<MongoStore> store_;
};

}  // namespace kith::store
