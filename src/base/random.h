#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kith {

/// Random bytes from the kernel, taken 4 KiB at a time and wiped as they are used.
///
/// One object per core or worker: not for two threads at once.
class Random {
 public:
  void fill(void* out, std::size_t size);
  std::uint64_t number();
  /// 16 base64url characters (96 bits): the form of all ids that Kith makes.
  std::string id();
  /// `bytes` random bytes as base64url, for tokens.
  std::string token(std::size_t bytes);

 private:
  std::array<unsigned char, 4096> pool_{};
  std::size_t used_ = 4096;
};

}  // namespace kith
