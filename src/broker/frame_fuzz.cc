// First byte even: the rest is a frame as a stranger sends it. Odd: it is rightly signed, so that the reader
// behind the signature is attacked as well; what it accepts and knows is written with the same bytes.
#include "broker/frame.h"

#include <algorithm>

#include "base/assert.h"
#include "base/digest.h"

using namespace kith;
using namespace kith::broker;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const FrameKeys keys{"key"};
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    ASSERT(!readFrame(bytes, "a", keys).ok());  // nobody guesses a signature
    return 0;
  }
  bytes += hmacSha256("key", std::string("a\0", 2) + bytes).substr(0, 16);
  const auto frame = readFrame(bytes, "a", keys);
  if (!frame) return 0;
  const auto* entries = std::get_if<Entries>(&frame->body);
  const bool known = entries == nullptr || std::all_of(entries->entries.begin(), entries->entries.end(),
                                                       [](const auto& entry) { return entry.type; });
  ASSERT(!known || writeFrame(*frame, "a", keys) == bytes);
  return 0;
}
