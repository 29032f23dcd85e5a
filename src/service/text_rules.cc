#include "service/text_rules.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <vector>

#include "base/assert.h"

namespace kith {
namespace {

// Canonical reordering takes quadratic time in a run of combining marks. 512 is far above what any
// script or joke needs and keeps the worst text of 64 KiB within a few milliseconds.
constexpr std::size_t kMarksInRowMax = 512;
// In names. Vietnamese takes 2, pointed Hebrew 4, stacked Tibetan 6.
constexpr std::size_t kNameMarksInRowMax = 8;

constexpr UChar32 kZeroWidthJoiner = 0x200D;
constexpr UChar32 kBlackFlag = 0x1F3F4;

enum class Form { Nfc, NfkcCaseFold };

/// Nothing if `text` is not valid UTF-8. Surrogates, overlong forms and values above U+10FFFF are not.
std::optional<std::vector<UChar32>> decode(std::string_view text) {
  std::vector<UChar32> out;
  out.reserve(text.size());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    if (c < 0) return std::nullopt;
    out.push_back(c);
  }
  return out;
}

void append(std::string& out, UChar32 c) {
  char bytes[4];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  out.append(bytes, static_cast<std::size_t>(length));
}

bool marksWithin(const std::vector<UChar32>& text, std::size_t most) {
  std::size_t marks = 0;
  for (const UChar32 c : text) {
    const auto kind = u_charType(c);
    const bool mark = kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK || u_getCombiningClass(c) != 0;
    marks = mark ? marks + 1 : 0;
    if (marks > most) return false;
  }
  return true;
}

/// ICU's rules of one form: made once, never changed, shared by all threads.
const icu::Normalizer2& rulesOf(Form form) {
  using Get = const icu::Normalizer2* (*)(UErrorCode&);
  const auto get = [](Get instance) {
    UErrorCode status = U_ZERO_ERROR;
    const auto* rules = instance(status);
    ASSERT(U_SUCCESS(status) != 0);  // the tables are part of the library
    return rules;
  };
  static const icu::Normalizer2* const nfc = get(&icu::Normalizer2::getNFCInstance);
  static const icu::Normalizer2* const folded = get(&icu::Normalizer2::getNFKCCasefoldInstance);
  return form == Form::Nfc ? *nfc : *folded;
}

std::optional<std::string> normalised(std::string_view text, Form form) {
  UErrorCode status = U_ZERO_ERROR;
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  rulesOf(form).normalizeUTF8(0, {text.data(), static_cast<std::int32_t>(text.size())}, sink, nullptr,
                              status);
  if (U_FAILURE(status) != 0) return std::nullopt;
  return out;
}

std::optional<std::string> checkedForm(std::string_view raw, Form form) {
  if (raw.size() > 1U << 20U) return std::nullopt;  // no text of ours comes near
  const auto decoded = decode(raw);
  if (!decoded || !marksWithin(*decoded, kMarksInRowMax)) return std::nullopt;
  return normalised(raw, form);
}

bool isBlank(UChar32 c) {
  // The Braille blank and the Hangul fillers are letters that show nothing.
  return u_isUWhiteSpace(c) != 0 || c == 0x2800 ||
         u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}

bool isLineBreak(UChar32 c) {
  return (c >= 0x0A && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool isPictograph(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) != 0;
}

bool isTag(UChar32 c) {
  return c >= 0xE0020 && c <= 0xE007F;
}

bool isInvisible(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 ||
         u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL) != 0 || (c >= 0xFFF9 && c <= 0xFFFB) || c == 0x2800;
}

/// Is the invisible mark at `i` part of an emoji? `kept` is what is left of the text before it.
bool joinsEmoji(const std::vector<UChar32>& text, std::size_t i, const std::vector<UChar32>& kept) {
  if (kept.empty()) return false;
  const UChar32 c = text[i];
  const UChar32 before = kept.back();
  if (c == 0xFE0E || c == 0xFE0F) return u_hasBinaryProperty(before, UCHAR_EMOJI) != 0;
  if (c == kZeroWidthJoiner) {
    const bool emoji = isPictograph(before) || before == 0xFE0F ||
                       u_hasBinaryProperty(before, UCHAR_EMOJI_MODIFIER) != 0 || isTag(before);
    return emoji && i + 1 < text.size() && isPictograph(text[i + 1]);
  }
  // Flags of regions: a black flag, at most 6 tags and the end tag.
  if (!isTag(c)) return false;
  std::size_t tags = 0;
  while (tags < kept.size() && isTag(kept[kept.size() - 1 - tags])) ++tags;
  return tags < 7 && tags < kept.size() && kept[kept.size() - 1 - tags] == kBlackFlag;
}

std::string field(std::string_view name) {
  return std::string(name);
}

Fault notUtf8(std::string_view name) {
  return Fault::badField(field(name), "must be valid UTF-8 without long runs of combining marks");
}

Fault wrongLength(std::string_view name, const TextLimits& limits, FaultCode code) {
  return {code, field(name),
          "must be " + std::to_string(limits.min) + " to " + std::to_string(limits.max) +
              " characters and at most " + std::to_string(limits.bytes_max) + " bytes",
          false};
}

Result<void> checkCharacters(const std::vector<UChar32>& text, std::string_view name,
                             const TextLimits& limits) {
  const bool one_line = limits.lines == TextLimits::Lines::One;
  for (const UChar32 c : text) {
    if (c < 0x20 && c != '\n' && c != '\t') {
      return Fault::badField(field(name), "must not hold control characters other than line feed and tab");
    }
    if (one_line && isLineBreak(c)) return Fault::badField(field(name), "must be one line");
  }
  if (!text.empty() && std::all_of(text.begin(), text.end(), isBlank)) {
    return Fault::badField(field(name), "must not be white space only");
  }
  return {};
}

/// `raw` without invisible marks and with single spaces, decoded.
std::vector<UChar32> visibleName(const std::vector<UChar32>& raw) {
  std::vector<UChar32> kept;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (isInvisible(raw[i]) && !joinsEmoji(raw, i, kept)) continue;
    const bool space = u_isUWhiteSpace(raw[i]) != 0;
    if (space && (kept.empty() || kept.back() == ' ')) continue;
    kept.push_back(space ? ' ' : raw[i]);
  }
  if (!kept.empty() && kept.back() == ' ') kept.pop_back();
  return kept;
}

}  // namespace

