#include "redis/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith {
namespace {

TEST(RedisOptionsTest, UrlNamesServerUserAndDatabase) {
  const auto options = RedisOptions::parse("redis://kith:s3cret@redis.example:6380/7").value();
  EXPECT_EQ(options.host, "redis.example");
  EXPECT_EQ(options.port, 6380);
  EXPECT_EQ(options.user, "kith");
  EXPECT_EQ(options.password, "s3cret");
  EXPECT_EQ(options.database, 7U);
  EXPECT_EQ(options.name(), "redis.example:6380/7");
}

TEST(RedisOptionsTest, WhatIsNotSaidIsAsRedisHasIt) {
  for (const auto* url : {"redis://localhost", "redis://localhost/", "redis://localhost:6379/0"}) {
    const auto options = RedisOptions::parse(url).value();
    EXPECT_EQ(options.name(), "localhost:6379/0") << url;
    EXPECT_TRUE(options.user.empty() && options.password.empty()) << url;
  }
}

TEST(RedisOptionsTest, PasswordAloneIsTheDefaultUsersAndMayBeEncoded) {
  const auto options = RedisOptions::parse("redis://:p%40ss%2Fword:x@[::1]:1/2").value();
  EXPECT_EQ(options.user, "");
  EXPECT_EQ(options.password, "p@ss/word:x");
  EXPECT_EQ(options.name(), "[::1]:1/2");
}

TEST(RedisOptionsTest, MistakeIsNamedAndThePasswordIsNot) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"localhost:6379", "no Redis URL"},
      {"rediss://u:secret@host", "TLS"},
      {"redis://", "no host"},
      {"redis://u:secret@", "no host"},
      {"redis://u@host", "without a password"},
      {"redis://u:secret@host:0", "port"},
      {"redis://u:secret@host:65536", "port"},
      {"redis://u:secret@host:x", "port"},
      {"redis://u:secret@host/x", "database"},
      {"redis://u:secret@host/1/2", "database"},
      {"redis://u:secret@[::1", "bracket"},
      {"redis://u:secret@[::1]x", "port"},
      {"redis://u:secret%4@host", "%"},
      {"redis://u:secret%zz@host", "%"},
      {"redis://u:secret@host/1?db=2", "?"},
  };
  for (const auto& [url, said] : mistakes) {
    const auto options = RedisOptions::parse(url);
    ASSERT_FALSE(options.ok()) << url;
    EXPECT_THAT(options.error().message, testing::HasSubstr(said)) << url;
    EXPECT_THAT(options.error().message, testing::Not(testing::HasSubstr("secret"))) << url;
  }
}

}  // namespace
}  // namespace kith
