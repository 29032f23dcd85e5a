#pragma once

#include "http/static_files.h"

namespace kith {

/// The page that was built into the binary, or, in a build without it, one plain sentence.
const http::StaticFiles& embeddedPage();

}  // namespace kith
