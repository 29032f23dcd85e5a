#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kith {

/// Raw digests (20 and 32 bytes). Any thread.
std::string sha1(std::string_view bytes);
std::string sha256(std::string_view bytes);
std::string hmacSha256(std::string_view key, std::string_view bytes);

/// CRC-32C (Castagnoli) of `bytes`, going on from `crc`.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

std::string base64Encode(std::string_view bytes);     // RFC 4648, section 4, padded
std::string base64urlEncode(std::string_view bytes);  // RFC 4648, section 5, not padded
/// Nothing unless every character belongs to the alphabet and no bits are left over.
std::optional<std::string> base64urlDecode(std::string_view text);

std::string hexEncode(std::string_view bytes);

/// Takes the same time wherever the two differ.
bool equalSecrets(std::string_view a, std::string_view b);

}  // namespace kith
