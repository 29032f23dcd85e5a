#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/digest.h"
#include "base/manual_loop.h"
#include "service/tokens.h"

// First byte even: the rest is a token. Odd: it is the claims of a token that is rightly signed, by the
// host's or Kith's own key, so that the reader behind the signature is attacked as well.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const kith::ManualClock clock;
  static const kith::Tokens tokens({.own_key = "own",
                                    .own_previous_key = {},
                                    .host_key = "host",
                                    .host_previous_key = {},
                                    .issuer = {},
                                    .audience = {}},
                                   clock);
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    ASSERT(!tokens.verify(rest).ok());  // nobody guesses a signature
    return 0;
  }
  const std::string text = kith::base64urlEncode(R"({"alg":"HS256"})") + "." + kith::base64urlEncode(rest);
  const bool own = data[0] % 4 == 3;
  const auto read =
      tokens.verify(text + "." + kith::base64urlEncode(kith::hmacSha256(own ? "own" : "host", text)));
  if (!read) return 0;
  ASSERT((read->signer == kith::Claims::Signer::Kith) == own);
  ASSERT(read->expires_at_s == 0 || read->expires_at_s > clock.wall() / 1000);
  ASSERT(!own || (kith::isIdText(read->sub) && kith::isIdText(read->session) && read->expires_at_s != 0));
  return 0;
}
