#include "service/tokens.h"

#include <openssl/hmac.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/digest.h"
#include "base/json_writer.h"
#include "service/token_claims.h"

namespace kith {
namespace {

constexpr std::size_t kTokenBytesMax = 8 * 1024;
constexpr std::int64_t kLeewayMax_s = 60;

const EVP_MD* digestOf(TokenAlgorithm algorithm) {
  switch (algorithm) {
    case TokenAlgorithm::HS256:
      return EVP_sha256();
    case TokenAlgorithm::HS384:
      return EVP_sha384();
    case TokenAlgorithm::HS512:
      return EVP_sha512();
  }
  return nullptr;
}

std::string hmac(TokenAlgorithm algorithm, std::string_view key, std::string_view text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  ASSERT(HMAC(digestOf(algorithm), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size) != nullptr);
  return {reinterpret_cast<char*>(out), size};
}

/// The three parts of a compact JWS, the first two together as they were signed.
struct Parts {
  std::string_view signed_text;
  std::string header;
  std::string claims;
  std::string signature;
};

std::optional<Parts> split(std::string_view token) {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto header = base64urlDecode(token.substr(0, first));
  auto claims = base64urlDecode(token.substr(first + 1, second - first - 1));
  // A third dot is no character of the alphabet: five parts (encrypted tokens) end here.
  auto signature = base64urlDecode(token.substr(second + 1));
  if (!header || !claims || !signature) return std::nullopt;
  return Parts{token.substr(0, second), std::move(*header), std::move(*claims), std::move(*signature)};
}

std::string sign(std::string_view key, const std::string& claims) {
  std::string token = base64urlEncode(R"({"alg":"HS256","typ":"JWT"})") + "." + base64urlEncode(claims);
  const auto signature = hmac(TokenAlgorithm::HS256, key, token);
  return token + "." + base64urlEncode(signature);
}

}  // namespace

Tokens::Tokens(Options options, const Clock& clock) : options_(std::move(options)), clock_(clock) {
  ASSERT(options_.leeway_s >= 0 && options_.leeway_s <= kLeewayMax_s);
  ASSERT(!options_.own_key.empty());
}

std::optional<Claims::Signer> Tokens::signerOf(TokenAlgorithm algorithm, std::string_view text,
                                               std::string_view signature) const {
  // An empty key would verify what anybody can sign: it is no key.
  auto holds = [&](const std::string& key) {
    return !key.empty() && equalSecrets(hmac(algorithm, key, text), signature);
  };
  if (algorithm == TokenAlgorithm::HS256) {
    if (holds(options_.own_key) || holds(options_.own_previous_key)) return Claims::Signer::Kith;
  }
  const auto& allowed = options_.host_algorithms;
  if (std::find(allowed.begin(), allowed.end(), algorithm) == allowed.end()) return std::nullopt;
  if (holds(options_.host_key) || holds(options_.host_previous_key)) return Claims::Signer::Host;
  return std::nullopt;
}

Expected<Claims, TokenRefusal> Tokens::verify(std::string_view token) const {
  const auto parts = split(token);
  if (!parts) return TokenRefusal::Invalid;
  const auto algorithm = readTokenHeader(parts->header);
  if (!algorithm) return TokenRefusal::Invalid;
  const auto signer = signerOf(*algorithm, parts->signed_text, parts->signature);
  if (!signer) return TokenRefusal::Invalid;
  const bool own = *signer == Claims::Signer::Kith;
  ClaimRules rules;
  rules.now_s = now_s();
  rules.leeway_s = own ? 0 : options_.leeway_s;
  if (!own) rules.issuer = options_.issuer;
  if (!own) rules.audience = options_.audience;
  return readTokenClaims(parts->claims, *signer, rules);
}

Tokens::Signed Tokens::signConnectionToken(const UserId& user, const SessionId& session,
                                           std::int64_t token_version, std::int64_t life_s) const {
  const std::int64_t now = now_s();
  std::string claims;
  JsonWriter json(claims);
  json.beginObject().field("sub", user.text()).field("sid", session.text()).field("tv", token_version);
  json.field("iat", now).field("exp", now + life_s).endObject();
  return {sign(options_.own_key, claims), now + life_s};
}

std::optional<Tokens::Signed> Tokens::signHostToken(std::string_view sub, std::int64_t life_s,
                                                    std::string_view name) const {
  if (options_.host_key.empty()) return std::nullopt;
  const std::int64_t now = now_s();
  std::string claims;
  JsonWriter json(claims);
  json.beginObject().field("sub", sub).field("iat", now);
  if (life_s > 0) json.field("exp", now + life_s);
  if (!options_.issuer.empty()) json.field("iss", options_.issuer);
  if (!options_.audience.empty()) json.field("aud", options_.audience);
  if (!name.empty()) json.key("info").beginObject().field("name", name).endObject();
  json.endObject();
  return Signed{sign(options_.host_key, claims), life_s > 0 ? now + life_s : 0};
}

}  // namespace kith
