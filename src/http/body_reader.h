#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/limits.h"

namespace kith::http {

/// Reads the body of one request: a length known before, or chunks (RFC 9112, section 7.1).
///
/// Stricter than the standard asks: no white space around a chunk's size, no trailers. Keeps what
/// has arrived and reserves nothing for what is announced. Lives on its connection's loop.
class BodyReader {
 public:
  enum class State : std::uint8_t { More, Complete, Refused };

  void startLength(std::size_t length, std::size_t bytes_max);
  void startChunked(const Limits& limits, std::size_t bytes_max);

  /// Takes the body's bytes off the front of `input`, never one behind it.
  State feed(std::string_view& input);
  int status() const { return status_; }  // when Refused
  std::size_t size() const { return body_.size(); }
  std::string take();

 private:
  enum class Step : std::uint8_t { Size, Extension, SizeEnd, Data, DataCr, DataLf, LastCr, LastLf, Done };

  State refuse(int status);
  State feedChunked(std::string_view& input);
  State takeByte(char c);
  State takeSize(char c);
  State endSize();

  const Limits* limits_ = nullptr;  // null: not chunked
  std::size_t bytes_max_ = 0;
  std::string body_;
  std::uint64_t left_ = 0;  // of the length or of this chunk
  std::size_t digits_ = 0;
  std::size_t extension_bytes_ = 0;
  int status_ = 0;
  Step step_ = Step::Done;
};

}  // namespace kith::http
