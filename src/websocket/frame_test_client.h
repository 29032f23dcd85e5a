#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "websocket/close_code.h"
#include "websocket/frame_reader.h"
#include "websocket/opcode.h"

namespace kith::websocket {

/// A client's frame, masked. Anything may be wrong with it: `first` is the whole first byte.
inline std::string clientFrame(unsigned first, std::string_view payload,
                               std::string_view mask = "\x37\xFA\x21\x3D") {
  std::string frame(1, static_cast<char>(first));
  const std::uint64_t size = payload.size();
  if (size <= 125) {
    frame += static_cast<char>(0x80 | size);
  } else if (size <= 0xFFFF) {
    frame += static_cast<char>(0x80 | 126);
    for (int shift = 8; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
  } else {
    frame += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
  }
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  return frame;
}

inline std::string text(std::string_view payload) {
  return clientFrame(0x81, payload);
}
inline std::string binary(std::string_view payload) {
  return clientFrame(0x82, payload);
}
inline std::string ping(std::string_view payload = "") {
  return clientFrame(0x89, payload);
}
inline std::string pong(std::string_view payload = "") {
  return clientFrame(0x8A, payload);
}
inline std::string closing(std::string_view payload = "") {
  return clientFrame(0x88, payload);
}
inline std::string closing(unsigned code, std::string_view reason = "") {
  return closing(std::string{static_cast<char>(code >> 8), static_cast<char>(code)}.append(reason));
}

/// One word per event: "text:hello", "ping:", "close:1000:bye", "violation:1002", "too large".
inline std::string nameOf(const Event& event) {
  const std::string payload(event.payload);
  switch (event.kind) {
    case Event::Kind::NeedMore:
      return "";
    case Event::Kind::Text:
      return "text:" + payload;
    case Event::Kind::Binary:
      return "binary:" + payload;
    case Event::Kind::Ping:
      return "ping:" + payload;
    case Event::Kind::Pong:
      return "pong:" + payload;
    case Event::Kind::Close:
      return "close:" + std::to_string(event.code) + ":" + payload;
    case Event::Kind::Violation:
      return "violation:" + std::to_string(event.code);
    case Event::Kind::TooLarge:
      return "too large";
  }
  return "?";
}

/// What `reader` makes of `bytes`, which it may change.
inline void feed(FrameReader& reader, std::string bytes, std::vector<std::string>& events) {
  std::span<char> input(bytes);
  for (;;) {
    const Event event = reader.next(input);
    if (event.kind == Event::Kind::NeedMore) return;
    events.push_back(nameOf(event));
  }
}

inline std::vector<std::string> readWhole(const std::string& bytes,
                                          std::size_t limit = FrameReader::kMessageBytes) {
  FrameReader reader(limit);
  std::vector<std::string> events;
  feed(reader, bytes, events);
  return events;
}

inline std::vector<std::string> readInPieces(const std::string& bytes, std::size_t piece,
                                             std::size_t limit = FrameReader::kMessageBytes) {
  FrameReader reader(limit);
  std::vector<std::string> events;
  for (std::size_t at = 0; at < bytes.size(); at += piece) feed(reader, bytes.substr(at, piece), events);
  return events;
}

}  // namespace kith::websocket
