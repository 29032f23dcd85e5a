#include "service/password_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

namespace kith {
namespace {

using testing::StartsWith;
using Verified = PasswordPool::Verified;

// Cheap costs where costs are not the point.
const PasswordPool::Options kCheap{1, 16, 1, 64 * 1024};

std::string hashed(PasswordPool& pool, const std::string& password) {
  std::promise<std::string> made;
  pool.hash(password, [&](Result<std::string> hash) { made.set_value(hash.value()); });
  return made.get_future().get();
}

Verified verified(PasswordPool& pool, const std::string& stored, const std::string& password) {
  std::promise<Verified> made;
  pool.verify(stored, password, [&](Result<Verified> result) { made.set_value(result.value()); });
  return made.get_future().get();
}

TEST(PasswordPool, HashesWithArgon2idAtNineteenMebibytesAndTwoPasses) {
  PasswordPool pool;
  const auto hash = hashed(pool, "a long enough one");
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_EQ(verified(pool, hash, "a long enough one"), Verified::Right);
  EXPECT_EQ(verified(pool, hash, "a long enough One"), Verified::Wrong);
}

TEST(PasswordPool, PasswordsEqualInTheirFirst72BytesDiffer) {
  PasswordPool pool(kCheap);
  const std::string start(72, 'x');
  EXPECT_EQ(verified(pool, hashed(pool, start + "one"), start + "two"), Verified::Wrong);
  EXPECT_EQ(verified(pool, hashed(pool, start + "one"), start), Verified::Wrong);
  EXPECT_EQ(verified(pool, hashed(pool, start + "one"), start + "one"), Verified::Right);
}

TEST(PasswordPool, NobodyCostsOneHashLikeSomebody) {
  PasswordPool pool(kCheap);
  const auto hash = hashed(pool, "somebody's");
  const auto before = pool.computed();
  EXPECT_EQ(verified(pool, hash, "guess"), Verified::Wrong);
  EXPECT_EQ(pool.computed(), before + 1);
  EXPECT_EQ(verified(pool, "", "guess"), Verified::Wrong);
  EXPECT_EQ(pool.computed(), before + 2);
  // Not even with the password of the hash that stands in.
  EXPECT_EQ(verified(pool, "", "nobody has this password"), Verified::Wrong);
}

TEST(PasswordPool, HashOfOtherCostsIsRightButWeak) {
  PasswordPool old(kCheap);
  PasswordPool now(PasswordPool::Options{1, 16, 2, 64 * 1024});
  EXPECT_EQ(verified(now, hashed(old, "password of old"), "password of old"), Verified::RightButWeak);
  EXPECT_EQ(verified(now, "no hash at all", "password of old"), Verified::Wrong);
}

TEST(PasswordPool, FullQueueIsRefusedAtOnce) {
  std::promise<void> release, entered;
  auto open = release.get_future();
  PasswordPool pool(PasswordPool::Options{1, 2, 1, 64 * 1024});
  // The one thread is held inside a reply; two more fit the queue.
  pool.hash("held", [&](Result<std::string>) {
    entered.set_value();
    open.wait();
  });
  entered.get_future().wait();
  std::vector<FaultCode> refused;
  int done = 0;
  std::promise<void> both;
  for (int i = 0; i < 5; ++i) {
    pool.hash("queued", [&](Result<std::string> hash) {
      if (!hash) return refused.push_back(hash.error().code);
      if (++done == 2) both.set_value();
    });
  }
  EXPECT_EQ(refused, std::vector<FaultCode>(3, FaultCode::TooManyRequests));
  release.set_value();
  both.get_future().wait();  // what was queued is done
}

TEST(PasswordRules, FromEightCharactersToTwoHundredFiftySixBytes) {
  EXPECT_TRUE(checkedPassword("k7#mqz!p", "ann").ok());
  EXPECT_FALSE(checkedPassword("k7#mqz!", "ann").ok());
  EXPECT_TRUE(checkedPassword(std::string(200, 'x') + "end of a sentence", "ann").ok());
  EXPECT_TRUE(checkedPassword(std::string(256, 'y'), "ann").ok());
  EXPECT_FALSE(checkedPassword(std::string(257, 'y'), "ann").ok());
  EXPECT_FALSE(
      checkedPassword("\U0001F600\U0001F601\U0001F602\U0001F603", "ann").ok());  // 16 bytes, 4 characters
  EXPECT_FALSE(checkedPassword("abcdefg\xED\xA0\x80h", "ann").ok());
  EXPECT_EQ(checkedPassword("x", "ann").error().field, "password");
}

TEST(PasswordRules, OneNormalFormSoThatEveryKeyboardSignsIn) {
  EXPECT_EQ(checkedPassword("pr\u00E9sidente", "ann").value(),
            checkedPassword("pre\u0301sidente", "ann").value());
}

TEST(PasswordRules, CommonOnesAndTheHandleAreRefused) {
  for (const auto* common : {"password", "PassWord1", "12345678", "qwertyuiop", "iloveyou", "P@ssw0rd",
                             "1q2w3e4r", "correcthorsebatterystaple", "\uFF50assword"}) {
    EXPECT_FALSE(checkedPassword(common, "ann").ok()) << common;
  }
  EXPECT_FALSE(checkedPassword("Annabella", "annabella").ok());
}

}  // namespace
}  // namespace kith
