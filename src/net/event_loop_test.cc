#include "net/event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace kith {
namespace {

using testing::ElementsAre;

TEST(EventLoop, RunsWhatEachOfManyThreadsPostsInThatThreadsOrder) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  EventLoop loop;
  std::vector<std::vector<int>> seen(kThreads);
  std::vector<std::thread> posters;
  int left = kThreads * kEach;
  for (int t = 0; t < kThreads; ++t) {
    posters.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        loop.post([&, t, i] {
          seen[static_cast<std::size_t>(t)].push_back(i);
          if (--left == 0) loop.stop();
        });
      }
    });
  }

  loop.run();
  for (auto& poster : posters) poster.join();

  for (const auto& mine : seen) {
    ASSERT_EQ(mine.size(), static_cast<std::size_t>(kEach));
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));
  }
}

TEST(EventLoop, RunsWhatWasPostedBeforeStopAndDropsWhatCameAfter) {
  EventLoop loop;
  std::vector<int> ran;
  auto dropped = std::make_shared<int>(0);
  loop.post([&] { ran.push_back(1); });
  loop.post([&] { ran.push_back(2); });
  loop.stop();
  loop.post([&ran, dropped] { ran.push_back(3); });

  loop.run();
  loop.post([&ran, dropped] { ran.push_back(4); });

  EXPECT_THAT(ran, ElementsAre(1, 2));
  EXPECT_EQ(dropped.use_count(), 1) << "dropped tasks end at once";
}

TEST(EventLoop, ATaskThatPostsWhileItIsDroppedDoesNoHarm) {
  struct PostsAtItsEnd {
    explicit PostsAtItsEnd(EventLoop& l) : loop(l) {}
    ~PostsAtItsEnd() {
      loop.post([] { FAIL(); });
    }
    EventLoop& loop;
  };
  EventLoop loop;
  loop.stop();
  loop.post([held = std::make_unique<PostsAtItsEnd>(loop)] { FAIL(); });

  loop.run();
}

TEST(EventLoop, TurnEndTasksRunAfterEverythingElseOfTheTurnAndBeforeTheNext) {
  EventLoop loop;
  std::vector<std::string> order;
  loop.post([&] {
    order.push_back("first");
    loop.atTurnEnd([&] {
      order.push_back("end");
      loop.atTurnEnd([&] { order.push_back("end of the end"); });
      loop.post([&] {
        order.push_back("next turn");
        loop.stop();
      });
    });
  });
  loop.post([&] { order.push_back("second"); });

  loop.run();

  EXPECT_THAT(order, ElementsAre("first", "second", "end", "end of the end", "next turn"));
}

TEST(EventLoop, TimersRunInOrderAndNotEarlyWhileTheLoopSleeps) {
  EventLoop loop;
  std::vector<int> ran;
  const auto start = std::chrono::steady_clock::now();
  auto elapsed = [&] { return std::chrono::steady_clock::now() - start; };
  loop.after(Milliseconds(60), [&] {
    ran.push_back(60);
    EXPECT_GE(elapsed(), Milliseconds(60));
    loop.stop();
  });
  loop.after(Milliseconds(20), [&] {
    ran.push_back(20);
    EXPECT_GE(elapsed(), Milliseconds(20));
  });
  const auto never = loop.after(Milliseconds(30), [&] { ran.push_back(30); });
  loop.cancel(never);

  loop.run();

  EXPECT_THAT(ran, ElementsAre(20, 60));
}

TEST(EventLoop, SleepsWithoutWakingUpWhileNothingIsDue) {
  EventLoop loop;
  loop.after(Milliseconds(3'600'000), [] {});
  std::int64_t before = 0;
  std::int64_t after = 0;
  loop.after(Milliseconds(20), [&] { before = loop.stats().turns; });
  loop.after(Milliseconds(220), [&] {
    after = loop.stats().turns;
    loop.stop();
  });

  loop.run();

  EXPECT_LE(after - before, 4) << "200 ms are 20 steps of the wheel, none of which needs a turn";
}

TEST(EventLoop, BelongsToItsMakerThenToTheRunningThreadThenToItsMakerAgain) {
  EventLoop loop;
  EXPECT_TRUE(loop.isHere());
  bool here_inside = false;
  std::thread runner([&] { loop.run(); });
  bool here_outside = true;
  loop.post([&] { here_inside = loop.isHere(); });
  loop.stop();
  runner.join();
  std::thread([&] { here_outside = loop.isHere(); }).join();

  EXPECT_TRUE(here_inside);
  EXPECT_FALSE(here_outside);
  EXPECT_TRUE(loop.isHere());
}

}  // namespace
}  // namespace kith
