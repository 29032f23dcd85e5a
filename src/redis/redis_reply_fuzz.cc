#include <cstddef>
#include <cstdint>

#include "redis/reply.h"

// The server may send anything, cut anywhere.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] + std::size_t{1};
  std::span<const char> bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  kith::RedisReplyLimits limits;
  limits.items_max = 1000;
  kith::RedisReplyReader reader(limits);
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(piece, bytes.size()));
    bytes = bytes.subspan(part.size());
    reader.feed(part);
    for (;;) {
      const auto reply = reader.next();
      if (!reply) return 0;
      if (!*reply) break;
    }
  }
  return 0;
}
