#include "http/head_parser.h"

#include <llhttp.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "http/target.h"

namespace kith::http {
namespace {

/// 0, or the status to refuse with.
using Refusal = int;
constexpr Refusal kGood = 0;

struct RawHead {
  std::string target;
  Fields fields;
  bool in_value = true;
};

RawHead& rawOf(llhttp_t* parser) {
  return *static_cast<RawHead*>(parser->data);
}

// A name or value may arrive in several calls, also of length 0.
int onUrl(llhttp_t* parser, const char* at, std::size_t size) {
  rawOf(parser).target.append(at, size);
  return 0;
}

int onField(llhttp_t* parser, const char* at, std::size_t size) {
  RawHead& raw = rawOf(parser);
  if (raw.in_value) raw.fields.emplace_back();
  raw.in_value = false;
  raw.fields.back().first.append(at, size);
  return 0;
}

int onValue(llhttp_t* parser, const char* at, std::size_t size) {
  RawHead& raw = rawOf(parser);
  raw.in_value = true;
  raw.fields.back().second.append(at, size);
  return 0;
}

// The body is not llhttp's: BodyReader has limits.
int onHeadersComplete(llhttp_t*) {
  return HPE_PAUSED;
}

llhttp_settings_t makeSettings() {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_url = onUrl;
  settings.on_header_field = onField;
  settings.on_header_value = onValue;
  settings.on_headers_complete = onHeadersComplete;
  return settings;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::size_t countOf(const Request& request, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(request.headers.begin(), request.headers.end(),
                                                [&](const auto& field) { return field.first == name; }));
}

bool isPort(std::string_view port) {
  if (port.empty() || port.size() > 5) return false;
  unsigned number = 0;
  for (const char c : port) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65535;
}

/// A name or address, and perhaps a port (RFC 9110, section 7.2).
bool isHost(std::string_view host) {
  std::size_t end;
  if (host.starts_with('[')) {
    end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const std::string_view address = host.substr(1, end - 1);
    if (address.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
    ++end;
  } else {
    end = std::min(host.find(':'), host.size());
    if (end == 0) return false;
    const bool good = std::all_of(host.begin(), host.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
             c == '.' || c == '_' || c == '~';
    });
    if (!good) return false;
  }
  return end == host.size() || (host[end] == ':' && isPort(host.substr(end + 1)));
}

Refusal checkHost(Head& head) {
  const Request& request = head.request;
  const std::size_t hosts = countOf(request, "host");
  if (hosts > 1 || (hosts == 0 && request.minor_version == 1)) return 400;
  if (hosts == 1 && !isHost(request.header("host"))) return 400;
  return kGood;
}

/// How the body ends: one rule that every proxy agrees on, or no request.
Refusal readFraming(Head& head) {
  const Request& request = head.request;
  const std::size_t codings = countOf(request, "transfer-encoding");
  const std::size_t lengths = countOf(request, "content-length");
  if (codings + lengths > 1) return 400;
  if (codings == 1) {
    if (request.minor_version == 0) return 400;
    if (!equalIgnoringCase(request.header("transfer-encoding"), "chunked")) return 400;
    head.chunked = true;
  }
  if (lengths == 1) {
    const std::string length = request.header("content-length");
    if (length.empty() || length.size() > 18) return length.empty() ? 400 : 413;
    for (const char c : length) {
      if (c < '0' || c > '9') return 400;
      head.content_length = head.content_length * 10 + static_cast<std::size_t>(c - '0');
    }
  }
  return kGood;
}

Refusal readConnection(Head& head) {
  const Request& request = head.request;
  const std::string connection = request.header("connection");
  head.keep_alive =
      request.minor_version == 1 ? !hasToken(connection, "close") : hasToken(connection, "keep-alive");
  if (request.minor_version == 1 && request.hasHeader("expect")) {
    if (!equalIgnoringCase(request.header("expect"), "100-continue")) return 417;
    head.expects_continue = true;
  }
  if (request.minor_version == 1 && hasToken(connection, "upgrade") &&
      hasToken(request.header("upgrade"), "websocket")) {
    if (request.method != Method::Get || head.hasBody()) return 400;
    head.upgrades_to_websocket = true;
  }
  return kGood;
}

/// Origin form; "*" for OPTIONS; absolute form only for the host that Host names.
Refusal readTarget(Head& head) {
  Request& request = head.request;
  if (request.target == "*") {
    if (request.method != Method::Options) return 400;
    head.whole_server = true;
    return kGood;
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equalIgnoringCase(std::string_view(request.target).substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = std::string_view(request.target).substr(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    if (!equalIgnoringCase(rest.substr(0, end), request.header("host"))) return 400;
    std::string origin(rest.substr(end));
    if (origin.empty() || origin.front() != '/') origin.insert(0, 1, '/');
    request.target = std::move(origin);
    break;
  }
  auto target = parseTarget(request.target);
  if (!target) return 400;
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  return kGood;
}

}  // namespace

Expected<Head, BadHead> parseHead(const std::string& text) {
  static const llhttp_settings_t settings = makeSettings();
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  RawHead raw;
  parser.data = &raw;
  if (llhttp_execute(&parser, text.data(), text.size()) != HPE_PAUSED) return BadHead{400};
  // All of it was read: nothing of the head is taken for a body.
  if (llhttp_get_error_pos(&parser) != text.data() + text.size()) return BadHead{400};

  Head head;
  const auto method = parseMethod(std::string_view(text).substr(0, text.find(' ')));
  if (!method) return BadHead{501};
  head.request.method = *method;
  head.request.minor_version = llhttp_get_http_minor(&parser);
  head.request.target = std::move(raw.target);
  for (auto& [name, value] : raw.fields) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    head.request.headers.emplace_back(std::move(name), std::string(trimmed(value)));
  }
  for (const auto check : {checkHost, readFraming, readConnection, readTarget}) {
    if (const Refusal status = check(head); status != kGood) return BadHead{status};
  }
  return head;
}

}  // namespace kith::http
