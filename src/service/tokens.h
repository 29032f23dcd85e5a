#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/expected.h"
#include "model/id.h"

namespace kith {

/// What a connection token says, once its signature holds and its times fit.
struct Claims {
  /// By the key that verified it, never by what it claims.
  enum class Signer { Kith, Host } signer = Signer::Host;
  std::string sub;     // empty: anonymous
  std::string issuer;  // `iss`, or empty
  std::int64_t issued_at_s = 0;
  /// When the connection ends: `expire_at`, else `exp`; 0 is never.
  std::int64_t expires_at_s = 0;
  std::string name;           // info.name, as it came: not yet checked as a name
  std::string handle;         // info.handle, likewise
  bool has_channels = false;  // `channels` or `subs` name plain channels
  // Of Kith's own tokens only.
  std::string session;
  std::int64_t token_version = 0;
};

enum class TokenRefusal {
  Invalid,       // close 3500
  Expired,       // or not yet valid: error 109
  ExpireAtPast,  // error 110
};

enum class TokenAlgorithm { HS256, HS384, HS512 };

/// Signs and verifies connection tokens (JWT, RFC 7519 and 8725).
///
/// Any thread; nothing changes after construction. Owned by the wiring. Keys and algorithms come from
/// the configuration: a token chooses among the algorithms allowed and tells us nothing about keys. No claim
/// is looked at before the signature holds. Never blocks, never fetches, never logs.
class Tokens {
 public:
  struct Options {
    std::string own_key;            // of tokens for own accounts, HS256; made at first start
    std::string own_previous_key;   // while it rotates, or empty
    std::string host_key;           // of the host application; empty: its tokens are refused
    std::string host_previous_key;  // while it rotates, or empty
    std::vector<TokenAlgorithm> host_algorithms{TokenAlgorithm::HS256, TokenAlgorithm::HS384,
                                                TokenAlgorithm::HS512};
    std::int64_t leeway_s = 0;  // of exp and nbf, at most 60
    std::string issuer;         // host tokens must have this `iss`; empty: any
    std::string audience;       // and this among `aud`; empty: any
  };
  Tokens(Options options, const Clock& clock);

  Expected<Claims, TokenRefusal> verify(std::string_view token) const;

  struct Signed {
    std::string token;
    std::int64_t expires_at_s = 0;
  };
  static constexpr std::int64_t kConnectionTokenLife_s = 300;
  Signed signConnectionToken(const UserId& user, const SessionId& session, std::int64_t token_version,
                             std::int64_t life_s = kConnectionTokenLife_s) const;
  /// As the host application would sign it, for development. Nothing without a host key. A life of 0: no
  /// `exp`.
  std::optional<Signed> signHostToken(std::string_view sub, std::int64_t life_s,
                                      std::string_view name = {}) const;

 private:
  std::optional<Claims::Signer> signerOf(TokenAlgorithm algorithm, std::string_view text,
                                         std::string_view signature) const;
  std::int64_t now_s() const { return clock_.wall() / 1000; }

  const Options options_;
  const Clock& clock_;
};

/// Is this channel's name one of Kith's own kinds (room, group, user, staff), which no token may grant?
bool isReservedChannel(std::string_view channel);

}  // namespace kith
