#include "http/body_reader.h"

#include <algorithm>
#include <utility>

namespace kith::http {

void BodyReader::startLength(std::size_t length, std::size_t bytes_max) {
  *this = {};
  left_ = length;
  bytes_max_ = bytes_max;
}

void BodyReader::startChunked(const Limits& limits, std::size_t bytes_max) {
  *this = {};
  limits_ = &limits;
  bytes_max_ = bytes_max;
  step_ = Step::Size;
}

std::string BodyReader::take() {
  std::string body = std::move(body_);
  *this = {};
  return body;
}

BodyReader::State BodyReader::refuse(int status) {
  status_ = status;
  return State::Refused;
}

BodyReader::State BodyReader::feed(std::string_view& input) {
  if (limits_ != nullptr) return feedChunked(input);
  if (body_.size() + left_ > bytes_max_) return refuse(413);
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  body_ += input.substr(0, size);
  input.remove_prefix(size);
  left_ -= size;
  return left_ == 0 ? State::Complete : State::More;
}

BodyReader::State BodyReader::feedChunked(std::string_view& input) {
  while (!input.empty()) {
    if (step_ == Step::Data) {
      const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
      body_ += input.substr(0, size);
      input.remove_prefix(size);
      left_ -= size;
      if (left_ == 0) step_ = Step::DataCr;
      continue;
    }
    const char c = input.front();
    input.remove_prefix(1);
    if (const State state = takeByte(c); state != State::More) return state;
  }
  return State::More;
}

BodyReader::State BodyReader::takeByte(char c) {
  switch (step_) {
    case Step::Size:
      return takeSize(c);
    case Step::Extension:
      if (c == '\r') {
        step_ = Step::SizeEnd;
        return State::More;
      }
      if (++extension_bytes_ > limits_->chunk_extension_bytes) return refuse(400);
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || static_cast<unsigned char>(c) >= 0x7F) {
        return refuse(400);
      }
      return State::More;
    case Step::SizeEnd:
      return c == '\n' ? endSize() : refuse(400);
    case Step::DataCr:
      step_ = Step::DataLf;
      return c == '\r' ? State::More : refuse(400);
    case Step::DataLf:
      step_ = Step::Size;
      return c == '\n' ? State::More : refuse(400);
    case Step::LastCr:  // Anything else would be a trailer.
      step_ = Step::LastLf;
      return c == '\r' ? State::More : refuse(400);
    case Step::LastLf:
      step_ = Step::Done;
      return c == '\n' ? State::Complete : refuse(400);
    case Step::Data:
    case Step::Done:
      break;
  }
  return refuse(400);
}

BodyReader::State BodyReader::takeSize(char c) {
  int digit = -1;
  if (c >= '0' && c <= '9') digit = c - '0';
  if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
  if (digit >= 0) {
    if (++digits_ > limits_->chunk_size_digits) return refuse(400);
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);  // 16 digits fill 64 bits, no more.
    return State::More;
  }
  if (digits_ == 0) return refuse(400);
  if (c == ';') {
    ++extension_bytes_;
    step_ = Step::Extension;
    return State::More;
  }
  step_ = Step::SizeEnd;
  return c == '\r' ? State::More : refuse(400);
}

BodyReader::State BodyReader::endSize() {
  digits_ = 0;
  if (left_ == 0) {
    step_ = Step::LastCr;
    return State::More;
  }
  if (left_ > bytes_max_ || body_.size() > bytes_max_ - left_) return refuse(413);
  step_ = Step::Data;
  return State::More;
}

}  // namespace kith::http
