#pragma once

#include <sqlite3.h>

#include <future>
#include <string>

#include "store/sqlite/sqlite_under_test.h"

namespace kith::store {

/// A SqliteStore whose options, files and other connections a test has in its hands.
class SqliteTest : public ::testing::Test {
 protected:
  ScratchFolder scratch;
  StandingClock clock;
  Log log{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  std::unique_ptr<SqliteStore> store;
  const std::string folder = scratch.path() + "/data";
  const std::string file = folder + "/kith.db";
  const RoomId room = RoomId::trusted("lobby");
  const Scope scope = Scope::of(room);

  SqliteOptions options() const {
    SqliteOptions given;
    given.folder = folder;
    return given;
  }
  void open() { open(options()); }
  void open(SqliteOptions given) {
    store.reset();
    auto opened = SqliteStore::open(std::move(given), clock, log, metrics);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store = std::move(*opened);
  }
  /// Why the store does not open.
  std::string refusal() { return refusal(options()); }
  std::string refusal(SqliteOptions given) {
    auto opened = SqliteStore::open(std::move(given), clock, log, metrics);
    return opened ? "it opened" : opened.error().message;
  }

  std::future<Result<Committed>> submit(const RoomId& to, const std::string& text) {
    WriteItem item;
    item.scopes = {Scope::of(to)};
    item.author = UserId::trusted("ann");
    item.run = AppendRun([text](ScopeState&) -> Result<EntryDraft> {
      EntryDraft draft;
      draft.message = NewMessage{text, TextFormat::Plain, 0};
      return draft;
    });
    return submit(std::move(item));
  }
  std::future<Result<Committed>> submit(WriteItem item) {
    auto answer = std::make_shared<std::promise<Result<Committed>>>();
    item.done = [answer](Result<Committed> result) { answer->set_value(std::move(result)); };
    store->submit(std::move(item));
    return answer->get_future();
  }
  Result<Committed> say(const std::string& text) { return submit(room, text).get(); }
  Offset headOffset() {
    Offset offset = 0;
    const auto outcome = store->read([&](Reader& reader) -> Result<void> {
      offset = TRY(reader.head(scope)).position.offset;
      return {};
    });
    EXPECT_TRUE(outcome.ok());
    return offset;
  }
  std::int64_t figure(const std::string& name) { return metrics.counter(name, "").value(); }

  /// Runs SQL on a connection of its own; the first value of the last row.
  static std::string sql(const std::string& of_file, const std::string& statements) {
    sqlite3* handle = nullptr;
    EXPECT_EQ(sqlite3_open(of_file.c_str(), &handle), SQLITE_OK);
    std::string value;
    const auto take = [](void* out, int columns, char** values, char**) {
      if (columns > 0 && values[0] != nullptr) *static_cast<std::string*>(out) = values[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(handle, statements.c_str(), take, &value, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
    return value;
  }
};

}  // namespace kith::store
