#include "service/text_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace kith {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

TEST(TextRules, ComposedAndDecomposedAreOneText) {
  EXPECT_EQ(checkedMessage("caf\u00E9", "text").value(), "caf\u00E9");
  EXPECT_EQ(checkedMessage("cafe\u0301", "text").value(), "caf\u00E9");
  EXPECT_EQ(checkedName("Ame\u0301lie", "name").value(), "Am\u00E9lie");
}

TEST(TextRules, HangulJamoBecomeSyllables) {
  EXPECT_EQ(checkedName("\u1112\u1161\u11AB\u1100\u116E\u11A8", "name").value(), "\uD55C\uAD6D");
  // What counts is the normal form: 64 syllables of three jamo each are 64 characters.
  EXPECT_TRUE(checkedName(repeated("\u1112\u1161\u11AB", 64), "name").ok());
  EXPECT_FALSE(checkedName(repeated("\u1112\u1161\u11AB", 65), "name").ok());
}

TEST(TextRules, FamilyEmojiAndFlagsStayWhole) {
  const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466";
  const std::string heart = "\u2764\uFE0F\u200D\U0001F525";
  const std::string skin = "\U0001F44D\U0001F3FD\u200D\U0001F525";
  const std::string germany = "\U0001F1E9\U0001F1EA";
  const std::string scotland = "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F";
  for (const auto& emoji : {family, heart, skin, germany, scotland}) {
    EXPECT_EQ(checkedName("Ann " + emoji, "name").value(), "Ann " + emoji);
    EXPECT_EQ(checkedMessage(emoji, "text").value(), emoji);
  }
}

TEST(TextRules, NameLosesEveryInvisibleMark) {
  for (const auto* mark :
       {"\u200B", "\u200C", "\u200D",     "\u200E",     "\u200F", "\u202A", "\u202B", "\u202C",
        "\u202D", "\u202E", "\u2060",     "\u2066",     "\u2067", "\u2068", "\u2069", "\uFEFF",
        "\u00AD", "\u061C", "\u034F",     "\u180E",     "\u3164", "\u115F", "\uFFA0", "\u2800",
        "\uFE00", "\uFE0F", "\U000E0041", "\U000E0100", "\uFFF9"}) {
    EXPECT_EQ(checkedName("an"s + mark + "na", "name").value(), "anna") << mark;
    EXPECT_EQ(checkedName(mark + "anna"s + mark, "name").value(), "anna") << mark;
    EXPECT_FALSE(checkedName(mark + " "s + mark, "name").ok()) << mark;
  }
}

TEST(TextRules, TagsAndJoinersCannotHideBehindAnEmoji) {
  // A joiner that joins nothing, and more tags than a flag has.
  EXPECT_EQ(checkedName("\U0001F468\u200Danna", "name").value(), "\U0001F468anna");
  const auto hidden = checkedName("\U0001F3F4" + repeated("\U000E0061", 40), "name").value();
  EXPECT_EQ(countCodePoints(hidden), 8U);
}

TEST(TextRules, MessagesMayTurnDirectionSinceTheyStandAlone) {
  EXPECT_EQ(checkedMessage("\u202Eabc", "text").value(), "\u202Eabc");
}

TEST(TextRules, SpacesInNamesAreSingleAndInsideOnly) {
  EXPECT_EQ(checkedName("  Ada\u00A0 \u3000Lovelace ", "name").value(), "Ada Lovelace");
  EXPECT_FALSE(checkedName("Ada\nLovelace", "name").ok());
  EXPECT_FALSE(checkedName("Ada\tLovelace", "name").ok());
  EXPECT_FALSE(checkedName("Ada\u2028Lovelace", "name").ok());
  EXPECT_FALSE(checkedName("Ada\x7F", "name").ok());
  EXPECT_FALSE(checkedName("Ada\u0085", "name").ok());
}

TEST(TextRules, NamesBearFewCombiningMarksMessagesMany) {
  EXPECT_TRUE(checkedName("a" + repeated("\u0323\u0302", 4), "name").ok());
  EXPECT_FALSE(checkedName("x" + repeated("\u0336", 9), "name").ok());
  EXPECT_TRUE(checkedMessage("x" + repeated("\u0336", 300), "text").ok());
  EXPECT_FALSE(checkedMessage("x" + repeated("\u0336", 513), "text").ok());
}

