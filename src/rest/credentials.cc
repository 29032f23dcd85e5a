#include "rest/credentials.h"

#include <algorithm>

namespace kith {
namespace {

constexpr std::string_view kBearer = "Bearer ";

bool isUnsafe(http::Method method) {
  return method != http::Method::Get && method != http::Method::Head && method != http::Method::Options;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string cookieOf(const http::Request& request) {
  const auto name = std::string(kCookieName) + "=";
  std::string all = request.header("cookie");
  std::replace(all.begin(), all.end(), ',',
               ';');  // several fields are joined by commas; our values have none
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto one = trimmed(rest.substr(0, end));
    if (one.starts_with(name)) return std::string(one.substr(name.size()));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return "";
}

bool isAllowedOrigin(const http::Request& request, const std::string& origin,
                     const std::vector<std::string>& allowed) {
  const auto host = request.header("host");
  if (origin == "http://" + host || origin == "https://" + host) return true;
  return std::find(allowed.begin(), allowed.end(), origin) != allowed.end();
}

bool mayBeForged(const http::Request& request, const std::vector<std::string>& allowed_origins) {
  // Only a bearer takes the cookie's place. A browser may add Basic of its own accord.
  if (!isUnsafe(request.method) || request.header("authorization").starts_with(kBearer)) return false;
  const auto origin = request.header("origin");
  if (!origin.empty()) return !isAllowedOrigin(request, origin, allowed_origins);
  // Every browser of today says one of the two; a program says neither, and has nobody's cookie.
  const auto site = request.header("sec-fetch-site");
  if (!site.empty()) return site != "same-origin";
  return request.hasHeader("cookie");
}

void callerOf(AccountService& accounts, const http::Request& request, Reply<Caller> reply) {
  const auto authorization = request.header("authorization");
  if (authorization.starts_with(kBearer)) {
    return accounts.authenticate(authorization.substr(kBearer.size()),
                                 [reply = std::move(reply)](Result<Authenticated> result) mutable {
                                   if (!result) return reply(result.error());
                                   reply(std::move(result->caller));
                                 });
  }
  const auto cookie = cookieOf(request);
  if (cookie.empty()) return reply(Fault::of(FaultCode::Unauthorized));
  accounts.cookieCaller(cookie, std::move(reply));
}

}  // namespace kith
