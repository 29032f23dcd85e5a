// Stands in for the page in a build with -DKITH_WEB=OFF.
#include "app/page_table.h"

namespace kith {

const std::vector<http::EmbeddedFile>& pageTable() {
  static const std::vector<http::EmbeddedFile> table{
      {"/index.html", "text/plain; charset=utf-8", "\"none\"",
       "This server was built without its page (-DKITH_WEB=OFF). The API is at /api/v1.\n"}};
  return table;
}

}  // namespace kith
