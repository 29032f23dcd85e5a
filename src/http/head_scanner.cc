#include "http/head_scanner.h"

#include <algorithm>

#include "http/message.h"

namespace kith::http {
namespace {

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool isTokenChar(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return isDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         others.find(c) != std::string_view::npos;
}

void HeadScanner::reset() {
  std::string().swap(head_);  // Holds no memory between requests; assigning {} would.
  line_start_ = 0;
  fields_ = 0;
  status_ = 0;
  after_cr_ = in_fields_ = skipped_line_ = false;
}

HeadScanner::State HeadScanner::refuse(int status) {
  status_ = status;
  return State::Refused;
}

HeadScanner::State HeadScanner::feed(std::string_view& input) {
  while (!input.empty()) {
    const char c = input.front();
    input.remove_prefix(1);
    if (const State state = take(c); state != State::More) return state;
  }
  return State::More;
}

HeadScanner::State HeadScanner::take(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (after_cr_) {
    if (c != '\n') return refuse(400);
    after_cr_ = false;
    return endLine();
  }
  if (c == '\n') return refuse(400);
  if (c == '\r') {
    after_cr_ = true;
    return State::More;
  }
  if (byte == 0x7F || (byte < 0x20 && c != '\t')) return refuse(400);
  if (!in_fields_ && (byte < 0x20 || byte > 0x7E)) return refuse(400);
  const std::size_t line = head_.size() - line_start_;
  if (!in_fields_ && line >= limits_.request_line_bytes) return refuse(414);
  if (in_fields_ && line >= limits_.field_line_bytes) return refuse(431);
  if (head_.size() >= limits_.head_bytes) return refuse(431);
  // A folded line, or white space before the first field.
  if (in_fields_ && line == 0 && (c == ' ' || c == '\t')) return refuse(400);
  head_ += c;
  return State::More;
}

HeadScanner::State HeadScanner::endLine() {
  const std::string_view line = std::string_view(head_).substr(line_start_);
  if (!in_fields_ && line.empty()) {
    if (skipped_line_) return refuse(400);
    skipped_line_ = true;
    return State::More;
  }
  const bool last = line.empty();
  if (!last) {
    const State state = in_fields_ ? checkFieldLine(line) : checkRequestLine(line);
    if (state != State::More) return state;
  }
  in_fields_ = true;
  head_ += "\r\n";
  line_start_ = head_.size();
  return last ? State::Complete : State::More;
}

/// `METHOD SP TARGET SP HTTP/1.x`, one space each.
HeadScanner::State HeadScanner::checkRequestLine(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos)
    return refuse(400);
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  if (method.empty() || target.empty() || !std::all_of(method.begin(), method.end(), isTokenChar))
    return refuse(400);
  const bool well_formed = version.size() == 8 && version.starts_with("HTTP/") && isDigit(version[5]) &&
                           version[6] == '.' && isDigit(version[7]);
  if (!well_formed) return refuse(400);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(505);
  if (!parseMethod(method)) return refuse(501);
  return State::More;
}

/// A name of token characters, right before the colon. No "_": some proxies take it for "-".
HeadScanner::State HeadScanner::checkFieldLine(std::string_view line) {
  if (++fields_ > limits_.fields) return refuse(431);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return refuse(400);
  const std::string_view name = line.substr(0, colon);
  const bool good = std::all_of(name.begin(), name.end(), [](char c) { return isTokenChar(c) && c != '_'; });
  return good ? State::More : refuse(400);
}

}  // namespace kith::http
