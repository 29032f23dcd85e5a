#pragma once

#include <string>

#include "protocol/reply.h"

namespace kith::protocol {

/// How messages to a client look on one kind of connection: a codec, and the framing of its transport.
///
/// Stateless; any thread. A publication is encoded once per wire format.
class WireFormat {
 public:
  virtual ~WireFormat() = default;
  virtual const Codec& codec() const = 0;
  /// One protocol message as bytes for the socket.
  virtual std::string frame(std::string message) const = 0;
};

/// JSON in text frames of a WebSocket.
const WireFormat& jsonOverWebSocket();

}  // namespace kith::protocol
