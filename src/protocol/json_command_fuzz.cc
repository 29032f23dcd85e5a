#include <cstdint>

#include "base/assert.h"
#include "protocol/json_codec.h"

/// Whatever a client sends: read without a fault of memory, and the same by a reader used before.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static kith::protocol::JsonCommandReader used;
  kith::protocol::JsonCommandReader fresh;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto first = used.read(text);
  const auto second = fresh.read(text);
  ASSERT(first.ok() == second.ok());
  if (first) ASSERT(first->size() == second->size() && !first->empty());
  return 0;
}
