#pragma once

#include <string>
#include <vector>

#include "http/message.h"
#include "service/accounts.h"

namespace kith {

/// The name of the page's cookie. Plain HTTP knows no `__Host-` prefix; TLS ends at a proxy.
constexpr std::string_view kCookieName = "kith";
/// The value of that cookie, or empty.
std::string cookieOf(const http::Request& request);

/// Whether a request may have been made by another site's page: it changes something, a cookie decides,
/// and neither `Origin` (this host, or one on the list) nor `Sec-Fetch-Site` says that it was ours.
bool mayBeForged(const http::Request& request, const std::vector<std::string>& allowed_origins);
/// This host by the name it was asked by (by http, or by https where a proxy ends TLS), or on the list.
bool isAllowedOrigin(const http::Request& request, const std::string& origin,
                     const std::vector<std::string>& allowed);

/// Who asks: `Authorization: Bearer` first, else the cookie, else Unauthorized.
void callerOf(AccountService& accounts, const http::Request& request, Reply<Caller> reply);

}  // namespace kith
