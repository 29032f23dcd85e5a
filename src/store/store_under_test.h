#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "store/store.h"

namespace kith::store {

/// A clock that stands until a test moves it, backwards too.
class StandingClock final : public Clock {
 public:
  WallMs wall() const override { return wall_; }
  MonotonicMs monotonic() const override { return monotonic_; }
  void setWall(WallMs at) { wall_ = at; }
  void pass(MonotonicMs ms) {
    wall_ += ms;
    monotonic_ += ms;
  }

 private:
  std::atomic<WallMs> wall_{1'700'000'000'000};
  std::atomic<MonotonicMs> monotonic_{1'000};
};

/// One implementation on a real file or server of its own, for one test.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual Store& store() = 0;
  /// Ends the store and opens it again on the same data.
  virtual void reopen() = 0;
  /// Whether the bytes lie anywhere in what the store keeps. May end the store for it and open it again.
  virtual bool keepsAnywhere(const std::string& bytes) = 0;
};

struct StoreMaker {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>(const Clock&, const QueueLimits&)> make;
};

/// The base of all conformance tests. The helpers are the plainest way to write one entry.
class StoreConformance : public ::testing::TestWithParam<StoreMaker> {
 protected:
  StandingClock clock;
  QueueLimits limits;
  std::unique_ptr<StoreUnderTest> under_test;
  const RoomId room = RoomId::trusted("lobby");
  const Scope scope = Scope::of(room);
  const UserId ann = UserId::trusted("ann");
  const UserId bob = UserId::trusted("bob");

  void SetUp() override { open(); }
  void open() {
    under_test.reset();
    under_test = GetParam().make(clock, limits);
  }
  Store& store() { return under_test->store(); }

  /// Submits and gives the answer to come.
  std::future<Result<Committed>> submit(WriteItem item) {
    auto answer = std::make_shared<std::promise<Result<Committed>>>();
    item.done = [answer](Result<Committed> result) { answer->set_value(std::move(result)); };
    auto coming = answer->get_future();
    store().submit(std::move(item));
    return coming;
  }
  Result<Committed> write(WriteItem item) { return submit(std::move(item)).get(); }

  WriteItem message(const RoomId& to, const UserId& by, const std::string& text,
                    const std::string& nonce = "") const {
    WriteItem item = itemFor({Scope::of(to)}, by, nonce);
    item.bytes = text.size();
    item.run = AppendRun([text](ScopeState&) -> Result<EntryDraft> {
      EntryDraft draft;
      draft.message = NewMessage{text, TextFormat::Markdown, 0};
      return draft;
    });
    return item;
  }
  WriteItem transaction(std::vector<Scope> scopes, const UserId& by, TransactionRun run,
                        const std::string& nonce = "") const {
    WriteItem item = itemFor(std::move(scopes), by, nonce);
    item.run = std::move(run);
    return item;
  }
  WriteItem itemFor(std::vector<Scope> scopes, const UserId& by, const std::string& nonce) const {
    WriteItem item;
    item.scopes = std::move(scopes);
    item.author = by;
    item.nonce = nonce;
    if (!nonce.empty()) item.request_hash = "0123456789abcdef";
    return item;
  }
  WriteItem edit(Offset seq, const std::string& text) const {
    return transaction({scope}, ann, [room = room, seq, text](Transaction& rows) -> Result<Drafts> {
      TRY(rows.editMessage(room, seq, text));
      return drafts(Scope::of(room), EntryType::MessageEdited, seq);
    });
  }
  WriteItem remove(Offset seq) const {
    return transaction({scope}, bob, [room = room, by = bob, seq](Transaction& rows) -> Result<Drafts> {
      TRY(rows.deleteMessage(room, seq, by, "spam"));
      return drafts(Scope::of(room), EntryType::MessageDeleted, seq);
    });
  }
  static Drafts drafts(const Scope& scope, EntryType type, Offset ref_seq = 0, int members_change = 0) {
    EntryDraft draft;
    draft.type = type;
    draft.ref_seq = ref_seq;
    draft.members_change = members_change;
    Drafts all;
    all.push_back({scope, std::move(draft)});
    return all;
  }
  WriteItem join(const RoomId& to, const UserId& who) const {
    return transaction({Scope::of(to)}, who, [to, who](Transaction& rows) -> Result<Drafts> {
      TRY(rows.putMember(
          {to, who, RoomRole::Member, MemberState::Member, rows.now(), TRY(rows.nextOffset(Scope::of(to)))}));
      return drafts(Scope::of(to), EntryType::MemberJoined, 0, 1);
    });
  }

  /// The offset of a write that must succeed, or 0.
  Offset written(WriteItem item) {
    auto committed = write(std::move(item));
    EXPECT_TRUE(committed.ok()) << (committed ? ""
                                              : committed.error().message() + " " + committed.error().detail);
    return committed && !committed->entries.empty() ? committed->entries.front().logged.entry.offset : 0;
  }
  Offset say(const std::string& text, const std::string& nonce = "") {
    return written(message(room, ann, text, nonce));
  }

  /// What `question` gives on one snapshot; it must be no fault.
  template <class Question>
  auto read(Question question) {
    using Answer = std::decay_t<decltype(*question(std::declval<Reader&>()))>;
    std::optional<Answer> answer;
    const auto outcome = store().read([&](Reader& reader) -> Result<void> {
      answer = TRY(question(reader));
      return {};
    });
    EXPECT_TRUE(outcome.ok()) << (outcome ? "" : outcome.error().message() + " " + outcome.error().detail);
    return answer.value_or(Answer{});
  }
  Head head(const Scope& of) {
    return read([&](Reader& reader) { return reader.head(of); });
  }
  std::vector<LoggedEntry> log(const Scope& of) {
    return read([&](Reader& reader) { return reader.entries(of, 0, 1'000'000, {1'000'000, 1'000'000'000}); });
  }

  /// An item that holds the scope's queue from the moment this returns until `let_go` is set.
  struct Held {
    std::promise<void> let_go;
    std::future<Result<Committed>> answer;
  };
  Held hold(const Scope& of) {
    Held held;
    auto began = std::make_shared<std::promise<void>>();
    auto wait = std::make_shared<std::future<void>>(held.let_go.get_future());
    held.answer = submit(transaction({of}, ann, [began, wait](Transaction&) -> Result<Drafts> {
      if (wait->valid()) {
        began->set_value();
        wait->get();
      }
      return Drafts{};
    }));
    began->get_future().get();
    return held;
  }

  /// A generator whose seed a failing test prints; KITH_TEST_SEED repeats it.
  std::mt19937_64 random() {
    const char* given = std::getenv("KITH_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    trace_ = std::make_unique<::testing::ScopedTrace>(__FILE__, __LINE__,
                                                      "KITH_TEST_SEED=" + std::to_string(seed));
    return std::mt19937_64(seed);
  }

 private:
  std::unique_ptr<::testing::ScopedTrace> trace_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);

}  // namespace kith::store
