#include "rest/refused_origins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/manual_loop.h"

namespace kith {
namespace {

using testing::HasSubstr;
using testing::Not;

class RefusedOriginsTest : public testing::Test {
 protected:
  /// What the log says meanwhile.
  template <class Act>
  std::string logged(Act act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
  }
  static auto lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  ManualClock clock;
  Log log{LogLevel::Warn, Log::Format::Text};
  RefusedOrigins refused{clock, log};
};

TEST_F(RefusedOriginsTest, EachIsSaidOnceAMinuteWithTheOption) {
  const auto first = logged([&] {
    for (int i = 0; i < 3; ++i) refused.add("https://app.example");
  });
  EXPECT_EQ(lines(first), 1) << first;
  EXPECT_THAT(first, HasSubstr(R"(warn origin_refused origin="https://app.example")"));
  EXPECT_THAT(first, HasSubstr(R"(option="client.allowed_origins")"));
  clock.advance(Milliseconds(60'000));
  EXPECT_EQ(lines(logged([&] { refused.add("https://app.example"); })), 1);
}

TEST_F(RefusedOriginsTest, WhoeverNamesManyFillsNoLog) {
  const auto flood = logged([&] {
    for (int i = 0; i < 1000; ++i) refused.add("https://" + std::to_string(i) + ".example");
  });
  EXPECT_EQ(lines(flood), static_cast<std::ptrdiff_t>(RefusedOrigins::kLinesPerMinute));
  clock.advance(Milliseconds(60'000));
  const auto long_one = logged([&] { refused.add(std::string(RefusedOrigins::kOriginBytes, 'x') + "yz"); });
  EXPECT_EQ(lines(long_one), 1);
  EXPECT_THAT(long_one, Not(HasSubstr("y")));
}

}  // namespace
}  // namespace kith
