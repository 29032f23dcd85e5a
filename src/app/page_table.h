#pragma once

#include <vector>

#include "http/static_files.h"

namespace kith {

/// The files of the page, made when it was built (cmake/embed_page.mjs), or of a build without it.
const std::vector<http::EmbeddedFile>& pageTable();

}  // namespace kith
