#include "service/session_pruner.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

#include "base/manual_loop.h"
#include "service/thread_loop.h"
#include "store/sqlite/scratch_store.h"

namespace kith {
namespace {

constexpr WallMs kMinute = 60'000;

/// A real store; the pruner's hours pass by hand.
class SessionPrunerTest : public testing::Test {
 protected:
  SessionPrunerTest() {
    log_ =
        std::make_unique<EventLog>(EventLog::Parts{*store_, workers_, {loop_.get()}, sink_, lines, metrics});
    pruner = std::make_unique<SessionPruner>(loop, *log_, lines);
  }
  ~SessionPrunerTest() override {
    // Those who answer end before what they answer into.
    store_.reset();
    loop_.reset();
  }

  LoginSession session(const std::string& id, WallMs expires_at, WallMs revoked_at = 0) const {
    return {SessionId::trusted(id), ann, "hash", "Firefox", 1, expires_at, revoked_at};
  }
  /// Waits for its commit, and for the answers of all before it.
  void write(store::TransactionRun run) {
    std::promise<void> done;
    store::WriteItem item;
    item.scopes = {Scope::of(ann)};
    item.author = ann;
    item.run = std::move(run);
    item.done = [&](const Result<store::Committed>& result) {
      EXPECT_TRUE(result);
      done.set_value();
    };
    log_->append(std::move(item));
    done.get_future().get();
  }
  void put(const std::vector<LoginSession>& sessions) {
    write([sessions](store::Transaction& tx) -> Result<store::Drafts> {
      for (const auto& one : sessions) TRY(tx.putSession(one));
      return store::Drafts{};
    });
  }
  /// Those that are left when all that is due now was done.
  std::vector<std::string> left() {
    loop.run();
    write([](store::Transaction&) -> Result<store::Drafts> { return store::Drafts{}; });
    loop.run();
    std::vector<std::string> ids;
    EXPECT_TRUE(store_->read([&](store::Reader& reader) -> Result<void> {
      for (const auto& one : TRY(reader.sessionsOf(ann))) ids.push_back(one.id.text());
      return {};
    }));
    return ids;
  }

  const UserId ann = UserId::trusted("ann");
  ManualClock clock;
  ManualLoop loop{clock};
  Log lines{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  std::unique_ptr<SessionPruner> pruner;

 private:
  NoSink sink_;
  store::ScratchFolder folder_;
  std::unique_ptr<ThreadLoop> loop_ = std::make_unique<ThreadLoop>();
  std::unique_ptr<store::Store> store_ = store::openScratchStore(folder_, clock, lines, metrics);
  WorkerPool workers_{1, 10};
  std::unique_ptr<EventLog> log_;
};

using Ids = std::vector<std::string>;

// They were kept for ever: every sign-in left a row.
TEST_F(SessionPrunerTest, SignInsThatHaveEndedGoAtTheStartAndThoseThatEndLaterWithinTheHour) {
  const auto now = clock.wall();
  put({session("expired", now - 1), session("revoked", now + 90 * kMinute, now - 1),
       session("short", now + kMinute), session("valid", now + 90 * kMinute)});
  EXPECT_EQ(left().size(), 4u);
  pruner->start();
  EXPECT_EQ(left(), (Ids{"short", "valid"}));
  loop.advance(SessionPruner::kInterval - Milliseconds(1));
  EXPECT_EQ(left(), (Ids{"short", "valid"}));
  loop.advance(Milliseconds(1));
  EXPECT_EQ(left(), (Ids{"valid"}));
  loop.advance(SessionPruner::kInterval);
  EXPECT_EQ(left(), Ids{});
  EXPECT_EQ(loop.timers(), 1u);  // one job, however often
}

TEST_F(SessionPrunerTest, MoreThanItMayTakeAtOnceWaitForTheNextHour) {
  std::vector<LoginSession> ended;
  for (std::size_t i = 0; i < SessionPruner::kRemovedMax + 1; ++i) {
    ended.push_back(session("s" + std::to_string(i), clock.wall() - 1));
  }
  put(ended);
  pruner->start();
  EXPECT_EQ(left().size(), 1u);
  loop.advance(SessionPruner::kInterval);
  EXPECT_EQ(left(), Ids{});
}

}  // namespace
}  // namespace kith
