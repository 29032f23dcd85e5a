#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"

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

/// Takes the row that was read beyond the limit off, and says whether there was one.
template <class Row>
bool cutTo(std::vector<Row>& rows, std::size_t limit) {
  if (rows.size() <= limit) return false;
  rows.pop_back();
  return true;
}

/// Writes the rendered rows of a list as the array `name`, as many from the first as fit, and says how many.
std::size_t writePage(JsonWriter& json, std::string_view name, const std::vector<std::string>& rows);

}  // namespace kith
