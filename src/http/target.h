#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace kith::http {

/// The parts of a request target that are ours to read.
struct Target {
  std::vector<std::string> path;  // decoded segments; "/" is one empty segment
  Fields query;
};

/// Origin form only, "/path?query"; nothing unless every escape is whole, the result is UTF-8
/// without control characters, and no segment is "." or "..".
std::optional<Target> parseTarget(std::string_view target);

/// Percent-decoded; nothing if an escape is broken. No check of what comes out.
std::optional<std::string> percentDecode(std::string_view text, bool plus_is_space);
/// Fit for any part of a target: all but letters, digits and -._~ is escaped (RFC 3986, section 2.3).
std::string percentEncode(std::string_view text);

}  // namespace kith::http
