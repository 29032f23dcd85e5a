#pragma once

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/manual_loop.h"
#include "broker/faulty_broker.h"
#include "broker/local/local_broker.h"
#include "eventlog/publish.h"
#include "store/sqlite/scratch_store.h"

namespace kith {

/// One store as several nodes have it: each is told when its answers are there, and its reads may fail.
class SharedStore final : public store::Store {
 public:
  explicit SharedStore(store::Store*& real, std::vector<Task>& answered) : real_(real), answered_(answered) {}
  void submit(store::WriteItem item) override { real_->submit(std::move(item)); }
  void submitAll(std::vector<store::WriteItem> items) override { real_->submitAll(std::move(items)); }
  void setAnswered(Task answered) override { answered_.push_back(std::move(answered)); }
  Health health() const override { return real_->health(); }
  Result<void> read(Callback<Result<void>(store::Reader&)> job) override {
    ++reads;
    if (fails) return Fault::unavailable("reads fail in this test");
    auto result = real_->read(std::move(job));
    if (auto then = std::exchange(after_read, {})) then();
    return result;
  }
  std::atomic<int> reads{0};
  std::atomic<bool> fails{false};
  Task after_read;  // between the next read and its answer, on the reader's thread

 private:
  store::Store*& real_;
  std::vector<Task>& answered_;
};

/// One node: its loop, its log, and what a listener of it hears.
class ClusterNode final : public Sink {
 public:
  ClusterNode(ManualClock& clock, SharedStore& shared, broker::LocalExchange& exchange, broker::NodeId id)
      : store(shared),
        loop(clock),
        local(exchange),
        broker(local),
        cluster{broker, id, {std::string(32, 'k')}, clock},
        log(EventLog::Parts{
            store, *workers, {&loop}, *this, lines, metrics, limits, Milliseconds(60'000), &cluster}) {}

  void applied(const Scope& scope, const Publication& publication, const CoreCounts&) override {
    if (scope == watched) heard.push_back(publication.offset);
    publications.push_back(publication);
  }
  void signalled(const Scope&, const SharedBytes& data, const CoreCounts&) override {
    signals.push_back(*data);
  }
  void joinedOrLeft(const Scope&, const std::vector<JoinLeave>&, const CoreCounts&) override {}
  void restarted(const Scope&, const CoreCounts&) override { ++restarts; }
  void ending(const Scope&, const UserId&, Offset) override {}
  std::int64_t metric(const std::string& name, const std::string& labels = "") {
    return metrics.counter(name, "", labels).value();
  }

  const Scope watched = Scope::of(RoomId::trusted("room"));
  std::vector<Offset> heard;
  std::vector<Publication> publications;
  std::vector<std::string> signals;
  int restarts = 0;

  SharedStore& store;
  ManualLoop loop;
  Log lines{LogLevel::Off, Log::Format::Json};
  Metrics metrics;
  FollowLimits limits;
  std::unique_ptr<WorkerPool> workers = std::make_unique<WorkerPool>(1, 1000);
  broker::LocalBroker local;
  broker::FaultyBroker broker;
  Cluster cluster;
  EventLog log;
};

/// Nodes on one real SQLite file, joined by the local broker; time stands until a test moves it.
class ClusterTest : public ::testing::Test {
 protected:
  ClusterTest() { openStore(); }
  ~ClusterTest() override {
    for (auto& node : nodes_) node->workers.reset();
  }

  /// What every node reads and writes from now on: empty, and of an epoch of its own.
  void openStore() {
    folders_.push_back(std::make_unique<store::ScratchFolder>());
    store::SqliteOptions options;
    options.folder = folders_.back()->path();
    options.free_space_low_bytes = 0;
    options.synchronous = store::SqliteOptions::Synchronous::Normal;
    stores_.push_back(store::SqliteStore::open(std::move(options), clock_, lines_, metrics_).value());
    real_ = stores_.back().get();
    real_->setAnswered([this] {
      for (auto& answered : answered_) answered();
    });
  }
  ClusterNode& addNode() {
    shared_.push_back(std::make_unique<SharedStore>(real_, answered_));
    nodes_.push_back(std::make_unique<ClusterNode>(clock_, *shared_.back(), exchange_, nodes_.size() + 1));
    settle();
    return *nodes_.back();
  }

  /// Until nothing is left to do now: loops, and reads on their workers.
  void settle() {
    for (int quiet = 0; quiet < 2; ++quiet) {
      const int before = reads();
      for (auto& node : nodes_) {
        node->loop.run();
        std::promise<void> through;
        ASSERT_TRUE(node->workers->submit([&](std::size_t) { through.set_value(); }));
        through.get_future().get();
        node->loop.run();
      }
      if (reads() != before) quiet = -1;
    }
  }
  int reads() const {
    int sum = 0;
    for (const auto& store : shared_) sum += store->reads;
    return sum;
  }
  void pass(Milliseconds time) {
    constexpr Milliseconds kStep{50};
    for (; time.count() > 0; time -= kStep) {
      clock_.advance(kStep);
      settle();
    }
  }

  Offset write(ClusterNode& node, EntryType type = EntryType::MessageCreated,
               const std::string& text = "text") {
    store::EntryDraft draft;
    draft.type = type;
    draft.ref_user = UserId::trusted("bob");
    if (type == EntryType::MessageCreated) draft.message = store::NewMessage{text};
    bool done = false;
    Offset offset = 0;
    node.log.append(item(draft, done, offset));
    settleUntil(node, done);
    settle();
    return offset;
  }
  store::WriteItem item(const store::EntryDraft& draft, bool& done, Offset& offset) const {
    store::WriteItem item;
    item.scopes = {room_};
    item.author = ann_;
    item.run = store::TransactionRun([draft, room = room_](store::Transaction&) -> Result<store::Drafts> {
      return store::Drafts{{room, draft}};
    });
    item.done = [&](const Result<store::Committed>& result) {
      offset = result.value().entries.front().logged.entry.offset;
      epoch_ = result->entries.front().epoch;
      done = true;
    };
    return item;
  }
  /// The commit is on its way from the store's thread.
  static void settleUntil(ClusterNode& node, const bool& done) {
    while (!done) {
      node.loop.run();
      std::this_thread::yield();
    }
  }

  /// The answer, once it is there.
  struct Answer {
    std::optional<Result<Attached>> result;
  };
  std::shared_ptr<Answer> attach(ClusterNode& node, std::optional<Position> since = {}) {
    auto answer = std::make_shared<Answer>();
    node.log.attach({room_, ann_, 0, std::move(since), false,
                     [](store::Reader&) -> Result<Granted> { return Granted{}; }},
                    [answer](Result<Attached> result) { answer->result = std::move(result); });
    settle();
    return answer;
  }

  const Scope room_ = Scope::of(RoomId::trusted("room"));
  const UserId ann_ = UserId::trusted("ann");
  std::vector<std::unique_ptr<store::ScratchFolder>> folders_;
  ManualClock clock_;
  Log lines_{LogLevel::Off, Log::Format::Json};
  Metrics metrics_;
  std::vector<Task> answered_;  // of every node: set before anything is written
  std::vector<std::unique_ptr<store::SqliteStore>> stores_;
  store::Store* real_ = nullptr;
  mutable std::string epoch_;  // of the last write
  broker::LocalExchange exchange_;
  std::vector<std::unique_ptr<SharedStore>> shared_;
  std::vector<std::unique_ptr<ClusterNode>> nodes_;
};

using Fate = broker::FaultyBroker::Fate;

/// Two nodes; bob listens at the other one.
class TwoNodesTest : public ClusterTest {
 protected:
  TwoNodesTest() { attach(other); }

  /// What becomes of frames on their way to the other node, by channel.
  void fate(Fate of_room, Fate of_marks = Fate::Deliver) {
    other.broker.decide([=](const std::string& channel, const SharedBytes&) {
      return channel == kMarksChannel ? of_marks : of_room;
    });
  }

  ClusterNode& one = addNode();
  ClusterNode& other = addNode();
};

}  // namespace kith
