#include "redis/advice.h"

#include <gmock/gmock.h>

namespace kith {
namespace {

using testing::HasSubstr;

std::string adviceOn(std::string_view why) {
  return redisAdvice(why, "redis.broker");
}

TEST(RedisAdviceTest, EachReasonHasWhatToDo) {
  EXPECT_THAT(adviceOn("WRONGPASS invalid username-password pair or user is disabled."),
              HasSubstr("password in redis.broker"));
  EXPECT_THAT(adviceOn("NOAUTH Authentication required."), HasSubstr("password in redis.broker"));
  EXPECT_THAT(adviceOn("NOPERM this user has no permissions to run the 'ping' command"), HasSubstr("rights"));
  EXPECT_THAT(adviceOn("ERR ACL failure in script: User kith has no permissions to run the 'zadd' command"),
              HasSubstr("rights"));
  EXPECT_THAT(adviceOn("ERR The user executing the script can't run this command or subcommand script: f_1"),
              HasSubstr("rights"));
  EXPECT_THAT(adviceOn("ERR DB index is out of range"), HasSubstr("database"));
  EXPECT_THAT(adviceOn("READONLY You can't write against a read only replica."), HasSubstr("primary"));
  EXPECT_THAT(adviceOn("LOADING Redis is loading the dataset in memory"), HasSubstr("wait"));
  EXPECT_THAT(adviceOn("OOM command not allowed when used memory > 'maxmemory'."), HasSubstr("memory"));
  EXPECT_THAT(adviceOn("127.0.0.1:1: Connection refused"), HasSubstr("start Redis, or correct redis.broker"));
}

}  // namespace
}  // namespace kith
