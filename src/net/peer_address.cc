#include "net/peer_address.h"

#include <arpa/inet.h>

namespace kith {

std::string PeerAddress::ip() const {
  if (kind == Kind::None) return {};
  if (kind == Kind::Local) return "local";
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(kind == Kind::V4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

bool PeerAddress::isLoopback() const {
  if (kind == Kind::Local) return true;
  if (kind == Kind::V4) return address[0] == 127;
  static constexpr std::array<unsigned char, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return kind == Kind::V6 && address == one;
}

}  // namespace kith
