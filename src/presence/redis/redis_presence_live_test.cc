#include "presence/redis/redis_presence.h"

#include <future>
#include <memory>

#include "presence/presence_conformance.h"
#include "presence/redis/presence_keys.h"
#include "redis/loop_thread_test_fixture.h"
#include "redis/redis_under_test.h"

namespace kith {
namespace {

/// One server for the suite, emptied for each test: starting one takes longer than a test.
RedisUnderTest& sharedRedis() {
  static RedisUnderTest redis;
  return redis;
}

struct RedisBackend {
  RedisBackend() {
    sharedRedis().ask({"FLUSHALL"});
    thread.call([&] {
      redis =
          std::make_unique<RedisPresence>(RedisPresence::Parts{thread.loop(), sharedRedis().options(), log});
    });
    settle();
  }
  ~RedisBackend() {
    thread.call([&] { redis.reset(); });
  }
  Presence& presence() { return *redis; }
  void plantGhost(const Scope& scope, const UserId& user) {
    settle();
    sharedRedis().ask({"SADD", PresenceKeys::online(scope), user.text()});
  }
  // What is asked comes after what was said: one round of questions follows the other until nothing is left.
  void settle() {
    while (!thread.call([&] { return redis->isConnected() && redis->isAtRest(); })) ask();
  }
  void ask() {
    std::promise<void> answered;
    redis->count(Scope::of(RoomId::trusted("none")),
                 [&](const Result<std::int64_t>&) { answered.set_value(); });
    answered.get_future().wait();
  }
  void passTime(Milliseconds time) {
    std::promise<void> passed;
    thread.call([&] { thread.loop().after(time, [&] { passed.set_value(); }); });
    passed.get_future().wait();
  }

  Log log{LogLevel::Off, Log::Format::Text};
  LoopThread thread;
  std::unique_ptr<RedisPresence> redis;  // of the loop
};

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, PresenceConformance, RedisBackend);

}  // namespace
}  // namespace kith
