#include "service/tokens.h"

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/manual_loop.h"

namespace kith {
namespace {

const std::string kHostKey = "host secret";
const std::string kOwnKey = "own secret";
const std::string kHeader = R"({"alg":"HS256","typ":"JWT"})";

std::string mac(const EVP_MD* kind, const std::string& key, const std::string& text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(kind, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), out, &size);
  return {reinterpret_cast<char*>(out), size};
}

std::string token(const std::string& header, const std::string& claims, const std::string& key = kHostKey,
                  const EVP_MD* kind = EVP_sha256()) {
  const auto text = base64urlEncode(header) + "." + base64urlEncode(claims);
  return text + "." + base64urlEncode(mac(kind, key, text));
}

class TokensTest : public testing::Test {
 protected:
  Tokens::Options options() const {
    Tokens::Options out;
    out.own_key = kOwnKey;
    out.host_key = kHostKey;
    return out;
  }
  std::string claims(std::int64_t exp_in_s, const std::string& more = "") const {
    return R"({"sub":"ann","exp":)" + std::to_string(now_s() + exp_in_s) + more + "}";
  }
  std::int64_t now_s() const { return clock.wall() / 1000; }
  ManualClock clock;
};

TEST_F(TokensTest, GoodHostTokenGivesItsClaims) {
  Tokens tokens(options(), clock);
  const auto result =
      tokens.verify(token(kHeader, R"({"sub":"ann","iss":"app","exp":)" + std::to_string(now_s() + 60) +
                                       R"(,"iat":)" + std::to_string(now_s()) +
                                       R"(,"info":{"name":"Ann","handle":"ann.a"},"channels":["news"]})"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->signer, Claims::Signer::Host);
  EXPECT_EQ(result->sub, "ann");
  EXPECT_EQ(result->issuer, "app");
  EXPECT_EQ(result->issued_at_s, now_s());
  EXPECT_EQ(result->expires_at_s, now_s() + 60);
  EXPECT_EQ(result->name, "Ann");
  EXPECT_EQ(result->handle, "ann.a");
  EXPECT_TRUE(result->has_channels);
}

TEST_F(TokensTest, OnlyIatOrNoSubjectWillDo) {
  Tokens tokens(options(), clock);
  const auto iat_only = tokens.verify(token(kHeader, R"({"iat":1600000000})"));
  ASSERT_TRUE(iat_only.ok());
  EXPECT_EQ(iat_only->sub, "");
  EXPECT_EQ(iat_only->expires_at_s, 0);
  EXPECT_TRUE(tokens.verify(token(R"({"alg":"HS256"})", "{}")).ok());
}

TEST_F(TokensTest, LongerDigestsOfTheSameKeyAreGood) {
  Tokens tokens(options(), clock);
  EXPECT_TRUE(tokens.verify(token(R"({"alg":"HS384"})", claims(60), kHostKey, EVP_sha384())).ok());
  EXPECT_TRUE(tokens.verify(token(R"({"alg":"HS512"})", claims(60), kHostKey, EVP_sha512())).ok());
}

TEST_F(TokensTest, AlgorithmNotInTheConfigurationIsRefused) {
  auto only_512 = options();
  only_512.host_algorithms = {TokenAlgorithm::HS512};
  Tokens tokens(only_512, clock);
  EXPECT_FALSE(tokens.verify(token(kHeader, claims(60))).ok());
  EXPECT_TRUE(tokens.verify(token(R"({"alg":"HS512"})", claims(60), kHostKey, EVP_sha512())).ok());
}

TEST_F(TokensTest, OfManyForgedTokensNotOneIsAccepted) {
  Tokens tokens(options(), clock);
  const std::string good = token(kHeader, claims(60));
  const auto first = good.find('.');
  const auto second = good.rfind('.');
  const std::string header = good.substr(0, first), body = good.substr(first + 1, second - first - 1),
                    signature = good.substr(second + 1);
  const auto none = [&](const std::string& name) {
    return base64urlEncode(R"({"alg":")" + name + R"("})") + "." + body + ".";
  };
  const auto with_header = [&](const std::string& json) { return token(json, claims(60)); };
  const auto with_claims = [&](const std::string& json) { return token(kHeader, json); };
  std::string flipped = good;
  flipped[second + 5] = flipped[second + 5] == 'A' ? 'B' : 'A';
  std::string deep = R"({"info":)";
  for (int i = 0; i < 40; ++i) deep += "[";
  for (int i = 0; i < 40; ++i) deep += "]";
  deep += "}";

  const std::vector<std::pair<std::string, std::string>> forged{
      {"empty", ""},
      {"no dots", "abc"},
      {"dots only", ".."},
      {"two parts", header + "." + body},
      {"five parts", good + ".a.b"},
      {"empty signature", header + "." + body + "."},
      {"parts swapped", body + "." + header + "." + signature},
      {"signature cut", good.substr(0, good.size() - 4)},
      {"signature longer", good + "AAAA"},
      {"signature flipped", flipped},
      {"signature of another key", token(kHeader, claims(60), "another")},
      {"signature of the empty key", token(kHeader, claims(60), "")},
      {"claims changed", header + "." + base64urlEncode(claims(60, R"(,"admin":true)")) + "." + signature},
      {"padded", good + "="},
      {"padded claims", header + "." + body + "=." + signature},
      {"space before", " " + good},
      {"line feed behind", good + "\n"},
      {"NUL behind", good + std::string(1, '\0')},
      {"standard alphabet", header + "." + body + ".+/" + signature.substr(2)},
      {"Bearer before", "Bearer " + good},
      {"alg none", none("none")},
      {"alg None", none("None")},
      {"alg NONE", none("NONE")},
      {"alg nOnE", none("nOnE")},
      {"alg none, signed", with_header(R"({"alg":"none"})")},
      {"alg empty", with_header(R"({"alg":""})")},
      {"alg missing", with_header(R"({"typ":"JWT"})")},
      {"alg null", with_header(R"({"alg":null})")},
      {"alg a list", with_header(R"({"alg":["HS256"]})")},
      {"alg a number", with_header(R"({"alg":256})")},
      {"alg hs256", with_header(R"({"alg":"hs256"})")},
      {"alg with a space", with_header(R"({"alg":"HS256 "})")},
      {"alg RS256 by HMAC", with_header(R"({"alg":"RS256"})")},
      {"alg ES256 by HMAC", with_header(R"({"alg":"ES256"})")},
      {"alg EdDSA", with_header(R"({"alg":"EdDSA"})")},
      {"HS512 named, HS256 used", with_header(R"({"alg":"HS512"})")},
      {"HS256 named, HS512 used", token(kHeader, claims(60), kHostKey, EVP_sha512())},
      {"alg doubled", with_header(R"({"alg":"HS256","alg":"none"})")},
      {"alg doubled by escape", with_header(R"({"alg":"HS256","\u0061lg":"none"})")},
      {"jku", with_header(R"({"alg":"HS256","jku":"https://evil.example/keys"})")},
      {"x5u", with_header(R"({"alg":"HS256","x5u":"https://evil.example/cert"})")},
      {"jwk", with_header(R"({"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}})")},
      {"x5c", with_header(R"({"alg":"HS256","x5c":["AAAA"]})")},
      {"crit", with_header(R"({"alg":"HS256","crit":["exp"]})")},
      {"b64", with_header(R"({"alg":"HS256","b64":false})")},
      {"header no object", with_header(R"(["HS256"])")},
      {"header broken", with_header(R"({"alg":"HS256")")},
      {"header with more behind", with_header(R"({"alg":"HS256"}{})")},
      {"header deep", with_header(R"({"alg":"HS256","a":[[[[[1]]]]]})")},
      {"claims no object", with_claims(R"("ann")")},
      {"claims broken", with_claims(R"({"sub":"ann")")},
      {"claims no UTF-8", with_claims("{\"sub\":\"\xED\xA0\x80\"}")},
      {"claims with a lone surrogate", with_claims(R"({"sub":"\ud800"})")},
      {"claims empty", with_claims("")},
      {"claims deep", with_claims(deep)},
      {"sub doubled", with_claims(R"({"sub":"ann","sub":"bob"})")},
      {"doubled inside info", with_claims(R"({"sub":"ann","info":{"name":"a","name":"b"}})")},
      {"doubled inside a list", with_claims(R"({"sub":"ann","x":[{"a":1,"a":2}]})")},
      {"sub a number", with_claims(R"({"sub":42})")},
      {"sub null", with_claims(R"({"sub":null})")},
      {"sub with NUL", with_claims(R"({"sub":"a\u0000b"})")},
      {"sub with a line feed", with_claims(R"({"sub":"a\nb"})")},
      {"sub too long", with_claims(R"({"sub":")" + std::string(256, 'a') + R"("})")},
      {"iss a number", with_claims(R"({"sub":"ann","iss":1})")},
      {"iss with NUL", with_claims(R"({"sub":"ann","iss":"a\u0000b"})")},
      {"exp past", with_claims(claims(-1))},
      {"exp now", with_claims(claims(0))},
      {"exp a string", with_claims(R"({"sub":"ann","exp":"9999999999"})")},
      {"exp null", with_claims(R"({"sub":"ann","exp":null})")},
      {"exp beyond numbers", with_claims(R"({"sub":"ann","exp":18446744073709551615})")},
      {"exp endless", with_claims(R"({"sub":"ann","exp":1e308})")},
      {"exp negative", with_claims(R"({"sub":"ann","exp":-1})")},
      {"nbf future", with_claims(claims(60, R"(,"nbf":)" + std::to_string(now_s() + 30)))},
      {"nbf a string", with_claims(claims(60, R"(,"nbf":"0")"))},
      {"iat far in the future", with_claims(claims(600, R"(,"iat":)" + std::to_string(now_s() + 300)))},
      {"expire_at past", with_claims(claims(60, R"(,"expire_at":)" + std::to_string(now_s() - 1)))},
      {"expire_at a bool", with_claims(claims(60, R"(,"expire_at":true)"))},
      {"channel", with_claims(claims(60, R"(,"channel":"news")"))},
      {"channel empty", with_claims(claims(60, R"(,"channel":"")"))},
      {"channels no list", with_claims(claims(60, R"(,"channels":"news")"))},
      {"channels of numbers", with_claims(claims(60, R"(,"channels":[1])"))},
      {"channels room", with_claims(claims(60, R"(,"channels":["news","room:r1"])"))},
      {"channels $room", with_claims(claims(60, R"(,"channels":["$room:r1"])"))},
      {"channels user", with_claims(claims(60, R"(,"channels":["user:bob"])"))},
      {"channels group", with_claims(claims(60, R"(,"channels":["group:g1"])"))},
      {"subs staff", with_claims(claims(60, R"(,"subs":{"staff:room:r1":{}})"))},
      {"subs room by escape", with_claims(claims(60, R"(,"subs":{"\u0072oom:r1":{}})"))},
      {"subs no object", with_claims(claims(60, R"(,"subs":["news"])"))},
      {"own token without sid", token(kHeader, claims(60), kOwnKey)},
      {"own token without exp", token(kHeader, R"({"sub":"ann","sid":"s1","tv":0})", kOwnKey)},
      {"own token, tv a string", token(kHeader, claims(60, R"(,"sid":"s1","tv":"0")"), kOwnKey)},
      {"own token, sid no id", token(kHeader, claims(60, R"(,"sid":"a b","tv":0)"), kOwnKey)},
      {"own key with HS512",
       token(R"({"alg":"HS512"})", claims(60, R"(,"sid":"s1","tv":0)"), kOwnKey, EVP_sha512())},
      {"huge", with_claims(claims(60, R"(,"info":")" + std::string(8192, 'a') + R"(")"))},
      {"a megabyte of dots", std::string(1 << 20, '.')},
  };
  ASSERT_TRUE(tokens.verify(good).ok());
  for (const auto& [name, forgery] : forged) EXPECT_FALSE(tokens.verify(forgery).ok()) << name;
}

TEST_F(TokensTest, RefusalSaysWhetherANewTokenWouldHelp) {
  Tokens tokens(options(), clock);
  const auto refusal = [&](const std::string& json) { return tokens.verify(token(kHeader, json)).error(); };
  EXPECT_EQ(refusal(claims(-1)), TokenRefusal::Expired);
  EXPECT_EQ(refusal(claims(60, R"(,"nbf":)" + std::to_string(now_s() + 1))), TokenRefusal::Expired);
  EXPECT_EQ(refusal(claims(60, R"(,"expire_at":1)")), TokenRefusal::ExpireAtPast);
  EXPECT_EQ(refusal(claims(60, R"(,"channel":"x")")), TokenRefusal::Invalid);
  // Not even that much is told before the signature holds.
  EXPECT_EQ(tokens.verify(token(kHeader, claims(-1), "another")).error(), TokenRefusal::Invalid);
}

TEST_F(TokensTest, ExpireAtOverridesTheLifeOfTheConnection) {
  Tokens tokens(options(), clock);
  const auto life = [&](const std::string& more) {
    return tokens.verify(token(kHeader, claims(60, more)))->expires_at_s;
  };
  EXPECT_EQ(life(R"(,"expire_at":)" + std::to_string(now_s() + 9000)), now_s() + 9000);
  EXPECT_EQ(life(R"(,"expire_at":0)"), 0);
  EXPECT_EQ(life(R"(,"expire_at":-1)"), 0);
  EXPECT_EQ(life(R"(,"nbf":1.5)"), now_s() + 60);
}

TEST_F(TokensTest, LeewayIsWhatIsConfiguredAndNoMore) {
  auto lenient = options();
  lenient.leeway_s = 60;
  Tokens tokens(lenient, clock);
  EXPECT_TRUE(tokens.verify(token(kHeader, claims(-59))).ok());
  EXPECT_FALSE(tokens.verify(token(kHeader, claims(-60))).ok());
  EXPECT_TRUE(tokens.verify(token(kHeader, claims(90, R"(,"nbf":)" + std::to_string(now_s() + 60)))).ok());
  EXPECT_FALSE(tokens.verify(token(kHeader, claims(90, R"(,"nbf":)" + std::to_string(now_s() + 61)))).ok());
}

TEST_F(TokensTest, TokensOfThePreviousKeyHoldWhileItRotates) {
  Tokens before(options(), clock);
  const auto old_host = token(kHeader, claims(60));
  const auto old_own = before.signConnectionToken(UserId::trusted("u1"), SessionId::trusted("s1"), 0).token;
  auto rotating = options();
  rotating.host_previous_key = std::exchange(rotating.host_key, "next host");
  rotating.own_previous_key = std::exchange(rotating.own_key, "next own");
  Tokens during(rotating, clock);
  EXPECT_EQ(during.verify(old_host)->signer, Claims::Signer::Host);
  EXPECT_EQ(during.verify(old_own)->signer, Claims::Signer::Kith);
  EXPECT_TRUE(during.verify(during.signHostToken("ann", 60)->token).ok());
  rotating.host_previous_key.clear();
  rotating.own_previous_key.clear();
  Tokens after(rotating, clock);
  EXPECT_FALSE(after.verify(old_host).ok());
  EXPECT_FALSE(after.verify(old_own).ok());
}

TEST_F(TokensTest, WithoutAHostKeyNoHostTokenHolds) {
  auto own_only = options();
  own_only.host_key.clear();
  Tokens tokens(own_only, clock);
  EXPECT_FALSE(tokens.verify(token(kHeader, claims(60), "")).ok());
  EXPECT_FALSE(tokens.signHostToken("ann", 60).has_value());
}

TEST_F(TokensTest, KeyDecidesWhoseTokenItIsNotItsClaims) {
  Tokens tokens(options(), clock);
  const auto host = tokens.verify(token(kHeader, claims(60, R"(,"sid":"s1","tv":0)")));
  EXPECT_EQ(host->signer, Claims::Signer::Host);
  EXPECT_EQ(host->session, "");
}

TEST_F(TokensTest, IssuerAndAudienceAreHeldAgainstTheConfiguration) {
  auto strict = options();
  strict.issuer = "app";
  strict.audience = "kith";
  Tokens tokens(strict, clock);
  const auto holds = [&](const std::string& more) {
    return tokens.verify(token(kHeader, claims(60, more))).ok();
  };
  EXPECT_TRUE(holds(R"(,"iss":"app","aud":"kith")"));
  EXPECT_TRUE(holds(R"(,"iss":"app","aud":["other","kith"])"));
  EXPECT_FALSE(holds(R"(,"iss":"app")"));
  EXPECT_FALSE(holds(R"(,"aud":"kith")"));
  EXPECT_FALSE(holds(R"(,"iss":"app","aud":["other"])"));
  EXPECT_FALSE(holds(R"(,"iss":"app2","aud":"kith")"));
  EXPECT_TRUE(tokens.verify(tokens.signHostToken("ann", 60)->token).ok());
}

TEST_F(TokensTest, SignedConnectionTokenLivesFiveMinutes) {
  Tokens tokens(options(), clock);
  const auto made = tokens.signConnectionToken(UserId::trusted("u1"), SessionId::trusted("s1"), 3);
  EXPECT_EQ(made.expires_at_s, now_s() + 300);
  const auto read = tokens.verify(made.token);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->signer, Claims::Signer::Kith);
  EXPECT_EQ(read->sub, "u1");
  EXPECT_EQ(read->session, "s1");
  EXPECT_EQ(read->token_version, 3);
  clock.advance(Milliseconds(300'000));
  EXPECT_EQ(tokens.verify(made.token).error(), TokenRefusal::Expired);
}

TEST_F(TokensTest, SignedHostTokenSurvivesOddNames) {
  Tokens tokens(options(), clock);
  const auto made = tokens.signHostToken("a \"quoted\" name", 0, "Zo\u00EB \"Z\"");
  const auto read = tokens.verify(made->token);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->sub, "a \"quoted\" name");
  EXPECT_EQ(read->name, "Zo\u00EB \"Z\"");
  EXPECT_EQ(read->expires_at_s, 0);
}

}  // namespace
}  // namespace kith
