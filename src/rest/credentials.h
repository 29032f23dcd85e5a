#pragma once

#include <string>
#include <vector>

#include "http/message.h"
#include "service/accounts.h"

namespace kith {

/// The name of the page's cookie: with the `__Host-` prefix on HTTPS only.
std::string cookieNameFor(const http::Request& request);
/// The value of that cookie, or empty.
std::string cookieOf(const http::Request& request);

/// Whether a request may have been made by another site's page: it changes something, a cookie decides,
/// and neither `Origin` (this host, or one on the list) nor `Sec-Fetch-Site` says that it was ours.
bool mayBeForged(const http::Request& request, const std::vector<std::string>& allowed_origins);
/// This host by its own address, or on the list. Scheme, host and port must all be equal.
bool isAllowedOrigin(const http::Request& request, const std::string& origin, const std::vector<std::string>& allowed);

/// Who asks: `Authorization: Bearer` first, else the cookie, else Unauthorized.
void callerOf(AccountService& accounts, const http::Request& request, Reply<Caller> reply);

}  // namespace kith
