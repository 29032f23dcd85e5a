#include "rest/credentials.h"

#include <algorithm>
#include <optional>

#include "base/digest.h"

namespace kith {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kApiKey = "apikey ";
constexpr const char* kApiKeyHeader = "x-api-key";

bool isUnsafe(http::Method method) {
  return method != http::Method::Get && method != http::Method::Head && method != http::Method::Options;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Fault unauthorized(std::string detail) {
  return {FaultCode::Unauthorized, {}, std::move(detail), false};
}

/// The key a back end shows, if it shows one.
std::optional<std::string> shownKey(const http::Request& request) {
  if (request.hasHeader(kApiKeyHeader)) return request.header(kApiKeyHeader);
  const auto authorization = request.header("authorization");
  if (!authorization.starts_with(kApiKey)) return std::nullopt;
  return std::string(trimmed(std::string_view(authorization).substr(kApiKey.size())));
}

void personOf(AccountService& accounts, const std::string& id, Reply<Caller> reply) {
  const auto user = UserId::parse(id);
  if (!user) return reply(Fault::badField("Kith-User", "must be 1 to 64 characters of A-Z a-z 0-9 _ -"));
  accounts.user(*user, [reply = std::move(reply)](Result<std::optional<User>> found) mutable {
    if (!found) return reply(found.error());
    if (!*found) return reply(Fault{FaultCode::NotFound, "Kith-User", "no such user", false});
    Caller caller;
    caller.user = (*found)->id;
    caller.name = (*found)->display_name;
    caller.site_role = (*found)->site_role;
    reply(std::move(caller));
  });
}

void backEndCaller(AccountService& accounts, const http::Request& request, Reply<Caller> reply) {
  if (request.hasHeader("kith-user"))
    return personOf(accounts, request.header("kith-user"), std::move(reply));
  Caller caller;
  caller.user = backEndUser();
  caller.name = "back end";
  caller.site_role = SiteRole::Admin;
  caller.back_end = true;
  reply(std::move(caller));
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
  // Only a bearer or a key takes the cookie's place. A browser may add Basic of its own accord.
  if (!isUnsafe(request.method) || request.header("authorization").starts_with(kBearer)) return false;
  if (shownKey(request)) return false;
  const auto origin = request.header("origin");
  if (!origin.empty()) return !isAllowedOrigin(request, origin, allowed_origins);
  // Every browser of today says one of the two; a program says neither, and has nobody's cookie.
  const auto site = request.header("sec-fetch-site");
  if (!site.empty()) return site != "same-origin";
  return request.hasHeader("cookie");
}

void callerOf(AccountService& accounts, const std::string& api_key, const http::Request& request,
              Reply<Caller> reply) {
  if (const auto key = shownKey(request)) {
    if (api_key.empty()) return reply(unauthorized("no API key is set on this server (http_api.key)"));
    if (!equalSecrets(*key, api_key))
      return reply(unauthorized("the API key is not this server's (http_api.key)"));
    return backEndCaller(accounts, request, std::move(reply));
  }
  const auto authorization = request.header("authorization");
  if (authorization.starts_with(kBearer)) {
    return accounts.authenticate(authorization.substr(kBearer.size()),
                                 [reply = std::move(reply)](Result<Authenticated> result) mutable {
                                   if (!result) return reply(result.error());
                                   reply(std::move(result->caller));
                                 });
  }
  const auto cookie = cookieOf(request);
  if (cookie.empty()) {
    return reply(unauthorized(
        "no credentials: send Authorization: Bearer TOKEN, X-API-Key, or the cookie of a sign-in"));
  }
  accounts.cookieCaller(cookie, std::move(reply));
}

}  // namespace kith
