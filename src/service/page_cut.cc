#include "service/page_cut.h"

namespace kith {

PageCut cutPage(const std::vector<std::string>& rows, std::size_t anchor, std::size_t bytes_max) {
  PageCut cut{anchor, anchor};
  std::size_t bytes = 0;
  auto fits = [&](const std::string& row) {
    if (bytes > 0 && bytes + row.size() > bytes_max) return false;
    bytes += row.size();
    return true;
  };
  while (cut.first > 0 || cut.last < rows.size()) {
    if (cut.last < rows.size() && !fits(rows[cut.last++])) return {cut.first, cut.last - 1};
    if (cut.first > 0 && !fits(rows[--cut.first])) return {cut.first + 1, cut.last};
  }
  return cut;
}

}  // namespace kith
