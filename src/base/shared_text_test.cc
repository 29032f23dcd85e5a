#include "base/shared_text.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace kith {
namespace {

TEST(SharedTextTest, CopiesHoldTheSameTextOnce) {
  const SharedText one("a text of more than fifteen bytes");
  const SharedText other = one;  // NOLINT(performance-unnecessary-copy-initialization): it is tested
  EXPECT_EQ(&one.text(), &other.text());
  EXPECT_EQ(one.holders(), 2u);
}

TEST(SharedTextTest, ATextOutlivesItsFirstHolder) {
  SharedText last;
  {
    const SharedText first("a text of more than fifteen bytes");
    last = first;
  }
  EXPECT_EQ(last.text(), "a text of more than fifteen bytes");
  EXPECT_EQ(last.holders(), 1u);
}

TEST(SharedTextTest, AMovedTextLeavesTheEmptyOneBehind) {
  SharedText from("text");
  const SharedText to = std::move(from);
  EXPECT_EQ(to.text(), "text");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
  EXPECT_EQ(from.text(), "");
}

TEST(SharedTextTest, TheEmptyTextHoldsNothing) {
  EXPECT_TRUE(SharedText("").empty());
  EXPECT_EQ(SharedText("").holders(), 0u);
  EXPECT_EQ(SharedText(), SharedText(""));
}

TEST(SharedTextTest, EqualTextsAreEqualHoweverTheyCame) {
  EXPECT_EQ(SharedText("a"), SharedText("a"));
  EXPECT_NE(SharedText("a"), SharedText("b"));
  EXPECT_LT(SharedText("a"), SharedText("b"));
  EXPECT_LT(SharedText(), SharedText("a"));
}

TEST(SharedTextTest, ItIsAssignedToItselfUnharmed) {
  SharedText text("text");
  const SharedText& same = text;
  text = same;
  EXPECT_EQ(text.text(), "text");
  EXPECT_EQ(text.holders(), 1u);
}

TEST(SharedTextTest, ManyThreadsTakeAndDropIt) {
  const SharedText text("a text of more than fifteen bytes");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([text] {
      for (int round = 0; round < 10'000; ++round) {
        const SharedText mine = text;  // NOLINT(performance-unnecessary-copy-initialization): the same
        ASSERT_EQ(mine.text().size(), 33u);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(text.holders(), 1u);
}

}  // namespace
}  // namespace kith
