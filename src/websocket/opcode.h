#pragma once

#include <cstddef>
#include <cstdint>

namespace kith::websocket {

/// RFC 6455, section 5.2. All other values are reserved.
enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

constexpr bool isControl(Opcode opcode) {
  return static_cast<std::uint8_t>(opcode) >= 8;
}

constexpr std::size_t kControlPayloadMax = 125;  // RFC 6455, section 5.5
constexpr std::size_t kCloseReasonMax = 123;

}  // namespace kith::websocket
