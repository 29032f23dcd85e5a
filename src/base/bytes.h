#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kith {

/// Immutable bytes shared across threads (an atomic count). Within one core use net's FrameRef.
using SharedBytes = std::shared_ptr<const std::string>;

inline SharedBytes shareBytes(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace kith
