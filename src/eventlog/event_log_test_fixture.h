#pragma once

#include <gmock/gmock.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "eventlog/event_log.h"
#include "net/event_loop.h"
#include "store/sqlite/scratch_store.h"
#include "store/watched_store.h"

namespace kith {

inline const Scope kRoom = Scope::of(RoomId::trusted("room"));
inline const UserId kAnn = UserId::trusted("ann");

/// Real loops, workers and a real SQLite file. One listener on core 0 keeps what it hears, as a hub would.
class EventLogTest : public ::testing::Test, protected Sink {
 protected:
  EventLogTest() {
    watched_ = std::make_unique<store::WatchedStore>(*store_);
    for (auto& loop : loops_) threads_.emplace_back([&loop] { loop.run(); });
    start();
  }
  // Before the destructors: until the loops have ended they call this Sink.
  void TearDown() override {
    workers_.reset();
    for (auto& loop : loops_) loop.stop();
    for (auto& thread : threads_) thread.join();
    store_.reset();
  }

  /// A fresh node memory on the same store: what a restart leaves.
  void start(std::size_t ring = 128, std::size_t recovery = 1000) {
    // A write is answered from within a task of the old one, which goes on: it must be through.
    for (auto& loop : loops_) {
      std::promise<void> passed;
      loop.post([&passed] { passed.set_value(); });
      passed.get_future().get();
    }
    FollowLimits limits;
    limits.ring_entries_max = ring;
    limits.recovery_entries_max = recovery;
    nodes_.push_back(std::make_unique<EventLog>(
        EventLog::Parts{*watched_, *workers_, {&loops_[0], &loops_[1]}, *this, log_, metrics_, limits}));
    events_ = nodes_.back().get();
  }

  store::Committed write(EntryType type = EntryType::MessageCreated, const UserId& user = kAnn) {
    return commit([type, user](store::Transaction&) -> Result<store::Drafts> {
      store::EntryDraft draft;
      draft.type = type;
      draft.ref_user = user;
      if (type == EntryType::MessageCreated) draft.message = store::NewMessage{"text"};
      return store::Drafts{{kRoom, draft}};
    });
  }
  store::Committed deleteMessage(Offset seq) {
    return commit([seq](store::Transaction& now) -> Result<store::Drafts> {
      TRY(now.deleteMessage(kRoom.room(), seq, kAnn, ""));
      store::EntryDraft draft;
      draft.type = EntryType::MessageDeleted;
      draft.ref_seq = seq;
      draft.ref_user = kAnn;
      return store::Drafts{{kRoom, draft}};
    });
  }
  store::Committed commit(store::TransactionRun run, const Scope& scope = kRoom) {
    std::promise<store::Committed> promise;
    store::WriteItem item;
    item.scopes = {scope};
    item.author = kAnn;
    item.run = std::move(run);
    item.done = [&promise](Result<store::Committed> result) { promise.set_value(std::move(result).value()); };
    events_->append(std::move(item));
    return promise.get_future().get();
  }

  Result<Attached> attach(std::optional<Position> since = {}, MayRead may = allowAll()) {
    std::promise<Result<Attached>> promise;
    events_->attach({kRoom, kAnn, 0, std::move(since), false, std::move(may)}, [&](Result<Attached> result) {
      if (result) {
        for (const auto& publication : result->publications) heard_.push_back(publication.offset);
        listening_ = true;
      }
      promise.set_value(std::move(result));
    });
    return promise.get_future().get();
  }

  /// Of each scope, in order.
  std::vector<Result<Attached>> attachAll(const std::vector<AttachRequest*>& requests) {
    std::vector<std::promise<Result<Attached>>> promises(requests.size());
    std::vector<Attach> all;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      all.push_back({std::move(*requests[i]), [&promise = promises[i]](Result<Attached> result) {
                       promise.set_value(std::move(result));
                     }});
    }
    events_->attachAll(std::move(all));
    std::vector<Result<Attached>> out;
    for (auto& promise : promises) out.push_back(promise.get_future().get());
    return out;
  }

  static MayRead allowAll() {
    return [](store::Reader&) -> Result<Granted> { return Granted{}; };
  }

  /// Lets everything that was posted to core 0 before now run, then shows what its listener has heard.
  std::vector<Offset> heard() {
    for (auto* loop : {&loops_[1], &loops_[0], &loops_[0]}) {
      std::promise<void> done;
      loop->post([&done] { done.set_value(); });
      done.get_future().get();
    }
    return heard_;
  }

  void applied(const Scope&, const Publication& publication, const CoreCounts& cores) override {
    ASSERT_GT(cores[0], 0u);
    loops_[0].post([this, offset = publication.offset] {
      if (listening_) heard_.push_back(offset);
    });
  }
  void signalled(const Scope&, const SharedBytes&, const CoreCounts&) override {
    loops_[0].post([this] { ++signals_; });
  }
  void joinedOrLeft(const Scope&, const std::vector<JoinLeave>&, const CoreCounts&) override {
    loops_[0].post([this] { ++signals_; });
  }
  void ending(const Scope& group, const UserId& user, Offset offset) override {
    ended_.emplace_back(group.name(), user.text(), offset);
  }

  store::ScratchFolder folder_;
  SystemClock clock_;
  Log log_{LogLevel::Off, Log::Format::Json};
  Metrics metrics_;
  std::unique_ptr<store::SqliteStore> store_ = store::openScratchStore(folder_, clock_, log_, metrics_);
  std::unique_ptr<store::WatchedStore> watched_;  // store_, as the log sees it
  EventLoop loops_[2];
  std::vector<std::thread> threads_;
  std::unique_ptr<WorkerPool> workers_ = std::make_unique<WorkerPool>(2, 1000);
  std::vector<std::unique_ptr<EventLog>> nodes_;  // earlier ones may still have posts under way
  EventLog* events_ = nullptr;                    // the last
  std::vector<Offset> heard_;                     // on core 0, as signals_
  bool listening_ = false;
  int signals_ = 0;
  // On the store's thread; read when something committed later is answered.
  std::vector<std::tuple<std::string, std::string, Offset>> ended_;
};

}  // namespace kith
