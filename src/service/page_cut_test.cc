#include "service/page_cut.h"

#include <gtest/gtest.h>

namespace kith {
namespace {

const std::vector<std::string> kRows{"1234", "1234", "1234", "1234", "1234"};

void expectCut(std::size_t anchor, std::size_t bytes_max, std::size_t first, std::size_t last) {
  const auto cut = cutPage(kRows, anchor, bytes_max);
  EXPECT_EQ(cut.first, first) << "from " << anchor << " with " << bytes_max;
  EXPECT_EQ(cut.last, last) << "from " << anchor << " with " << bytes_max;
}

TEST(PageCut, APageThatFitsIsWhole) {
  for (std::size_t anchor = 0; anchor <= kRows.size(); ++anchor) expectCut(anchor, 20, 0, 5);
}

TEST(PageCut, WhatIsFarthestFromTheAnchorIsCutOff) {
  expectCut(0, 8, 0, 2);
  expectCut(0, 11, 0, 2);
  expectCut(5, 8, 3, 5);
  expectCut(2, 12, 1, 4);  // the row asked for, one older, one newer
}

TEST(PageCut, ThereIsAlwaysARow) {
  expectCut(0, 1, 0, 1);
  expectCut(5, 1, 4, 5);
  expectCut(2, 1, 2, 3);
}

TEST(PageCut, AnEmptyPageStaysEmpty) {
  const auto cut = cutPage({}, 0);
  EXPECT_EQ(cut.first, cut.last);
}

}  // namespace
}  // namespace kith
