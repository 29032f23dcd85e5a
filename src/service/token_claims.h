#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "service/tokens.h"

namespace kith {

/// What the claims of a verified token are held against.
struct ClaimRules {
  std::int64_t now_s = 0;
  std::int64_t leeway_s = 0;
  std::string issuer;    // empty: any
  std::string audience;  // empty: any
};

/// The algorithm that the decoded header names. Nothing for `none`, for what we do not know, for a
/// header with doubled keys, with critical extensions, or that brings its own key or says where to fetch one.
std::optional<TokenAlgorithm> readTokenHeader(std::string_view json);

/// The decoded claims, to be read only after the signature held. Types are strict: a number in a
/// string is no number; doubled keys, at any depth, make the token invalid.
Expected<Claims, TokenRefusal> readTokenClaims(std::string_view json, Claims::Signer signer,
                                               const ClaimRules& rules);

}  // namespace kith
