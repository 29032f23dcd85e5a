#include "eventlog/answers.h"

#include <gmock/gmock.h>

#include "base/manual_loop.h"

namespace kith {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Answers, ThoseOfACommitReachEachLoopTogetherAndInOrder) {
  ManualClock clock;
  ManualLoop first(clock), second(clock);
  Answers answers({&first, &second});
  std::vector<int> heard;
  int turn_ends = 0;
  answers.put(0, [&] {
    heard.push_back(1);
    first.atTurnEnd([&] { ++turn_ends; });
  });
  answers.put(1, [&] { heard.push_back(2); });
  answers.put(0, [&] { heard.push_back(3); });
  first.run();
  EXPECT_THAT(heard, IsEmpty());  // not before the whole commit is answered
  answers.passOn();
  first.run();
  EXPECT_THAT(heard, ElementsAre(1, 3));
  EXPECT_EQ(turn_ends, 1);
  second.run();
  EXPECT_THAT(heard, ElementsAre(1, 3, 2));
  answers.passOn();
  first.run();
  EXPECT_EQ(heard.size(), 3u);
}

}  // namespace
}  // namespace kith
