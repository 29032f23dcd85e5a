#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "store/mongodb/mongo_under_test.h"

namespace kith::store {

/// Nodes on one scratch database, each a MongoStore of its own. Skipped where there is no server.
class MongoTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testServer().empty()) GTEST_SKIP() << "there is no MongoDB server";
    database = std::make_unique<ScratchDatabase>();
  }

  StandingClock clock;
  Log log{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  std::unique_ptr<ScratchDatabase> database;
  const RoomId room = RoomId::trusted("lobby");
  const Scope scope = Scope::of(room);
  const UserId ann = UserId::trusted("ann");
  const UserId bob = UserId::trusted("bob");

  MongoOptions options() const {
    MongoOptions given;
    given.uri = database->uri();
    return given;
  }
  std::unique_ptr<MongoStore> open() { return open(options()); }
  std::unique_ptr<MongoStore> open(MongoOptions given) {
    auto opened = MongoStore::open(std::move(given), clock, log, metrics);
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  /// Why a store does not open.
  std::string refusal(const std::string& uri) {
    auto given = options();
    given.uri = uri;
    auto opened = MongoStore::open(std::move(given), clock, log, metrics);
    return opened ? "it opened" : opened.error().message;
  }

  static std::future<Result<Committed>> submit(Store& to, WriteItem item) {
    auto answer = std::make_shared<std::promise<Result<Committed>>>();
    item.done = [answer](Result<Committed> result) { answer->set_value(std::move(result)); };
    auto coming = answer->get_future();
    to.submit(std::move(item));
    return coming;
  }
  WriteItem itemOf(std::vector<Scope> scopes, const UserId& by, const std::string& nonce = "") const {
    WriteItem item;
    item.scopes = std::move(scopes);
    item.author = by;
    item.nonce = nonce;
    if (!nonce.empty()) item.request_hash = "0123456789abcdef";
    return item;
  }
  WriteItem message(const std::string& text, const std::string& nonce = "") const {
    auto item = itemOf({scope}, ann, nonce);
    item.run = AppendRun([text](ScopeState&) -> Result<EntryDraft> {
      EntryDraft draft;
      draft.message = NewMessage{text, TextFormat::Plain, 0};
      return draft;
    });
    return item;
  }
  WriteItem change(std::vector<Scope> scopes, TransactionRun run) const {
    auto item = itemOf(std::move(scopes), ann);
    item.run = std::move(run);
    return item;
  }
  static Drafts drafts(const Scope& of, EntryType type, int members_change = 0) {
    Drafts all;
    all.push_back({of, EntryDraft()});
    all.back().draft.type = type;
    all.back().draft.members_change = members_change;
    return all;
  }
  std::vector<LoggedEntry> entriesOf(Store& store, const Scope& of) {
    std::vector<LoggedEntry> found;
    const auto outcome = store.read([&](Reader& reader) -> Result<void> {
      found = TRY(reader.entries(of, 0, 1'000'000, {1'000'000, 1'000'000'000}));
      return {};
    });
    EXPECT_TRUE(outcome.ok());
    return found;
  }
  std::int64_t figure(const std::string& name) { return metrics.counter(name, "").value(); }

  /// Runs a command on the scratch database, or on the server's own; false if it does not work.
  bool run(const std::string& json) { return run(database->name(), json); }
  bool admin(const std::string& json) { return run("admin", json); }

 private:
  bool run(const std::string& on, const std::string& json) {
    bson_error_t error;
    bson_t* command = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json.data()),
                                         static_cast<ssize_t>(json.size()), &error);
    const bool done =
        mongoc_client_command_simple(database->client(), on.c_str(), command, nullptr, nullptr, &error);
    bson_destroy(command);
    return done;
  }
};

}  // namespace kith::store
