#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "rest/refused_origins.h"

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

/// Says of a request to /api/v1 from a page that is neither this host's nor on the list that no browser gives
/// it the answer. Without this only that page's reader would learn it.
void noteRefusedOrigin(const http::Request* request, const std::vector<std::string>& allowed_origins,
                       RefusedOrigins& refused);

}  // namespace kith
