#include "base/random.h"

#include <sys/random.h>

#include <cstring>

#include "base/assert.h"
#include "base/digest.h"

namespace kith {

void Random::fill(void* out, std::size_t size) {
  auto* bytes = static_cast<unsigned char*>(out);
  while (size > 0) {
    if (used_ == pool_.size()) {
      std::size_t got = 0;
      while (got < pool_.size()) {
        const auto n = ::getrandom(pool_.data() + got, pool_.size() - got, 0);
        ASSERT(n > 0);  // Linux gives random bytes or does not boot
        got += static_cast<std::size_t>(n);
      }
      used_ = 0;
    }
    const std::size_t n = std::min(size, pool_.size() - used_);
    std::memcpy(bytes, pool_.data() + used_, n);
    explicit_bzero(pool_.data() + used_, n);
    used_ += n;
    bytes += n;
    size -= n;
  }
}

std::uint64_t Random::number() {
  std::uint64_t n = 0;
  fill(&n, sizeof n);
  return n;
}

std::string Random::id() {
  return token(12);
}

std::string Random::token(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill(raw.data(), raw.size());
  return base64urlEncode(raw);
}

}  // namespace kith
