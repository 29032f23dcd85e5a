#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/fault.h"

namespace kith {

/// What people write, in its one normal form: NFC, valid UTF-8, without control characters. Every text
/// passes one of these functions where it enters, so that two texts that look equal are equal, also
/// when a repeated request is compared with the first.
///
/// Any thread, no state. Lengths count code points of the normal form; a text that is too long is
/// refused, never cut. Faults name the field and say what is allowed.

/// How long a text may be, and of what kind.
struct TextLimits {
  std::size_t min = 1;  // 0: may be empty; white space alone is refused all the same
  std::size_t max = 4000;
  std::size_t bytes_max = 16 * 1024;
  enum class Lines { One, Many } lines = Lines::Many;
  FaultCode too_long = FaultCode::BadRequest;
};

Result<std::string> checkedText(std::string_view raw, std::string_view field, const TextLimits& limits);

/// The text of a message; too long is TextTooLong.
Result<std::string> checkedMessage(std::string_view raw, std::string_view field, std::size_t max = 4000,
                                   std::size_t bytes_max = 16 * 1024);

/// A topic or a reason: one line, may be empty.
Result<std::string> checkedLine(std::string_view raw, std::string_view field, std::size_t max);

/// The name of a person or a room, fit to stand inside a line of others' text.
///
/// Invisible marks are taken out: controls of direction, zero-width marks, fillers; those that make
/// up an emoji stay. Runs of white space become one space, none at the ends. Refused: more than
/// 8 combining marks in a row, control characters, a name with nothing to see.
Result<std::string> checkedName(std::string_view raw, std::string_view field, std::size_t max = 64);

/// A handle, NFKC case-folded: `[a-z0-9._-]{2,32}`. Folding takes invisible marks out, so a handle
/// that differs only by them is the same handle.
Result<std::string> checkedHandle(std::string_view raw, std::string_view field = "handle");

/// NFC; nothing unless `raw` is valid UTF-8 that can be normalised in linear time.
std::optional<std::string> toNfc(std::string_view raw);
/// NFKC with case folded, for comparing; nothing as above.
std::optional<std::string> toFolded(std::string_view raw);
/// Of valid UTF-8.
std::size_t countCodePoints(std::string_view text);

}  // namespace kith
