#include "broker/redis/redis_broker.h"

#include "broker/broker_conformance.h"
#include "redis/loop_thread_test_fixture.h"
#include "redis/redis_under_test.h"

namespace kith::broker {
namespace {

constexpr NodeId kNode = 7;
constexpr NodeId kOtherNode = 8;

/// One server for all: starting one takes longer than a test.
RedisUnderTest& sharedRedis() {
  static RedisUnderTest redis;
  return redis;
}

/// A broker on a loop of its own. Whoever listens to it outlives it.
class OnLoop {
 public:
  explicit OnLoop(NodeId node, RedisBrokerOptions options = {}, const std::string& user = "") {
    auto redis = sharedRedis().options();  // made here: a server ends with the thread that started it
    redis.user = user;
    redis.password = user.empty() ? "" : "secret";
    thread_.call([&] {
      broker_ = std::make_unique<RedisBroker>(
          RedisBroker::Parts{thread_.loop(), redis, node, "pulse", log_, metrics, std::move(options)});
    });
  }
  ~OnLoop() {
    thread_.call([&] { broker_.reset(); });
  }
  Broker& broker() { return *broker_; }
  Metrics metrics;

 private:
  Log log_{LogLevel::Off, Log::Format::Json};
  LoopThread thread_;
  std::unique_ptr<RedisBroker> broker_;
};

class RedisBrokersUnderTest final : public BrokersUnderTest {
 public:
  Broker& one() override { return one_.broker(); }
  Broker& other() override { return other_.broker(); }
  void cut() override { sharedRedis().kill(); }
  void mend() override { sharedRedis().start(); }

 private:
  OnLoop one_{kNode};
  OnLoop other_{kOtherNode};
};

INSTANTIATE_TEST_SUITE_P(Broker, BrokerConformance,
                         ::testing::Values(BrokerMaker{
                             "redis", [] { return std::make_unique<RedisBrokersUnderTest>(); }}),
                         [](const auto& made) { return made.param.name; });

std::string frameOf(NodeId node, std::uint64_t counter) {
  return writeFrame({node, counter, 0, Marks{}}, "pulse", {"key"});
}

TEST(RedisBrokerTest, ANodeNeverHearsItself) {
  Heard heard;
  Heard other_heard;
  OnLoop node{kNode};
  OnLoop other{kOtherNode};
  node.broker().start(heard);
  other.broker().start(other_heard);
  heard.until("connected");
  other_heard.until("connected");
  node.broker().subscribe("a");
  heard.until("+a");
  node.broker().publish("a", shareBytes(frameOf(kNode, 1)));
  node.broker().publish("a", shareBytes(frameOf(kOtherNode, 2)));  // as another would
  const auto theirs = "a:" + frameOf(kOtherNode, 2);
  EXPECT_THAT(heard.until(theirs), ElementsAre(theirs));
}

TEST(RedisBrokerTest, ChannelsNameTheDatabaseSinceThoseOfRedisDoNot) {
  Heard heard;
  OnLoop node{kNode};
  node.broker().start(heard);
  heard.until("connected");
  node.broker().subscribe("room:a");
  heard.until("+room:a");
  EXPECT_THAT(sharedRedis().list({"PUBSUB", "CHANNELS"}), ElementsAre("kith:0:room:a"));
}

TEST(RedisBrokerTest, ASubscriberThatIsCutOffComesAgainAndSaysWhatItMayHaveMissed) {
  Heard heard;
  OnLoop node{kNode};
  node.broker().start(heard);
  heard.until("connected");
  node.broker().subscribe("a");
  heard.until("+a");
  sharedRedis().ask({"CLIENT", "KILL", "TYPE", "pubsub"});
  EXPECT_THAT(heard.until("+a"), ElementsAre("lost", "connected", "+a"));
}

// The server stands, and the sockets say nothing: no error will ever come.
TEST(RedisBrokerTest, AConnectionThatIsHalfOpenIsFoundByItsSilence) {
  RedisBrokerOptions options;
  options.pulse_timeout = Milliseconds(100);
  Heard heard;
  OnLoop node{kNode, options};
  node.broker().start(heard);
  heard.until("connected");
  node.broker().subscribe("pulse");
  heard.until("+pulse");
  sharedRedis().pause();
  node.broker().publish("pulse", shareBytes(frameOf(kNode, 1)));
  heard.until("lost");
  sharedRedis().proceed();
  heard.until("connected");
  heard.until("+pulse");
}

TEST(RedisBrokerTest, APulseThatComesBackChangesNothing) {
  RedisBrokerOptions options;
  options.pulse_timeout = Milliseconds(2'000);
  Heard heard;
  OnLoop node{kNode, options};
  node.broker().start(heard);
  heard.until("connected");
  node.broker().subscribe("pulse");
  node.broker().subscribe("a");
  heard.until("+a");
  for (std::uint64_t i = 1; i <= 100; ++i) node.broker().publish("pulse", shareBytes(frameOf(kNode, i)));
  node.broker().publish("a", shareBytes(frameOf(kOtherNode, 1)));
  const auto last = "a:" + frameOf(kOtherNode, 1);
  EXPECT_THAT(heard.until(last), ElementsAre(last));
}

TEST(RedisBrokerTest, WhatTheServerRefusesIsCounted) {
  sharedRedis().ask({"ACL", "SETUSER", "mute", "on", ">secret", "~*", "&*", "+@all", "-publish"});
  Heard heard;
  OnLoop node{kNode, {}, "mute"};
  node.broker().start(heard);
  heard.until("connected");
  node.broker().publish("a", shareBytes("refused"));
  while (node.metrics.counter("kith_broker_dropped_total", "").value() == 0) std::this_thread::yield();
}

TEST(RedisBrokerTest, WhatCannotBePublishedIsCountedAndNobodyWaits) {
  RedisBrokerOptions options;
  options.queue_bytes_max = 10;
  Heard heard;
  OnLoop node{kNode, options};
  node.broker().start(heard);
  heard.until("connected");
  node.broker().publish("a", shareBytes("more than fits"));
  EXPECT_EQ(node.metrics.counter("kith_broker_dropped_total", "").value(), 1);
}

}  // namespace
}  // namespace kith::broker
