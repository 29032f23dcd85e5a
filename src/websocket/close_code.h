#pragma once

#include <cstdint>

namespace kith::websocket {

/// Codes that this end uses by itself (RFC 6455, section 7.4.1).
constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseProtocolError = 1002;
constexpr std::uint16_t kCloseNoCode = 1005;  // never on the wire: a close frame without a code
constexpr std::uint16_t kCloseBadText = 1007;

/// Whether a peer may send `code` in a close frame: those of the standard and its registry that are
/// not reserved (1000-1003, 1007-1014), libraries' (3000-3999) and applications' (4000-4999).
constexpr bool isSendableCloseCode(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

}  // namespace kith::websocket