TEST(TextRules, TheWorstTextToNormaliseIsQuick) {
  // Alternating classes make every mark move past half of those before it.
  const auto worst = repeated("x" + repeated("\u0301\u0323", 256), 63);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(checkedMessage(worst, "text").ok());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));  // 5 ms on a quiet machine
}

TEST(TextRules, BrokenUtf8IsRefused) {
  for (const auto& broken : {"\xED\xA0\x80"s /* lone surrogate */, "\xED\xA0\xBD\xED\xB8\x80"s, "\xC0\x80"s,
                             "\xC0\xAF"s, "\xF4\x90\x80\x80"s, "\xFF"s, "abc\xE2\x82"s, "\x80"s}) {
    EXPECT_FALSE(checkedMessage("a" + broken, "text").ok());
    EXPECT_FALSE(checkedName("a" + broken, "name").ok());
    EXPECT_FALSE(checkedHandle("ab" + broken).ok());
    EXPECT_FALSE(toNfc(broken).has_value());
  }
}

TEST(TextRules, ControlCharactersAreRefusedButLineFeedAndTab) {
  for (char c = 0; c < 0x20; ++c) {
    const std::string text = "a"s + c + "b";
    EXPECT_EQ(checkedMessage(text, "text").ok(), c == '\n' || c == '\t') << int{c};
  }
  EXPECT_FALSE(checkedName("a\0b"s, "name").ok());
  EXPECT_FALSE(checkedHandle("an\0na"s).ok());
}

TEST(TextRules, WhiteSpaceOnlyIsRefusedEvenWhereEmptyIsAllowed) {
  for (const auto* text : {" ", "\n\t ", "\u00A0\u2003", "\u3164", "\u200B", "\u2800"}) {
    EXPECT_EQ(checkedMessage(text, "text").error().code, FaultCode::BadRequest);
    EXPECT_FALSE(checkedLine(text, "topic", 100).ok());
  }
  EXPECT_EQ(checkedLine("", "topic", 100).value(), "");
  EXPECT_EQ(checkedMessage("", "text").error().code, FaultCode::BadRequest);
}

TEST(TextRules, LengthCountsCodePointsAndNothingIsCut) {
  EXPECT_EQ(checkedMessage(repeated("\U0001F600", 4000), "text").value().size(), 16000U);
  EXPECT_TRUE(checkedMessage(repeated("e\u0301", 4000), "text").ok());
  const auto fault = checkedMessage(repeated("\U0001F600", 4001), "text").error();
  EXPECT_EQ(fault.code, FaultCode::TextTooLong);
  EXPECT_EQ(fault.field, "text");
  EXPECT_THAT(fault.detail, HasSubstr("4000"));
  EXPECT_EQ(checkedMessage(std::string(1 << 20, 'a'), "text").error().code, FaultCode::TextTooLong);
  EXPECT_EQ(checkedLine(std::string(101, 'a'), "topic", 100).error().code, FaultCode::BadRequest);
  EXPECT_EQ(checkedName(std::string(65, 'a'), "name").error().code, FaultCode::BadRequest);
}

TEST(TextRules, HandlesThatLookEqualAreEqual) {
  EXPECT_EQ(checkedHandle("Ann.A-1_").value(), "ann.a-1_");
  EXPECT_EQ(checkedHandle("\uFF41\uFF4E\uFF4E").value(), "ann");  // full width
  EXPECT_EQ(checkedHandle("an\u200Bn").value(), "ann");
  EXPECT_EQ(checkedHandle("\u202Eann").value(), "ann");
  EXPECT_EQ(checkedHandle("\u212Aim").value(), "kim");  // the Kelvin sign
  EXPECT_EQ(checkedHandle(std::string(32, 'a')).value(), std::string(32, 'a'));
  for (const auto& bad : {""s, "a"s, std::string(33, 'a'), "\u0430nn"s /* Cyrillic */, "ann e"s, "ann/"s,
                          "\u00E9t\u00E9"s, "ann\n"s, std::string(10000, 'a')}) {
    const auto fault = checkedHandle(bad);
    ASSERT_FALSE(fault.ok()) << bad;
    EXPECT_EQ(fault.error().field, "handle");
  }
}

}  // namespace
}  // namespace kith
