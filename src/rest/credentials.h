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

/// Who asks: the back end's key (`X-API-Key` or `Authorization: apikey`), else a bearer, else the cookie,
/// else Unauthorized. A wrong one is never passed over for the next.
///
/// With the key, `Kith-User` names for whom it acts: the caller is then that person, with his rights,
/// NotFound if there is none. Without it the caller is a back end (Caller::back_end). An empty `api_key` fits
/// nothing.
void callerOf(AccountService& accounts, const std::string& api_key, const http::Request& request,
              Reply<Caller> reply);

}  // namespace kith
