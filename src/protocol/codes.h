#pragma once

#include <cstdint>
#include <string_view>

namespace kith::protocol {

/// Why the server closes a connection: the close code of the WebSocket and its reason. Below 3500
/// the SDKs reconnect; from 3500 to 3999 they do not.
struct Disconnect {
  std::uint16_t code;
  std::string_view reason;  // at most 123 bytes, plain words: the SDKs would parse JSON
};

inline constexpr Disconnect kConnectionClosed{3000, "connection closed"};
inline constexpr Disconnect kShutdown{3001, "shutdown"};
inline constexpr Disconnect kServerError{3004, "internal server error"};
inline constexpr Disconnect kConnectionExpired{3005, "connection expired"};
inline constexpr Disconnect kSlow{3008, "slow"};
inline constexpr Disconnect kWriteError{3009, "write error"};
inline constexpr Disconnect kInsufficientState{3010, "insufficient state"};
inline constexpr Disconnect kNoPong{3012, "no pong"};
inline constexpr Disconnect kTooManyRequests{3013, "too many requests"};
inline constexpr Disconnect kStateInvalidated{3014, "state invalidated"};
inline constexpr Disconnect kInvalidToken{3500, "invalid token"};
inline constexpr Disconnect kBadRequest{3501, "bad request"};
inline constexpr Disconnect kStale{3502, "stale"};
inline constexpr Disconnect kNotAvailable{3508, "not available"};

/// Why the server ends one subscription. Below 2500 for good; from 2500 on the SDKs subscribe again.
inline constexpr Disconnect kUnsubscribedServer{2000, "server unsubscribe"};
inline constexpr Disconnect kUnsubscribedInsufficient{2500, "insufficient state"};

}  // namespace kith::protocol
