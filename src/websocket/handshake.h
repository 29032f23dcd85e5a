#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/expected.h"

namespace kith::websocket {

/// What the opening handshake needs of an HTTP request. Values of a repeated field joined by ", ";
/// an absent field is empty.
struct HandshakeRequest {
  std::string_view method;
  std::string_view version;  // "HTTP/1.1"
  std::string_view upgrade;
  std::string_view connection;
  std::string_view websocket_version;
  std::string_view key;
  std::string_view protocols;
};

struct Accepted {
  std::string response;     // the 101, to be sent before the first frame
  std::string subprotocol;  // "" if none was chosen
};

/// The HTTP answer to a handshake that cannot be: 400, 405, or 426 with what would do.
struct Refused {
  int status = 400;
  std::string field;  // a header line for the answer, without CRLF, or ""
  std::string reason;
};

/// RFC 6455, section 4.2. The first of the client's subprotocols that is in `supported` is chosen;
/// an empty field is no field (some clients send one). Extensions are declined by not answering.
Expected<Accepted, Refused> accept(const HandshakeRequest& request,
                                   std::span<const std::string_view> supported);

/// True if `list`, separated by commas, has `token`, in any case.
bool hasToken(std::string_view list, std::string_view token);

}  // namespace kith::websocket
