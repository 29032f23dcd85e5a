#pragma once

#include <cstddef>
#include <string>

#include "base/expected.h"
#include "http/message.h"

namespace kith::http {

/// What a head says about the request and about the bytes behind it.
struct Head {
  Request request;
  std::size_t content_length = 0;
  bool chunked = false;
  bool keep_alive = true;
  bool expects_continue = false;
  bool upgrades_to_websocket = false;  // any other Upgrade is ignored
  bool whole_server = false;           // "OPTIONS *"

  bool hasBody() const { return chunked || content_length > 0; }
};

/// The status to refuse with.
struct BadHead {
  int status;
};

/// Reads a head that HeadScanner let through: llhttp in strict mode, then the rules it does not
/// know (Host, Transfer-Encoding, forms of the target, Upgrade). Any thread.
Expected<Head, BadHead> parseHead(const std::string& head);

}  // namespace kith::http
