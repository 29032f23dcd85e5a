#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kith {

/// What the rows of one answer may take, so that a few answers fit into a client's queue.
inline constexpr std::size_t kPageBytesMax = 256 * 1024;

/// The rows [first, last) of a page that one answer may carry.
struct PageCut {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// As many of the rendered rows as fit, at least one, growing from `anchor` (the first row above the place
/// the page was asked from; rows.size(): all are below it) to both sides. What is cut off is farthest from
/// there, so that the next page begins where this one ends.
PageCut cutPage(const std::vector<std::string>& rows, std::size_t anchor,
                std::size_t bytes_max = kPageBytesMax);

}  // namespace kith
