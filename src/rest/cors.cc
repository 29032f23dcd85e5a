#include "rest/cors.h"

#include <algorithm>

#include "rest/credentials.h"

namespace kith {
namespace {

// Browsers ask again after this; a method taken away is felt no later.
constexpr std::string_view kPreflightLife_s = "300";
constexpr std::string_view kRequestHeaders = "Authorization, Content-Type, Idempotency-Key";
constexpr std::string_view kAnswerHeaders = "Retry-After, WWW-Authenticate";

bool isOfApi(const http::Request& request) {
  return request.path.size() >= 2 && request.path[0] == "api" && request.path[1] == "v1";
}

bool isPreflight(const http::Request& request) {
  return request.method == http::Method::Options && request.hasHeader("access-control-request-method");
}

std::string allowedMethods(const http::Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (http::equalIgnoringCase(name, "allow")) return value;
  }
  return "";
}

bool isLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

bool isOrigin(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto of = [](std::string_view part, std::string_view more) {
    return std::all_of(part.begin(), part.end(),
                       [more](char c) { return isLowerOrDigit(c) || more.find(c) != more.npos; });
  };
  const auto authority = text.substr(colon + 3);
  return !authority.empty() && of(text.substr(0, colon), "+-.") && of(authority, "-._:[]");
}

void addCors(const http::Request* request, const std::vector<std::string>& allowed_origins,
             http::Response& response) {
  if (request == nullptr || allowed_origins.empty() || !isOfApi(*request)) return;
  response.with("Vary", "Origin");
  const auto origin = request->header("origin");
  if (std::find(allowed_origins.begin(), allowed_origins.end(), origin) == allowed_origins.end()) return;
  response.with("Access-Control-Allow-Origin", origin);
  if (!isPreflight(*request)) {
    response.with("Access-Control-Expose-Headers", std::string(kAnswerHeaders));
    return;
  }
  response.with("Access-Control-Allow-Methods", allowedMethods(response));
  response.with("Access-Control-Allow-Headers", std::string(kRequestHeaders));
  response.with("Access-Control-Max-Age", std::string(kPreflightLife_s));
}

void noteRefusedOrigin(const http::Request* request, const std::vector<std::string>& allowed_origins,
                       RefusedOrigins& refused) {
  if (request == nullptr || !isOfApi(*request)) return;
  const auto origin = request->header("origin");
  if (!origin.empty() && !isAllowedOrigin(*request, origin, allowed_origins)) refused.add(origin);
}

}  // namespace kith
