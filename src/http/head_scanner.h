#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/limits.h"

namespace kith::http {

/// Collects the head of one request and refuses what no parser should have to judge.
///
/// Stands before llhttp, which has no limits and accepts more than we do: bare CR or LF, folded
/// lines, control bytes, odd names, other versions and methods, too much of anything. Byte by byte
/// and whole give the same answer: the first bad byte or line decides. Lives on its connection's loop.
class HeadScanner {
 public:
  enum class State : std::uint8_t { More, Complete, Refused };

  explicit HeadScanner(const Limits& limits) : limits_(limits) {}

  /// Takes bytes off the front of `input` until the head is complete, refused, or the input is used up.
  State feed(std::string_view& input);
  int status() const { return status_; }  // when Refused
  bool empty() const { return head_.empty() && !skipped_line_ && !after_cr_; }
  /// The head, from the request line to the empty line, with both their CRLFs.
  const std::string& head() const { return head_; }
  void reset();

 private:
  State refuse(int status);
  State take(char c);
  State endLine();
  State checkRequestLine(std::string_view line);
  State checkFieldLine(std::string_view line);

  const Limits& limits_;
  std::string head_;
  std::size_t line_start_ = 0;
  std::size_t fields_ = 0;
  int status_ = 0;
  bool after_cr_ = false;
  bool in_fields_ = false;     // the request line is behind us
  bool skipped_line_ = false;  // one empty line before the request is tolerated (RFC 9112, section 2.2)
};

/// A character of a token (RFC 9110, section 5.6.2).
bool isTokenChar(char c);

}  // namespace kith::http
