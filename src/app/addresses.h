#pragma once

#include <cstdint>
#include <string>

namespace kith {

/// Addresses as people see them: plain functions, any thread.

bool isLoopback(const std::string& address);
/// 0.0.0.0 and ::, which one can listen on and not call.
bool isEveryAddress(const std::string& address);
/// http://ADDRESS:PORT, to be passed on: for every address it names one that this machine has in a network,
/// or 127.0.0.1 if it has none.
std::string urlOf(const std::string& address, std::uint16_t port);

}  // namespace kith
