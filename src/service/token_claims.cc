#include "service/token_claims.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace kith {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kHeaderDepthMax = 4;
constexpr std::size_t kClaimsDepthMax = 32;
constexpr std::size_t kSubjectBytesMax = 255;
constexpr std::int64_t kClockSkewMax_s = 60;                       // of `iat`: another machine's clock
constexpr std::int64_t kNumberMax = (std::int64_t{1} << 53U) - 1;  // beyond, JSON numbers are not exact

bool hasDoubledKey(const element& value) {
  array items;
  if (value.get(items) == simdjson::SUCCESS) {
    return std::any_of(items.begin(), items.end(), hasDoubledKey);
  }
  object fields;
  if (value.get(fields) != simdjson::SUCCESS) return false;
  std::vector<std::string_view> keys;
  for (const auto field : fields) {
    if (hasDoubledKey(field.value)) return true;
    keys.push_back(field.key);
  }
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

/// A whole JSON object without doubled keys. It lives as long as `parser`.
std::optional<object> parseObject(simdjson::dom::parser& parser, std::string_view json,
                                  std::size_t depth_max) {
  if (parser.allocate(std::max<std::size_t>(json.size(), 64), depth_max) != simdjson::SUCCESS)
    return std::nullopt;
  element root;
  object fields;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  if (root.get(fields) != simdjson::SUCCESS || hasDoubledKey(root)) return std::nullopt;
  return fields;
}

bool has(const object& fields, std::string_view name) {
  return fields.at_key(name).error() == simdjson::SUCCESS;
}

/// False if the field is there and no string. Absent leaves `out` as it is.
bool readString(const object& fields, std::string_view name, std::string& out) {
  element value;
  if (fields.at_key(name).get(value) != simdjson::SUCCESS) return true;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return false;
  out = text;
  return true;
}

/// As readString, of a NumericDate: seconds since 1970, fractions dropped (RFC 7519, section 2).
bool readSeconds(const object& fields, std::string_view name, std::optional<std::int64_t>& out) {
  element value;
  if (fields.at_key(name).get(value) != simdjson::SUCCESS) return true;
  std::int64_t whole = 0;
  if (value.get(whole) == simdjson::SUCCESS) {
    if (whole > kNumberMax || whole < -kNumberMax) return false;
    out = whole;
    return true;
  }
  double fraction = 0;
  if (value.type() != simdjson::dom::element_type::DOUBLE || value.get(fraction) != simdjson::SUCCESS)
    return false;
  if (!(std::abs(fraction) < static_cast<double>(kNumberMax))) return false;
  out = static_cast<std::int64_t>(std::floor(fraction));
  return true;
}

/// Names of issuers and subjects are hashed with NUL between them and end up in logs.
bool isPlainName(std::string_view text) {
  return text.size() <= kSubjectBytesMax && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

/// Channels that a token grants: plain ones are noted, a reserved one makes the token invalid.
bool readChannels(const object& fields, Claims& claims) {
  std::vector<std::string_view> names;
  element value;
  if (fields.at_key("channels").get(value) == simdjson::SUCCESS) {
    array channels;
    if (value.get(channels) != simdjson::SUCCESS) return false;
    for (const auto channel : channels) {
      std::string_view name;
      if (channel.get(name) != simdjson::SUCCESS) return false;
      names.push_back(name);
    }
  }
  if (fields.at_key("subs").get(value) == simdjson::SUCCESS) {
    object subs;
    if (value.get(subs) != simdjson::SUCCESS) return false;
    for (const auto sub : subs) names.push_back(sub.key);
  }
  claims.has_channels = !names.empty();
  return std::none_of(names.begin(), names.end(), isReservedChannel);
}

/// What the host says of the person. `info` may be anything; ours are two fields of an object.
void readInfo(const object& fields, Claims& claims) {
  object info;
  if (fields.at_key("info").get(info) != simdjson::SUCCESS) return;
  (void)readString(info, "name", claims.name);
  (void)readString(info, "handle", claims.handle);
}

bool hasAudience(const object& fields, const std::string& wanted) {
  element value;
  if (fields.at_key("aud").get(value) != simdjson::SUCCESS) return false;
  std::string_view one;
  if (value.get(one) == simdjson::SUCCESS) return one == wanted;
  array all;
  if (value.get(all) != simdjson::SUCCESS) return false;
  return std::any_of(all.begin(), all.end(), [&](const element& item) {
    std::string_view text;
    return item.get(text) == simdjson::SUCCESS && text == wanted;
  });
}

/// `sid` and `tv`: Kith's own tokens must have them, in form.
bool readOwn(const object& fields, Claims& claims) {
  std::int64_t version = 0;
  if (!readString(fields, "sid", claims.session) || !isIdText(claims.session) || !isIdText(claims.sub))
    return false;
  if (fields.at_key("tv").get(version) != simdjson::SUCCESS || version < 0) return false;
  claims.token_version = version;
  return has(fields, "exp");
}

Expected<Claims, TokenRefusal> judgeTimes(const object& fields, Claims claims, const ClaimRules& rules) {
  std::optional<std::int64_t> exp, nbf, iat, expire_at;
  if (!readSeconds(fields, "exp", exp) || !readSeconds(fields, "nbf", nbf) ||
      !readSeconds(fields, "iat", iat) || !readSeconds(fields, "expire_at", expire_at)) {
    return TokenRefusal::Invalid;
  }
  if (exp && rules.now_s >= *exp + rules.leeway_s) return TokenRefusal::Expired;
  if (nbf && rules.now_s + rules.leeway_s < *nbf) return TokenRefusal::Expired;
  if (iat && rules.now_s + kClockSkewMax_s < *iat) return TokenRefusal::Expired;
  if (expire_at && *expire_at > 0 && *expire_at <= rules.now_s) return TokenRefusal::ExpireAtPast;
  claims.issued_at_s = iat.value_or(0);
  claims.expires_at_s = expire_at ? std::max<std::int64_t>(*expire_at, 0) : exp.value_or(0);
  return claims;
}

}  // namespace

bool isReservedChannel(std::string_view channel) {
  constexpr std::array<std::string_view, 4> kKinds{"room:", "group:", "user:", "staff:"};
  // A leading $ asks for a token and belongs to no name.
  if (channel.starts_with('$')) channel.remove_prefix(1);
  return std::any_of(kKinds.begin(), kKinds.end(),
                     [&](std::string_view kind) { return channel.starts_with(kind); });
}

std::optional<TokenAlgorithm> readTokenHeader(std::string_view json) {
  simdjson::dom::parser parser;
  const auto fields = parseObject(parser, json, kHeaderDepthMax);
  if (!fields) return std::nullopt;
  for (const std::string_view refused : {"crit", "b64", "zip", "jku", "jwk", "x5u", "x5c"}) {
    if (has(*fields, refused)) return std::nullopt;
  }
  std::string name, type;
  if (!readString(*fields, "alg", name) || !readString(*fields, "typ", type)) return std::nullopt;
  if (name == "HS256") return TokenAlgorithm::HS256;
  if (name == "HS384") return TokenAlgorithm::HS384;
  if (name == "HS512") return TokenAlgorithm::HS512;
  return std::nullopt;
}

Expected<Claims, TokenRefusal> readTokenClaims(std::string_view json, Claims::Signer signer,
                                               const ClaimRules& rules) {
  simdjson::dom::parser parser;
  const auto fields = parseObject(parser, json, kClaimsDepthMax);
  if (!fields) return TokenRefusal::Invalid;
  Claims claims;
  claims.signer = signer;
  // A subscription token is no connection token.
  if (has(*fields, "channel")) return TokenRefusal::Invalid;
  if (!readString(*fields, "sub", claims.sub) || !readString(*fields, "iss", claims.issuer)) {
    return TokenRefusal::Invalid;
  }
  if (!isPlainName(claims.sub) || !isPlainName(claims.issuer)) return TokenRefusal::Invalid;
  if (!rules.issuer.empty() && claims.issuer != rules.issuer) return TokenRefusal::Invalid;
  if (!rules.audience.empty() && !hasAudience(*fields, rules.audience)) return TokenRefusal::Invalid;
  if (!readChannels(*fields, claims)) return TokenRefusal::Invalid;
  if (signer == Claims::Signer::Kith && !readOwn(*fields, claims)) return TokenRefusal::Invalid;
  readInfo(*fields, claims);
  return judgeTimes(*fields, std::move(claims), rules);
}

}  // namespace kith
