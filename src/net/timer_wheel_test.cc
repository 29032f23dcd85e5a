#include "net/timer_wheel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace kith {
namespace {

using testing::ElementsAre;

TEST(TimerWheel, RunsATaskNotBeforeItsDelayAndAtMostTwoStepsLate) {
  for (const MonotonicMs delay :
       {0, 1, 9, 10, 11, 2559, 2560, 2561, 655'359, 655'360, 700'000, 200'000'000}) {
    TimerWheel wheel(1'000'003);
    MonotonicMs now = 1'000'003;
    MonotonicMs ran_at = 0;
    wheel.add(now, Milliseconds(delay), [&] { ran_at = now; });

    while (ran_at == 0) {
      now = *wheel.nextDue();
      wheel.run(now);
    }

    EXPECT_GE(ran_at, 1'000'003 + delay);
    EXPECT_LE(ran_at, 1'000'003 + delay + 2 * TimerWheel::kStepMs);
  }
}

TEST(TimerWheel, WakesUpOnlyAFewTimesForOneFarTimer) {
  TimerWheel wheel(0);
  bool ran = false;
  wheel.add(0, Milliseconds(3'600'000), [&] { ran = true; });

  int wake_ups = 0;
  while (!ran) {
    wheel.run(*wheel.nextDue());
    ++wake_ups;
  }

  EXPECT_LE(wake_ups, 4);
  EXPECT_EQ(wheel.nextDue(), std::nullopt);
}

TEST(TimerWheel, ATimerBeyondItsReachStillRunsInTime) {
  TimerWheel wheel(0);
  const MonotonicMs delay = MonotonicMs{800} * 24 * 3600 * 1000;
  MonotonicMs now = 0;
  bool ran = false;
  wheel.add(0, Milliseconds(delay), [&] { ran = true; });

  while (!ran) {
    now = *wheel.nextDue();
    wheel.run(now);
  }

  EXPECT_GE(now, delay);
  EXPECT_LE(now, delay + 2 * TimerWheel::kStepMs);
}

TEST(TimerWheel, ACancelledTimerNeverRunsAndCancellingTwiceIsNoFault) {
  TimerWheel wheel(0);
  std::vector<int> ran;
  const auto first = wheel.add(0, Milliseconds(50), [&] { ran.push_back(1); });
  wheel.cancel(first);
  wheel.add(0, Milliseconds(50), [&] { ran.push_back(2); });  // Takes the first one's place.
  wheel.cancel(first);
  wheel.cancel(0);
  wheel.cancel(~TimerWheel::TimerId{0});

  wheel.run(1000);

  EXPECT_THAT(ran, ElementsAre(2));
  EXPECT_EQ(wheel.size(), 0U);
}

TEST(TimerWheel, ATaskMayCancelAnotherThatIsDueInTheSameStep) {
  TimerWheel wheel(0);
  std::vector<int> ran;
  TimerWheel::TimerId second = 0;
  wheel.add(0, Milliseconds(10), [&] {
    ran.push_back(1);
    wheel.cancel(second);
  });
  second = wheel.add(0, Milliseconds(10), [&] { ran.push_back(2); });
  wheel.add(0, Milliseconds(10), [&] { ran.push_back(3); });

  wheel.run(100);

  EXPECT_THAT(ran, ElementsAre(1, 3));
}

TEST(TimerWheel, ATaskThatSetsItselfAgainDoesNotHoldTheRunUp) {
  TimerWheel wheel(0);
  int ran = 0;
  std::function<void()> again = [&] {
    ++ran;
    wheel.add(0, Milliseconds(0), [&] { again(); });
  };
  wheel.add(0, Milliseconds(0), [&] { again(); });

  wheel.run(100);

  EXPECT_LE(ran, 11);
  EXPECT_EQ(wheel.size(), 1U);
}

// The wheel against a plain sorted map, with random delays, cancellations and clock steps.
TEST(TimerWheel, AgreesWithASortedListOverRandomOperations) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    MonotonicMs now = 5'000'000;
    TimerWheel wheel(now);
    std::map<int, std::pair<MonotonicMs, TimerWheel::TimerId>> expected;  // by number: earliest time, id
    std::vector<int> ran;
    int number = 0;
    for (int step = 0; step < 3000; ++step) {
      const unsigned what = random() % 10;
      if (what < 6) {
        const MonotonicMs delay = static_cast<MonotonicMs>(random()) % (MonotonicMs{1} << (random() % 27));
        const int mine = number++;
        const auto id = wheel.add(now, Milliseconds(delay), [&ran, mine] { ran.push_back(mine); });
        expected[mine] = {now + delay, id};
      } else if (what < 8 && !expected.empty()) {
        auto it = expected.lower_bound(static_cast<int>(random() % static_cast<unsigned>(number)));
        if (it == expected.end()) it = expected.begin();
        wheel.cancel(it->second.second);
        expected.erase(it);
      } else {
        now += static_cast<MonotonicMs>(random()) % (MonotonicMs{1} << (random() % 24));
        ran.clear();
        wheel.run(now);
        for (const int mine : ran) {
          ASSERT_TRUE(expected.contains(mine)) << "seed " << seed;
          ASSERT_LE(expected[mine].first, now) << "seed " << seed;
          expected.erase(mine);
        }
        for (const auto& [mine, timer] : expected) {
          ASSERT_GT(timer.first + 2 * TimerWheel::kStepMs, now) << "seed " << seed;
        }
      }
      ASSERT_EQ(wheel.size(), expected.size());
    }
  }
}

}  // namespace
}  // namespace kith
