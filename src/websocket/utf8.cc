#include "websocket/utf8.h"

#include <simdjson.h>

#include <cstring>

namespace kith::websocket {

bool Utf8Checker::start(unsigned char byte) {
  low_ = 0x80;
  high_ = 0xBF;
  if (byte < 0x80) {
    need_ = 0;
  } else if (byte >= 0xC2 && byte <= 0xDF) {
    need_ = 1;
  } else if (byte >= 0xE0 && byte <= 0xEF) {
    need_ = 2;
    if (byte == 0xE0) low_ = 0xA0;   // overlong
    if (byte == 0xED) high_ = 0x9F;  // surrogates
  } else if (byte >= 0xF0 && byte <= 0xF4) {
    need_ = 3;
    if (byte == 0xF0) low_ = 0x90;   // overlong
    if (byte == 0xF4) high_ = 0x8F;  // above U+10FFFF
  } else {
    return false;
  }
  return true;
}

bool Utf8Checker::feed(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (good_ && at < end) {
    if (need_ == 0) {
      // Most text is ASCII: eight bytes at a time.
      std::uint64_t word;
      while (end - at >= 8 && (std::memcpy(&word, at, 8), (word & 0x8080808080808080U) == 0)) at += 8;
      if (at == end) break;
      good_ = start(static_cast<unsigned char>(*at++));
      continue;
    }
    const auto byte = static_cast<unsigned char>(*at++);
    good_ = byte >= low_ && byte <= high_;
    --need_;
    low_ = 0x80;
    high_ = 0xBF;
  }
  return good_;
}

bool isUtf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace kith::websocket
