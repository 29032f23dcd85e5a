#include "websocket/frame_writer.h"

#include "base/assert.h"
#include "websocket/close_code.h"

namespace kith::websocket {

std::size_t headerBytes(std::size_t payload_bytes) {
  return payload_bytes <= 125 ? 2 : payload_bytes <= 0xFFFF ? 4 : 10;
}

void appendHeader(std::string& out, Opcode opcode, std::size_t payload_bytes) {
  ASSERT(!isControl(opcode) || payload_bytes <= kControlPayloadMax);
  out += static_cast<char>(0x80 | static_cast<unsigned>(opcode));
  int length_bytes = 0;
  if (payload_bytes <= 125) {
    out += static_cast<char>(payload_bytes);
  } else if (payload_bytes <= 0xFFFF) {
    out += static_cast<char>(126);
    length_bytes = 2;
  } else {
    out += static_cast<char>(127);
    length_bytes = 8;
  }
  for (int shift = (length_bytes - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::uint64_t>(payload_bytes) >> shift & 0xFF);
  }
}

std::string encodeFrame(Opcode opcode, std::string_view payload) {
  std::string frame;
  frame.reserve(headerBytes(payload.size()) + payload.size());
  appendHeader(frame, opcode, payload.size());
  frame += payload;
  return frame;
}

std::string encodeClose(std::uint16_t code, std::string_view reason) {
  if (code == kCloseNoCode) return encodeFrame(Opcode::Close, "");
  ASSERT(isSendableCloseCode(code));
  if (reason.size() > kCloseReasonMax) {
    std::size_t size = kCloseReasonMax;
    while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) --size;
    reason = reason.substr(0, size);
  }
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code & 0xFF);
  payload += reason;
  return encodeFrame(Opcode::Close, payload);
}

}  // namespace kith::websocket
