// Whatever the bytes are and however they are cut, the reader says the same and holds no more than came.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/assert.h"
#include "websocket/frame_test_client.h"

using namespace kith::websocket;

namespace {

constexpr std::size_t kLimit = 4096;

std::vector<std::string> readCut(const std::string& bytes, unsigned seed) {
  FrameReader reader(kLimit);
  std::vector<std::string> events;
  std::size_t fed = 0;
  while (fed < bytes.size()) {
    seed = seed * 1664525 + 1013904223;
    const std::size_t piece = std::min<std::size_t>(1 + (seed >> 24) % 40, bytes.size() - fed);
    feed(reader, bytes.substr(fed, piece), events);
    fed += piece;
    ASSERT(reader.heldBytes() <= 2 * (fed + 64));
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = readWhole(bytes, kLimit);
  ASSERT(whole == readInPieces(bytes, 1, kLimit));
  ASSERT(whole == readCut(bytes, static_cast<unsigned>(size)));
  // The same bytes as frames that are right in form: only what they carry is the fuzzer's.
  if (size > 1) {
    const auto payload = bytes.substr(1);
    const auto framed = clientFrame(data[0], payload) + text("next");
    ASSERT(readWhole(framed, kLimit) == readInPieces(framed, 3, kLimit));
  }
  return 0;
}