std::optional<std::string> toNfc(std::string_view raw) {
  return checkedForm(raw, Form::Nfc);
}
std::optional<std::string> toFolded(std::string_view raw) {
  return checkedForm(raw, Form::NfkcCaseFold);
}

std::size_t countCodePoints(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<std::string> checkedText(std::string_view raw, std::string_view name, const TextLimits& limits) {
  // Composing makes a text at most three times shorter: what is longer than that needs no look.
  if (raw.size() > limits.bytes_max * 4) return wrongLength(name, limits, limits.too_long);
  auto text = toNfc(raw);
  if (!text) return notUtf8(name);
  const auto decoded = decode(*text);
  if (!decoded) return notUtf8(name);
  if (decoded->size() < limits.min) return wrongLength(name, limits, FaultCode::BadRequest);
  if (decoded->size() > limits.max || text->size() > limits.bytes_max) {
    return wrongLength(name, limits, limits.too_long);
  }
  TRY(checkCharacters(*decoded, name, limits));
  return std::move(*text);
}

Result<std::string> checkedMessage(std::string_view raw, std::string_view name, std::size_t max,
                                   std::size_t bytes_max) {
  return checkedText(raw, name, {1, max, bytes_max, TextLimits::Lines::Many, FaultCode::TextTooLong});
}

Result<std::string> checkedLine(std::string_view raw, std::string_view name, std::size_t max) {
  return checkedText(raw, name, {0, max, max * 4, TextLimits::Lines::One, FaultCode::BadRequest});
}

Result<std::string> checkedName(std::string_view raw, std::string_view name, std::size_t max) {
  const TextLimits limits{1, max, max * 4, TextLimits::Lines::One, FaultCode::BadRequest};
  if (raw.size() > limits.bytes_max * 4) return wrongLength(name, limits, limits.too_long);
  const auto decoded = decode(raw);
  if (!decoded) return notUtf8(name);
  for (const UChar32 c : *decoded) {
    if (u_charType(c) == U_CONTROL_CHAR || isLineBreak(c)) {
      return Fault::badField(field(name), "must be one line without control characters");
    }
  }
  const auto visible = visibleName(*decoded);
  if (visible.empty()) return Fault::badField(field(name), "must have something to see");
  if (!marksWithin(visible, kNameMarksInRowMax)) {
    return Fault::badField(field(name), "must not have more than " + std::to_string(kNameMarksInRowMax) +
                                            " combining marks in a row");
  }
  std::string text;
  for (const UChar32 c : visible) append(text, c);
  return checkedText(text, name, limits);
}

Result<std::string> checkedHandle(std::string_view raw, std::string_view name) {
  constexpr std::size_t kMin = 2;
  constexpr std::size_t kMax = 32;
  auto fault = [&] {
    return Fault::badField(field(name), "must be 2 to 32 characters of a-z, 0-9, dot, hyphen and underscore");
  };
  if (raw.size() > kMax * 16) return fault();
  auto folded = toFolded(raw);
  if (!folded || folded->size() < kMin || folded->size() > kMax) return fault();
  const bool allowed = std::all_of(folded->begin(), folded->end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  if (!allowed) return fault();
  return std::move(*folded);
}

}  // namespace kith
