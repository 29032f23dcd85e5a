#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "floor/floor.h"
#include "load/scenario.h"
#include "websocket/frame_writer.h"

namespace kith::bench {
namespace {

/// A server that lies at known places of the stream, and cuts messages and pings in between as one may.
class Liar final : public Floor {
 public:
  struct Plan {
    std::uint64_t lose_each = 0;    // for member 0: every nth is left out,
    std::uint64_t double_each = 0;  // for member 1: sent twice,
    std::uint64_t swap_each = 0;    // for member 2: held back behind the next
  };
  explicit Liar(Plan plan) : Floor(0), plan_(plan), thread_([this] { run(); }) {}
  ~Liar() override {
    stop();
    thread_.join();
  }

  /// To be read when the run is over.
  std::atomic<std::int64_t> lost = 0, doubled = 0, swapped = 0;

 private:
  static bool hits(std::uint64_t number, std::uint64_t each) { return each != 0 && number % each == 0; }

  void publish(Room& room, std::string_view text) override {
    ++number_;
    const auto frame = cutFrame(text);
    for (std::size_t member = 0; member < room.members.size(); ++member) {
      auto& client = *room.members[member];
      if (member == 0 && hits(number_, plan_.lose_each)) {
        ++lost;
        continue;
      }
      if (member == 2 && hits(number_, plan_.swap_each)) {
        held_ = frame;
        ++lost;  // until the next one comes
        continue;
      }
      answer(client, frame);
      if (member == 1 && hits(number_, plan_.double_each)) {
        answer(client, frame);
        ++doubled;
      }
      if (member == 2 && !held_.empty()) {
        answer(client, held_);
        held_.clear();
        --lost;
        ++swapped;
      }
    }
  }

  /// In two fragments with a ping between them.
  static std::string cutFrame(std::string_view text) {
    const auto half = text.size() / 2;
    std::string first, second;
    websocket::appendHeader(first, websocket::Opcode::Text, half);
    websocket::appendHeader(second, websocket::Opcode::Continuation, text.size() - half);
    first[0] = static_cast<char>(first[0] & 0x7F);
    return first.append(text.substr(0, half)) + websocket::encodeFrame(websocket::Opcode::Ping, "?") +
           second.append(text.substr(half));
  }

  std::uint64_t number_ = 0;
  std::string held_;
  const Plan plan_;
  std::thread thread_;  // last: it runs on all of the above
};

Options against(const Floor& server) {
  Options options;
  options.scenario = "fanout";
  options.port = server.port();
  options.process = ::getpid();
  options.members = 4;
  options.rate = 500;
  options.warm_up = 0.1;
  options.seconds = 0.4;
  return options;
}

TEST(LoadTest, FindsNothingWhereAllIsDelivered) {
  Liar server({});
  const auto result = runFanout(against(server));
  EXPECT_GT(result.count, 0);
  EXPECT_FALSE(result.faults.any());
}

TEST(LoadTest, FindsExactlyWhatALiarLosesDoublesAndSwaps) {
  Liar server({.lose_each = 7, .double_each = 11, .swap_each = 13});
  const auto result = runFanout(against(server));
  EXPECT_GT(server.lost, 0);
  EXPECT_GT(server.doubled, 0);
  EXPECT_GT(server.swapped, 0);
  EXPECT_EQ(result.faults.lost, server.lost);
  EXPECT_EQ(result.faults.doubled, server.doubled);
  EXPECT_EQ(result.faults.swapped, server.swapped);
}

TEST(LoadTest, KeepsAWindowOfMessagesInFlight) {
  Liar server({});
  auto options = against(server);
  options.rate = 0;
  options.window = 16;
  const auto result = runFanout(options);
  EXPECT_FALSE(result.faults.any());
  EXPECT_GT(result.latency.count(), 0);
  EXPECT_LE(result.latency.atUs(0.5), result.latency.atUs(0.99));
}

TEST(CheckerTest, TellsLateFromLostFromTwice) {
  Checker checker;
  for (const std::uint64_t number : {1, 2, 4, 3, 4, 6}) checker.heard(number);
  const auto faults = checker.finish(7);
  EXPECT_EQ(faults.swapped, 1);  // 3
  EXPECT_EQ(faults.doubled, 1);  // 4
  EXPECT_EQ(faults.lost, 2);     // 5 and 7
}

TEST(HistogramTest, KeepsTimesToWithinTwoPercent) {
  Histogram histogram;
  for (int us = 1; us <= 1000; ++us) histogram.add(us * 1000);
  EXPECT_NEAR(histogram.atUs(0.5), 500, 10);
  EXPECT_NEAR(histogram.atUs(0.99), 990, 20);
  EXPECT_EQ(histogram.maxUs(), 1000);
}

}  // namespace
}  // namespace kith::bench
