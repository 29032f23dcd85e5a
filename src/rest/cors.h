#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace kith {

/// Whether `text` is an origin as a browser writes it: scheme://host or scheme://host:port, in lower case.
/// Anything else on the list ("*", "null", a path) would match nothing.
bool isOrigin(std::string_view text);

/// Lets pages of the listed origins read the answers of /api/v1, refusals and preflights included.
///
/// Only exact matches, never `*`, and never with credentials: another site's page comes with a bearer,
/// the cookie stays with ours. Nothing is added while the list is empty.
void addCors(const http::Request* request, const std::vector<std::string>& allowed_origins,
             http::Response& response);

}  // namespace kith
