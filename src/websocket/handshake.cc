#include "websocket/handshake.h"

#include <algorithm>

#include "base/digest.h"

namespace kith::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, section 1.3

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool equalIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The next element of a list that is separated by commas; `rest` is what follows it.
std::string_view takeElement(std::string_view& rest) {
  const std::size_t comma = rest.find(',');
  const std::string_view element = trimmed(rest.substr(0, comma));
  rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  return element;
}

/// 16 bytes in base64: 22 characters of the alphabet and "==". The last one carries two bits only,
/// but clients are known that leave others behind: RFC 4648 lets a decoder ignore them.
bool isKey(std::string_view key) {
  if (key.size() != 24 || key.substr(22) != "==") return false;
  return std::all_of(key.begin(), key.begin() + 22, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

}  // namespace

bool hasToken(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    if (equalIgnoringCase(takeElement(list), token)) return true;
  }
  return false;
}

Expected<Accepted, Refused> accept(const HandshakeRequest& request,
                                   std::span<const std::string_view> supported) {
  if (request.method != "GET") return Refused{405, "Allow: GET", "a WebSocket begins with GET"};
  if (request.version != "HTTP/1.1") return Refused{400, "", "a WebSocket needs HTTP/1.1"};
  if (!hasToken(request.upgrade, "websocket") || !hasToken(request.connection, "upgrade")) {
    return Refused{426, "Upgrade: websocket", "this is a WebSocket endpoint"};
  }
  if (trimmed(request.websocket_version) != "13") {
    return Refused{426, "Sec-WebSocket-Version: 13",
                   "only version 13 of the WebSocket protocol is spoken here"};
  }
  const std::string_view key = trimmed(request.key);
  if (!isKey(key)) return Refused{400, "", "Sec-WebSocket-Key must be 16 bytes in base64"};

  Accepted accepted;
  for (std::string_view rest = request.protocols; !rest.empty() && accepted.subprotocol.empty();) {
    const std::string_view wanted = takeElement(rest);
    if (std::find(supported.begin(), supported.end(), wanted) != supported.end())
      accepted.subprotocol = wanted;
  }
  accepted.response =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: " +
      base64Encode(sha1(std::string(key) + std::string(kGuid))) + "\r\n";
  if (!accepted.subprotocol.empty())
    accepted.response += "Sec-WebSocket-Protocol: " + accepted.subprotocol + "\r\n";
  accepted.response += "\r\n";
  return accepted;
}

}  // namespace kith::websocket
