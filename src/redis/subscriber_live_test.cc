#include "redis/subscriber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "redis/loop_thread_test_fixture.h"
#include "redis/redis_under_test.h"

namespace kith {
namespace {

using testing::ElementsAre;

class RedisSubscriberTest : public testing::Test, protected RedisSubscriberHandler {
 protected:
  void TearDown() override {
    thread.call([&] { subscriber.reset(); });
  }
  void open(const RedisSubscriberLimits& limits = {}) {
    thread.call([&] {
      subscriber = std::make_unique<RedisSubscriber>(thread.loop(), redis.options(),
                                                     static_cast<RedisSubscriberHandler&>(*this), limits);
    });
    journal.waitFor("connected");
  }
  void onState(RedisState state, const std::string&) override {
    journal.note(state == RedisState::Connected ? "connected"
                 : state == RedisState::Lost    ? "lost"
                                                : "failed");
  }
  void onSubscribed(std::string_view channel) override { journal.note("on " + std::string(channel)); }
  void onRefused(const std::vector<std::string>& channels, const std::string&) override {
    for (const std::string& channel : channels) journal.note("refused " + channel);
  }
  void onMessage(std::string_view channel, std::string_view data) override {
    journal.note(std::string(channel) + " " + std::string(data));
  }
  std::int64_t publish(std::string_view channel, std::string_view data) {
    return redis.ask({"PUBLISH", channel, data}).integer;
  }
  std::size_t waiting() {
    return thread.call([&] { return subscriber->waiting(); });
  }

  RedisUnderTest redis;
  Journal journal;
  LoopThread thread;
  std::unique_ptr<RedisSubscriber> subscriber;  // of the loop
};

TEST_F(RedisSubscriberTest, PublicationsComeOnceTheChannelIsConfirmed) {
  open();
  thread.call([&] {
    subscriber->subscribe("a");
    subscriber->subscribe("b");
    subscriber->subscribe("a");
  });
  journal.waitFor("on a", 2);
  publish("b", std::string_view("x\0\r\n", 4));
  publish("c", "nobody");
  publish("a", "2");
  journal.waitFor("a 2");
  EXPECT_THAT(journal.events(),
              ElementsAre("connected", "on a", "on b", "on a", std::string("b x\0\r\n", 6), "a 2"));
}

TEST_F(RedisSubscriberTest, OrderOfSubscribeAndUnsubscribeIsKept) {
  open();
  thread.call([&] {
    subscriber->subscribe("a");
    subscriber->unsubscribe("a");
    subscriber->subscribe("b");
    subscriber->unsubscribe("never");
    subscriber->subscribe("c");
    subscriber->unsubscribe("c");
    subscriber->subscribe("c");
    subscriber->subscribe("end");
  });
  journal.waitFor("on end");
  EXPECT_EQ(publish("a", "x"), 0);
  EXPECT_EQ(publish("b", "x"), 1);
  EXPECT_EQ(publish("c", "x"), 1);
  EXPECT_EQ(waiting(), 0U);
}

TEST_F(RedisSubscriberTest, ManyChannelsGoInFewCommandsAndTheRestWaitsForReplies) {
  RedisSubscriberLimits limits;
  limits.batch_max = 100;
  limits.commands_in_flight_max = 2;
  open(limits);
  redis.ask({"CONFIG", "RESETSTAT"});
  thread.call([&] {
    for (int i = 0; i < 1001; ++i) subscriber->subscribe("c" + std::to_string(i));
  });
  journal.waitFor("on c1000");
  EXPECT_EQ(publish("c0", "x"), 1);
  EXPECT_EQ(publish("c999", "x"), 1);
  EXPECT_EQ(waiting(), 0U);
  EXPECT_NE(redis.ask({"INFO", "commandstats"}).text.find("cmdstat_subscribe:calls=11,"), std::string::npos);
}

TEST_F(RedisSubscriberTest, ChannelsBeyondTheBoundAreRefused) {
  RedisSubscriberLimits limits;
  limits.waiting_max = 2;
  open(limits);
  thread.call([&] {
    for (const auto* channel : {"a", "b", "c"}) subscriber->subscribe(channel);
  });
  journal.waitFor("on b");
  EXPECT_THAT(journal.events(), ElementsAre("connected", "refused c", "on a", "on b"));
}

// A cut is a gap in every channel: the owner asks anew.
TEST_F(RedisSubscriberTest, CutForgetsEverySubscriptionAndTheNextConnectionIsEmpty) {
  open();
  thread.call([&] { subscriber->subscribe("a"); });
  journal.waitFor("on a");
  redis.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
  journal.waitFor("connected", 2);
  EXPECT_EQ(publish("a", "lost"), 0);

  thread.call([&] { subscriber->subscribe("a"); });
  journal.waitFor("on a", 2);
  publish("a", "heard");
  journal.waitFor("a heard");
  EXPECT_THAT(journal.events(), ElementsAre("connected", "on a", "lost", "connected", "on a", "a heard"));
}

// One error stands for a whole command; the commands behind it keep their confirmations.
TEST_F(RedisSubscriberTest, ChannelsTheUserMayNotHearAreRefusedTogether) {
  redis.ask({"ACL", "SETUSER", "default", "resetchannels", "&kith:*"});
  open();
  thread.call([&] {
    subscriber->subscribe("kith:a");
    subscriber->subscribe("other");
    subscriber->unsubscribe("kith:none");
    subscriber->subscribe("kith:b");
  });
  journal.waitFor("on kith:b");
  EXPECT_THAT(journal.events(), ElementsAre("connected", "refused kith:a", "refused other", "on kith:b"));
  EXPECT_EQ(waiting(), 0U);
}

TEST_F(RedisSubscriberTest, WhatIsAskedWithoutAConnectionIsDropped) {
  open();
  redis.kill();
  journal.waitFor("failed");
  thread.call([&] { subscriber->subscribe("a"); });
  redis.start();
  journal.waitFor("connected", 2);
  thread.call([&] { subscriber->subscribe("b"); });
  journal.waitFor("on b");
  EXPECT_EQ(publish("a", "x"), 0);
}

}  // namespace
}  // namespace kith
