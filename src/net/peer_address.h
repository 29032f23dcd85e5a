#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace kith {

/// Who is at the other end of a connection: an address and port, or a user of this machine.
/// A value of 24 bytes; the text is made on demand.
struct PeerAddress {
  enum class Kind : std::uint8_t { None, V4, V6, Local };
  std::array<unsigned char, 16> address{};  // the first 4 for V4
  std::uint32_t user = 0;                   // Local: the peer's uid
  std::uint16_t port = 0;
  Kind kind = Kind::None;

  /// "192.0.2.1", "2001:db8::1", "local"; V4 addresses that came over V6 are shown as V4.
  std::string ip() const;
  bool isLoopback() const;
};

}  // namespace kith
