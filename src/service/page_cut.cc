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

std::size_t writePage(JsonWriter& json, std::string_view name, const std::vector<std::string>& rows) {
  const auto last = cutPage(rows, 0).last;
  json.key(name).beginArray();
  for (std::size_t i = 0; i < last; ++i) json.raw(rows[i]);
  json.endArray();
  return last;
}

}  // namespace kith
