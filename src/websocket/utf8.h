#pragma once

#include <cstdint>
#include <string_view>

namespace kith::websocket {

/// Checks UTF-8 that arrives in pieces (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
///
/// A value of four bytes. It refuses at the first byte that no valid text could go on with, so a bad
/// message fails inside its frame, not at its end.
class Utf8Checker {
 public:
  /// False from the first bad byte on.
  bool feed(std::string_view bytes);
  /// Nothing is cut off in the middle of a character.
  bool complete() const { return need_ == 0 && good_; }
  void reset() { *this = {}; }

 private:
  bool start(unsigned char byte);

  std::uint8_t need_ = 0;    // continuation bytes still to come
  std::uint8_t low_ = 0x80;  // bounds of the next one
  std::uint8_t high_ = 0xBF;
  bool good_ = true;
};

/// Whole text at once.
bool isUtf8(std::string_view text);

}  // namespace kith::websocket
