#include "websocket/frame_reader.h"

#include <algorithm>
#include <cstring>

#include "websocket/close_code.h"

namespace kith::websocket {
namespace {

// A buffer larger than this goes back after its message: idle connections hold little.
constexpr std::size_t kKeptBytes = 1024;

/// Empties `bytes` and gives the room back, which clear() and {} do not.
void release(std::string& bytes) {
  std::string().swap(bytes);
}

/// `count` bytes of a network-order number.
std::uint64_t readNumber(const unsigned char* at, int count) {
  std::uint64_t number = 0;
  for (int i = 0; i < count; ++i) number = number << 8 | at[i];
  return number;
}

}  // namespace

Event FrameReader::next(std::span<char>& input) {
  if (delivered_) {
    delivered_ = false;
    message_.clear();
    if (message_.capacity() > kKeptBytes) release(message_);
  }
  for (;;) {
    if (step_ == Step::Ended) {
      input = {};
      return {};
    }
    if (step_ == Step::Header) {
      const bool whole = readHeader(input);
      // The first two bytes are judged as soon as they are here, before the length is known.
      if (header_size_ >= 1) {
        if (const Event event = judgeFirstBytes(); event.kind != Event::Kind::NeedMore)
          return end(event.kind, event.code);
      }
      if (!whole) return {};
      if (const Event event = startFrame(); event.kind != Event::Kind::NeedMore) return event;
    }
    if (step_ == Step::Payload) {
      const Event event = isControl(opcode_) ? readControl(input) : readPayload(input);
      if (event.kind != Event::Kind::NeedMore) return event;
      if (step_ == Step::Payload) return {};
    }
  }
}

std::size_t FrameReader::headerNeeds() const {
  if (header_size_ < 2) return 2;
  const unsigned length = header_[1] & 0x7FU;
  return 2 + 4 + (length == 126 ? 2U : length == 127 ? 8U : 0U);
}

/// True once the whole header is here. Byte by byte only as far as needed: a header is at most 14.
bool FrameReader::readHeader(std::span<char>& input) {
  for (std::size_t needs = headerNeeds(); header_size_ < needs; needs = headerNeeds()) {
    if (input.empty()) return false;
    const std::size_t take = std::min(needs - header_size_, input.size());
    std::memcpy(header_.data() + header_size_, input.data(), take);
    header_size_ = static_cast<std::uint8_t>(header_size_ + take);
    input = input.subspan(take);
    // Stop before a length is waited for that a bad frame announces.
    if (header_size_ == 2 && judgeFirstBytes().kind != Event::Kind::NeedMore) return false;
  }
  return true;
}

/// Reserved bits and opcodes, masking, control frames, the order of fragments.
Event FrameReader::judgeFirstBytes() const {
  const Event refused{.kind = Event::Kind::Violation, .code = kCloseProtocolError};
  const unsigned first = header_[0];
  const unsigned opcode = first & 0x0FU;
  const bool final = (first & 0x80U) != 0;
  if ((first & 0x70U) != 0) return refused;
  if ((opcode > 2 && opcode < 8) || opcode > 10) return refused;
  if (opcode >= 8 && !final) return refused;
  if (opcode == 0 && !fragmented_) return refused;
  if ((opcode == 1 || opcode == 2) && fragmented_) return refused;
  if (header_size_ < 2) return {};
  const unsigned second = header_[1];
  if ((second & 0x80U) == 0) return refused;
  if (opcode >= 8 && (second & 0x7FU) > kControlPayloadMax) return refused;
  if (opcode == 8 && (second & 0x7FU) == 1) return refused;
  return {};
}

/// The length in its shortest form only, and within the limit, before anything is added up.
Event FrameReader::judgeLength() {
  const unsigned length = header_[1] & 0x7FU;
  left_ = length;
  if (length == 126) {
    left_ = readNumber(header_.data() + 2, 2);
    if (left_ < 126) return end(Event::Kind::Violation, kCloseProtocolError);
  } else if (length == 127) {
    left_ = readNumber(header_.data() + 2, 8);
    if ((left_ >> 63) != 0 || left_ <= 0xFFFF) return end(Event::Kind::Violation, kCloseProtocolError);
  }
  const std::size_t held = fragmented_ ? message_.size() : 0;
  if (!isControl(opcode_) && (left_ > message_bytes_max_ || held > message_bytes_max_ - left_)) {
    return end(Event::Kind::TooLarge, 0);
  }
  return {};
}

Event FrameReader::startFrame() {
  opcode_ = static_cast<Opcode>(header_[0] & 0x0FU);
  final_ = (header_[0] & 0x80U) != 0;
  if (const Event event = judgeLength(); event.kind != Event::Kind::NeedMore) return event;
  std::memcpy(mask_.data(), header_.data() + header_size_ - 4, 4);
  mask_at_ = 0;
  if (opcode_ == Opcode::Text || opcode_ == Opcode::Binary) {
    message_opcode_ = opcode_;
    utf8_.reset();
  }
  if (isControl(opcode_)) control_.clear();  // What it held was handed out by an earlier call.
  step_ = Step::Payload;
  return {};
}

/// Takes what belongs to this frame off the input and unmasks it where it lies.
std::span<char> FrameReader::unmask(std::span<char>& input) {
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  std::span<char> bytes = input.first(size);
  input = input.subspan(size);
  left_ -= size;
  std::array<unsigned char, 8> turned{};
  for (std::size_t i = 0; i < 8; ++i) turned[i] = mask_[(mask_at_ + i) % 4];
  std::uint64_t key;
  std::memcpy(&key, turned.data(), 8);
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + at, 8);
    word ^= key;
    std::memcpy(bytes.data() + at, &word, 8);
  }
  for (; at < size; ++at)
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ turned[at % 8]);
  mask_at_ = static_cast<std::uint8_t>((mask_at_ + size) % 4);
  return bytes;
}

