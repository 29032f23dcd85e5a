#pragma once

#include <cstddef>

#include "base/loop.h"

namespace kith::http {

/// What one request may take. Over it: the status in the comment, then the connection closes.
struct Limits {
  std::size_t request_line_bytes = 8 * 1024;  // 414
  std::size_t field_line_bytes = 8 * 1024;    // 431
  std::size_t head_bytes = 16 * 1024;         // 431, request line included
  std::size_t fields = 100;                   // 431
  std::size_t chunk_extension_bytes = 256;    // 400, of all chunks of a request
  std::size_t chunk_size_digits = 16;         // 400
  Milliseconds head_time{10'000};             // 408, or a silent close if nothing came at all
  Milliseconds body_check{10'000};            // each time, at least body_bytes_per_check must have come: 408
  std::size_t body_bytes_per_check = 10 * 1024;
  Milliseconds idle_time{75'000};    // between requests: a silent close
  Milliseconds answer_time{60'000};  // 503 if nobody has answered by then
  Milliseconds linger_time{3'000};   // for the last answer to arrive
};

/// Of a route that names no other: the body of a request in bytes (413).
constexpr std::size_t kBodyBytes = 64 * 1024;

}  // namespace kith::http
