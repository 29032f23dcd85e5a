#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "websocket/opcode.h"
#include "websocket/utf8.h"

namespace kith::websocket {

/// What a client's bytes amount to, one at a time.
struct Event {
  enum class Kind : std::uint8_t {
    NeedMore,  // the input is used up
    Text,      // a whole message, valid UTF-8
    Binary,    // a whole message
    Ping,      // to be answered with the same payload
    Pong,
    Close,      // `code` is kCloseNoCode if there was none; `payload` is the reason
    Violation,  // close with `code`
    TooLarge,   // the message is above the limit: which code says so is the protocol's affair
  };
  Kind kind = Kind::NeedMore;
  /// Into the input or the reader's own buffer: valid until the next call.
  std::string_view payload{};
  std::uint16_t code = 0;
};

/// Reads the frames of one client (RFC 6455, section 5), fed with bytes cut anywhere.
///
/// Lives on one thread, owned by its connection. Holds bytes only while a message is incomplete, and
/// never more than have arrived: an announced length reserves nothing. A message of one frame that
/// lies whole in the input is unmasked in place and not copied. After Close, Violation or TooLarge
/// it swallows everything. How long a message may take is its owner's to bound (midMessage()).
class FrameReader {
 public:
  static constexpr std::size_t kMessageBytes = 64 * 1024;

  explicit FrameReader(std::size_t message_bytes_max = kMessageBytes)
      : message_bytes_max_(message_bytes_max) {}

  /// The next event of `input`, whose front is cut off as it is used. Call until NeedMore.
  Event next(std::span<char>& input);

  /// Counts from the next frame on.
  void setMessageBytesMax(std::size_t bytes) { message_bytes_max_ = bytes; }
  bool midMessage() const { return fragmented_ || header_size_ > 0; }
  std::size_t heldBytes() const { return message_.capacity() + control_.capacity(); }

 private:
  enum class Step : std::uint8_t { Header, Payload, Ended };

  bool readHeader(std::span<char>& input);
  Event startFrame();
  Event judgeFirstBytes() const;
  Event judgeLength();
  Event readPayload(std::span<char>& input);
  Event readControl(std::span<char>& input);
  Event finishMessage(std::string_view payload);
  Event finishControl(std::string_view payload);
  Event closeEvent(std::string_view payload);
  Event end(Event::Kind kind, std::uint16_t code);
  std::span<char> unmask(std::span<char>& input);
  std::size_t headerNeeds() const;

  std::size_t message_bytes_max_;
  std::string message_;     // of what was not whole in one input
  std::string control_;     // a control frame may come in the middle of a message
  std::uint64_t left_ = 0;  // of the frame's payload
  std::array<unsigned char, 14> header_{};
  std::uint8_t header_size_ = 0;
  std::uint8_t mask_at_ = 0;  // which byte of the mask is next
  Step step_ = Step::Header;
  Opcode opcode_ = Opcode::Continuation;  // of this frame
  Opcode message_opcode_ = Opcode::Text;  // of the message it belongs to
  bool final_ = false;
  bool fragmented_ = false;  // a message has begun and goes on in another frame
  bool delivered_ = false;   // message_ was handed out by the last call
  std::array<unsigned char, 4> mask_{};
  Utf8Checker utf8_;
};

}  // namespace kith::websocket
