#include "redis/backoff.h"

#include <gtest/gtest.h>

namespace kith {
namespace {

TEST(BackoffTest, WaitsDoubleToASecondAndHalfOfEachIsChance) {
  Backoff least;
  Backoff most;
  for (const int wait : {50, 100, 200, 400, 800, 1000, 1000}) {
    EXPECT_EQ(least.next(0), Milliseconds(wait / 2));
    EXPECT_EQ(most.next(static_cast<std::uint64_t>(wait / 2)), Milliseconds(wait));
  }
  most.reset();
  EXPECT_LE(most.next(~std::uint64_t{0}), Backoff::kFirst);
}

}  // namespace
}  // namespace kith
