#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kith::protocol {

/// Why the server closes a connection: the close code of the WebSocket and its reason. Below 3500
/// the SDKs reconnect; from 3500 to 3999 they do not.
struct Disconnect {
  std::uint16_t code;
  std::string_view reason;  // at most 123 bytes, plain words: the SDKs would parse JSON
  std::string_view text{};  // for the reference
};

// A row each.
// clang-format off
inline constexpr Disconnect kShutdown{3001, "shutdown", "The server stops. Come again, and recover."};
inline constexpr Disconnect kConnectionExpired{3005, "connection expired", "The token has expired and was not refreshed in time."};
inline constexpr Disconnect kSlow{3008, "slow", "More waits for the client than the option `client.queue_bytes` allows. Come again, and recover."};
inline constexpr Disconnect kWriteError{3009, "write error", "For too long the client took nothing at all of what waits for it."};
inline constexpr Disconnect kInsufficientState{3010, "insufficient state", "Too much came while the connection began, or a place that was added cannot be listened to now, or a log is not the one it was. Come again, and recover."};
inline constexpr Disconnect kNoPong{3012, "no pong", "A ping was not answered within the option `client.pong_timeout`."};
inline constexpr Disconnect kTooManyRequests{3013, "too many requests", "More commands wait than may."};
inline constexpr Disconnect kStateInvalidated{3014, "state invalidated", "The sign-in is over. The SDKs drop their token and positions."};
inline constexpr Disconnect kInvalidToken{3500, "invalid token", "The token is none of this server's, or another person's than the connection."};
inline constexpr Disconnect kBadRequest{3501, "bad request", "Not the protocol: no JSON, no known command, a command before `connect`, a message that is too large."};
inline constexpr Disconnect kStale{3502, "stale", "No `connect` came within the option `client.stale_close_delay`."};
inline constexpr Disconnect kNotAvailable{3508, "not available", "A `send`, which nothing here takes."};
// clang-format on

inline constexpr std::array kDisconnects{kShutdown,
                                         kConnectionExpired,
                                         kSlow,
                                         kWriteError,
                                         kInsufficientState,
                                         kNoPong,
                                         kTooManyRequests,
                                         kStateInvalidated,
                                         kInvalidToken,
                                         kBadRequest,
                                         kStale,
                                         kNotAvailable};

/// Why the server ends one subscription. Below 2500 for good: the SDKs do not subscribe again.
inline constexpr Disconnect kUnsubscribedServer{
    2000, "server unsubscribe", "The room or group was left or deleted, or the right to hear it is lost."};

inline constexpr std::array kUnsubscribes{kUnsubscribedServer};

}  // namespace kith::protocol
