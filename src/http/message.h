#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/peer_address.h"

namespace kith::http {

enum class Method : std::uint8_t { Get, Head, Post, Put, Patch, Delete, Options };

std::string_view methodName(Method method);
/// Nothing for all others, which are answered with 501. Methods are case-sensitive.
std::optional<Method> parseMethod(std::string_view name);

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One request, whole. A value: whoever gets it may keep it.
struct Request {
  Method method = Method::Get;
  std::string target;             // as it was sent
  std::vector<std::string> path;  // the segments, percent-decoded, valid UTF-8
  Fields query;                   // decoded, in order; "+" is a space
  Fields headers;                 // names in lower case, values trimmed
  Fields params;                  // of the route's pattern, decoded
  std::string route;              // the pattern that matched, "" if none
  std::string body;
  PeerAddress peer;
  std::string id;  // of this request, for logs and answers
  int minor_version = 1;

  /// "" if absent; of several the values joined by ", ".
  std::string header(std::string_view lower_case_name) const;
  bool hasHeader(std::string_view lower_case_name) const;
  /// The first of that name.
  std::optional<std::string_view> queryValue(std::string_view name) const;
  std::string_view param(std::string_view name) const;
  /// The path without the query, as it was sent.
  std::string_view rawPath() const;
};

/// One answer. Content-Length, Connection and, for HEAD, the absent body are the server's affair.
struct Response {
  int status = 200;
  Fields headers{};
  std::string body{};
  /// Instead of `body`: bytes that live as long as the program, such as embedded files.
  std::string_view static_body{};

  static Response of(int status, std::string_view content_type, std::string body);
  /// A plain sentence; no caller's text belongs in it.
  static Response error(int status);
  Response& with(std::string name, std::string value);
  bool hasHeader(std::string_view name) const;  // in any case
  std::string_view bytes() const { return static_body.empty() ? std::string_view(body) : static_body; }
};

std::string_view statusText(int status);

bool equalIgnoringCase(std::string_view a, std::string_view b);
/// True if `list`, separated by commas, has `token`, in any case.
bool hasToken(std::string_view list, std::string_view token);

}  // namespace kith::http
