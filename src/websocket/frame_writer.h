#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "websocket/opcode.h"

namespace kith::websocket {

/// A server's frames: whole, not masked, the shortest form of the length. Any thread.
///
/// appendHeader() with the payload behind it, for frames that are encoded in place.
void appendHeader(std::string& out, Opcode opcode, std::size_t payload_bytes);
std::size_t headerBytes(std::size_t payload_bytes);
std::string encodeFrame(Opcode opcode, std::string_view payload);

/// A reason of more than 123 bytes is cut at a character's border. kCloseNoCode: an empty close frame.
std::string encodeClose(std::uint16_t code, std::string_view reason);

}  // namespace kith::websocket
