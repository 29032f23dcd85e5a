#include "app/page.h"

#include "app/page_table.h"

namespace kith {

const http::StaticFiles& embeddedPage() {
  static const http::StaticFiles files(
      pageTable(), {"/", "/setup", "/sign-in", "/register", "/rooms", "/room/{room}", "/group/{group}"});
  return files;
}

}  // namespace kith
