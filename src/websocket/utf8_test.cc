#include "websocket/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket/frame_test_client.h"

namespace kith::websocket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::string_literals;

const std::vector<std::string> kGood{
    "",
    "hello",
    "\x00"s,
    "\x7F",
    "\xC2\x80",
    "\xDF\xBF",
    "\xE0\xA0\x80",
    "\xE1\x80\x80",
    "\xEC\xBF\xBF",
    "\xED\x80\x80",
    "\xED\x9F\xBF",
    "\xEE\x80\x80",
    "\xEF\xBF\xBD",
    "\xEF\xBF\xBE",
    "\xEF\xBF\xBF",
    "\xEF\xBB\xBF",
    "\xEF\xB7\x90",
    "\xF0\x90\x80\x80",
    "\xF0\x9F\x98\x80",
    "\xF3\xBF\xBF\xBF",
    "\xF4\x80\x80\x80",
    "\xF4\x8F\xBF\xBF",
    "\xF0\x9F\xBF\xBE",
    "\xF0\x9F\xBF\xBF",
    "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5",
    "a\xC3\xA9z\xE2\x82\xAC!",
    "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
    "e\xCC\x81",
    "\xE1\x84\x80\xE1\x85\xA1",
};

/// Each with the number of bytes after which it can no longer become good.
const std::vector<std::pair<std::string, std::size_t>> kBad{
    {"\x80", 1},
    {"\xBF", 1},
    {"a\x80", 2},
    {"\xC0\x80", 1},
    {"\xC0\xAF", 1},
    {"\xC1\xBF", 1},
    {"\xC2\x7F", 2},
    {"\xC2\xC0", 2},
    {"\xC3(", 2},
    {"\xDF\x00"s, 2},
    {"\xE0\x80\x80", 2},
    {"\xE0\x9F\xBF", 2},
    {"\xE0\xC0\x80", 2},
    {"\xE1\x80\x7F", 3},
    {"\xE1\x7F\x80", 2},
    {"\xE2\x82(", 3},
    {"\xE2(\xA1", 2},
    {"\xED\xA0\x80", 2},
    {"\xED\xAD\xBF", 2},
    {"\xED\xAE\x80", 2},
    {"\xED\xAF\xBF", 2},
    {"\xED\xB0\x80", 2},
    {"\xED\xBE\x80", 2},
    {"\xED\xBF\xBF", 2},
    {"\xED\xA0\x80\xED\xB0\x80", 2},
    {"\xED\xAF\xBF\xED\xBF\xBF", 2},
    {"\xEF\xBF\x00"s, 3},
    {"\xF0\x80\x80\x80", 2},
    {"\xF0\x82\x82\xAC", 2},
    {"\xF0\x8F\xBF\xBF", 2},
    {"\xF0\x90\x80\x7F", 4},
    {"\xF0\x90\x7F\x80", 3},
    {"\xF0\x7F\x80\x80", 2},
    {"\xF4\x90\x80\x80", 2},
    {"\xF4\x8F\xBF\xC0", 4},
    {"\xF5\x80\x80\x80", 1},
    {"\xF7\xBF\xBF\xBF", 1},
    {"\xF8\x88\x80\x80\x80", 1},
    {"\xFC\x84\x80\x80\x80\x80", 1},
    {"\xFE", 1},
    {"\xFF", 1},
    {"\xFE\xFE\xFF\xFF", 1},
    {"\xCE\xBA\xE1\xBD\xB9\xCF\x83\xF4\x90\x80\x80", 9},
    {"ok ok ok ok ok ok \xFF", 19},
    {"12345678\xED\xA0\x80", 10},
};

/// Good up to here, but a character is not whole.
const std::vector<std::string> kCut{"\xC2",         "\xE0\xA0", "\xE2\x82", "\xED\x9F",
                                    "\xF0\x9F\x98", "\xF4\x8F", "text \xF0"};

TEST(Utf8, GoodTextIsTakenWholeAndCutAnywhere) {
  for (const std::string& good : kGood) {
    EXPECT_TRUE(isUtf8(good));
    for (std::size_t cut = 0; cut <= good.size(); ++cut) {
      Utf8Checker checker;
      EXPECT_TRUE(checker.feed(std::string_view(good).substr(0, cut)));
      EXPECT_TRUE(checker.feed(std::string_view(good).substr(cut)));
      EXPECT_TRUE(checker.complete());
    }
  }
}

TEST(Utf8, BadTextIsRefusedAtTheFirstByteThatCannotBe) {
  for (const auto& [bad, at] : kBad) {
    EXPECT_FALSE(isUtf8(bad));
    Utf8Checker checker;
    for (std::size_t i = 0; i < bad.size(); ++i) {
      EXPECT_EQ(checker.feed(std::string_view(bad).substr(i, 1)), i + 1 < at)
          << testing::PrintToString(bad) << i;
    }
    EXPECT_FALSE(checker.complete());
  }
}

TEST(Utf8, AllPairsOfBytesAreJudgedAsByTheWholeCheck) {
  for (unsigned pair = 0; pair < 65536; ++pair) {
    for (const std::string tail : {"", "\x80", "\x80\x80"}) {
      const std::string text = std::string{static_cast<char>(pair >> 8), static_cast<char>(pair)} + tail;
      Utf8Checker checker;
      ASSERT_EQ(checker.feed(text) && checker.complete(), isUtf8(text)) << pair << " " << tail.size();
    }
  }
}

TEST(Utf8, ATextMessageIsJudgedInsideItsFrameInFragmentsAndAtItsEnd) {
  for (const std::string& good : kGood) {
    for (std::size_t cut = 0; cut <= good.size(); ++cut) {
      const auto bytes = clientFrame(0x01, good.substr(0, cut)) + clientFrame(0x80, good.substr(cut));
      EXPECT_THAT(readWhole(bytes), ElementsAre("text:" + good));
      EXPECT_THAT(readInPieces(bytes, 1), ElementsAre("text:" + good));
    }
    EXPECT_THAT(readWhole(text(good)), ElementsAre("text:" + good));
  }
  for (const auto& [bad, at] : kBad) {
    EXPECT_THAT(readWhole(text(bad)), ElementsAre("violation:1007"));
    EXPECT_THAT(readWhole(clientFrame(0x01, bad)), ElementsAre("violation:1007"))
        << "not only in the last fragment";
    // The frame goes on, and is not waited for.
    const std::string longer = text(bad + std::string(50, 'x'));
    EXPECT_THAT(readInPieces(longer.substr(0, 6 + at), 1), ElementsAre("violation:1007"));
    EXPECT_THAT(readInPieces(longer.substr(0, 6 + at - 1), 1), IsEmpty());
    EXPECT_THAT(readWhole(binary(bad)), ElementsAre("binary:" + bad)) << "bytes are bytes";
  }
  for (const std::string& cut : kCut) {
    EXPECT_THAT(readWhole(text(cut)), ElementsAre("violation:1007"));
    EXPECT_THAT(readInPieces(text(cut), 1), ElementsAre("violation:1007"));
    EXPECT_THAT(readWhole(clientFrame(0x01, cut)), IsEmpty()) << "it may go on in the next fragment";
    EXPECT_THAT(readWhole(clientFrame(0x01, cut) + clientFrame(0x80, "")), ElementsAre("violation:1007"));
  }
}

}  // namespace
}  // namespace kith::websocket