Event FrameReader::readPayload(std::span<char>& input) {
  const bool untouched = message_.empty() && !fragmented_ && left_ <= input.size();
  const std::span<char> bytes = unmask(input);
  const std::string_view text(bytes.data(), bytes.size());
  if (untouched && final_) {  // The usual case: one frame, all of it here.
    if (message_opcode_ == Opcode::Text && !isUtf8(text)) return end(Event::Kind::Violation, kCloseBadText);
    return finishMessage(text);
  }
  if (message_opcode_ == Opcode::Text && !utf8_.feed(text)) return end(Event::Kind::Violation, kCloseBadText);
  message_ += text;
  if (left_ > 0) return {};
  step_ = Step::Header;
  header_size_ = 0;
  if (!final_) {
    fragmented_ = true;
    return {};
  }
  if (message_opcode_ == Opcode::Text && !utf8_.complete()) return end(Event::Kind::Violation, kCloseBadText);
  return finishMessage(message_);
}

Event FrameReader::finishMessage(std::string_view payload) {
  step_ = Step::Header;
  header_size_ = 0;
  fragmented_ = false;
  delivered_ = true;
  return {.kind = message_opcode_ == Opcode::Text ? Event::Kind::Text : Event::Kind::Binary,
          .payload = payload};
}

Event FrameReader::readControl(std::span<char>& input) {
  const bool whole = control_.empty() && left_ <= input.size();
  const std::span<char> bytes = unmask(input);
  const std::string_view payload(bytes.data(), bytes.size());
  if (whole) return finishControl(payload);
  control_ += payload;
  if (left_ > 0) return {};
  return finishControl(control_);
}

Event FrameReader::finishControl(std::string_view payload) {
  step_ = Step::Header;
  header_size_ = 0;
  if (opcode_ == Opcode::Close) return closeEvent(payload);
  return {.kind = opcode_ == Opcode::Ping ? Event::Kind::Ping : Event::Kind::Pong, .payload = payload};
}

Event FrameReader::closeEvent(std::string_view payload) {
  Event event{.kind = Event::Kind::Close, .code = kCloseNoCode};
  if (payload.size() >= 2) {
    event.code =
        static_cast<std::uint16_t>(readNumber(reinterpret_cast<const unsigned char*>(payload.data()), 2));
    event.payload = payload.substr(2);
    if (!isSendableCloseCode(event.code)) return end(Event::Kind::Violation, kCloseProtocolError);
    if (!isUtf8(event.payload)) return end(Event::Kind::Violation, kCloseBadText);
  }
  step_ = Step::Ended;
  return event;
}

Event FrameReader::end(Event::Kind kind, std::uint16_t code) {
  step_ = Step::Ended;
  release(message_);
  return {.kind = kind, .code = code};
}

}  // namespace kith::websocket
