#include "app/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>

namespace kith {
namespace {

constexpr const char* kThisMachine = "127.0.0.1";

std::string addressInNetwork() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return kThisMachine;
  std::string found = kThisMachine;
  for (const auto* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    if ((one->ifa_flags & IFF_LOOPBACK) != 0 || (one->ifa_flags & IFF_UP) == 0) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    if (::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size()) == nullptr) continue;
    found = text.data();
    break;
  }
  ::freeifaddrs(all);
  return found;
}

}  // namespace

bool isLoopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

bool isEveryAddress(const std::string& address) {
  return address == "0.0.0.0" || address == "::";
}

std::string urlOf(const std::string& address, std::uint16_t port) {
  const auto shown = isEveryAddress(address) ? addressInNetwork() : address;
  const auto host = shown.find(':') == shown.npos ? shown : "[" + shown + "]";
  return "http://" + host + ":" + std::to_string(port);
}

}  // namespace kith
