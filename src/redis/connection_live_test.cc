#include "redis/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "redis/loop_thread_test_fixture.h"
#include "redis/redis_under_test.h"

namespace kith {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class RedisConnectionTest : public testing::Test {
 protected:
  void TearDown() override {
    thread.call([&] { connection.reset(); });
  }
  void open(const RedisOptions& options, const RedisConnectionLimits& limits = {}) {
    thread.call([&] {
      connection = std::make_unique<RedisConnection>(
          thread.loop(), options,
          [&](RedisState state, const std::string& why) {
            if (state == RedisState::Failed) failure = why;
            journal.note(state == RedisState::Connected ? "connected"
                         : state == RedisState::Lost    ? "lost"
                                                        : "failed");
          },
          limits);
    });
  }
  /// On the loop: its answer is noted as `name` and what came.
  void send(const std::string& name, std::initializer_list<std::string_view> words) {
    connection->command(words, [this, name](Expected<RedisReply, RedisError> reply) {
      journal.note(
          name + " " +
          (reply ? reply->kind == RedisReply::Kind::Integer ? std::to_string(reply->integer) : reply->text
                 : kindName(reply.error().kind)));
    });
  }
  static std::string kindName(RedisError::Kind kind) {
    switch (kind) {
      case RedisError::Kind::Refused:
        return "refused";
      case RedisError::Kind::NotConnected:
        return "not connected";
      case RedisError::Kind::Full:
        return "full";
      case RedisError::Kind::Lost:
        return "lost";
    }
    return "?";
  }
  std::string lastFailure() {
    return thread.call([&] { return failure; });
  }

  Journal journal;
  LoopThread thread;
  std::unique_ptr<RedisConnection> connection;  // of the loop
  std::string failure;                          // of the loop
};

TEST_F(RedisConnectionTest, AnswersComeInTheOrderOfTheCommands) {
  RedisUnderTest redis;
  open(redis.options());
  journal.waitFor("connected");
  thread.call([&] {
    send("a", {"SET", "k", std::string_view("x\r\n\0y", 5)});
    send("b", {"GET", "k"});
    send("c", {"INCR", "k"});
    send("d", {"INCR", "n"});
  });
  journal.waitFor("d 1");
  EXPECT_THAT(journal.events(),
              ElementsAre("connected", "a OK", "b " + std::string("x\r\n\0y", 5), "c refused", "d 1"));
}

TEST_F(RedisConnectionTest, CommandsOfATurnLeaveInOneWrite) {
  RedisUnderTest redis;
  open(redis.options());
  journal.waitFor("connected");
  const auto writes = [&] { return thread.call([&] { return thread.loop().stats().writes; }); };
  const auto before = writes();
  thread.call([&] {
    for (int i = 1; i <= 500; ++i) send("", {"INCR", "n"});
  });
  journal.waitFor(" 500");
  EXPECT_EQ(writes(), before + 1);
}

TEST_F(RedisConnectionTest, DatabaseOfTheUrlIsTheOneUsed) {
  RedisUnderTest redis;
  RedisOptions options = redis.options();
  options.database = 3;
  open(options);
  journal.waitFor("connected");
  thread.call([&] { send("set", {"SET", "k", "v"}); });
  journal.waitFor("set OK");
  EXPECT_EQ(redis.ask({"EXISTS", "k"}).integer, 0);
  redis.ask({"SELECT", "3"});
  EXPECT_EQ(redis.ask({"GET", "k"}).text, "v");
}

TEST_F(RedisConnectionTest, UserOfTheAccessListSignsInAndIsHeldToIt) {
  RedisUnderTest redis;
  redis.ask({"ACL", "SETUSER", "kith", "on", ">pass word", "~kith:*", "+@all"});
  RedisOptions options = redis.options();
  options.user = "kith";
  options.password = "pass word";
  open(options);
  journal.waitFor("connected");
  thread.call([&] {
    send("ours", {"SET", "kith:a", "1"});
    send("other", {"SET", "other", "1"});
  });
  journal.waitFor("other refused");
  EXPECT_THAT(journal.events(), Contains("ours OK"));
}

TEST_F(RedisConnectionTest, WrongPasswordIsToldAndTriedAgain) {
  RedisUnderTest redis;
  redis.ask({"CONFIG", "SET", "requirepass", "right"});
  RedisOptions options = redis.options();
  options.password = "wrong";
  open(options);
  journal.waitFor("failed", 2);
  EXPECT_THAT(lastFailure(), HasSubstr("WRONGPASS"));
  redis.ask({"CONFIG", "SET", "requirepass", "wrong"});
  journal.waitFor("connected");
}

TEST_F(RedisConnectionTest, PasswordThatIsMissingIsTold) {
  RedisUnderTest redis;
  redis.ask({"CONFIG", "SET", "requirepass", "right"});
  open(redis.options());
  journal.waitFor("failed");
  EXPECT_THAT(lastFailure(), HasSubstr("NOAUTH"));
}

TEST_F(RedisConnectionTest, ServerThatIsGoneIsFoundWhenItComes) {
  RedisUnderTest redis;
  redis.kill();
  open(redis.options());
  journal.waitFor("failed", 2);
  EXPECT_THAT(lastFailure(), HasSubstr("Connection refused"));
  thread.call([&] { send("early", {"PING"}); });
  journal.waitFor("early not connected");
  redis.start();
  journal.waitFor("connected");
}

TEST_F(RedisConnectionTest, WhatWaitsIsAnsweredWithLossAndNothingIsSentAgain) {
  RedisUnderTest redis;
  open(redis.options());
  journal.waitFor("connected");
  redis.pause();
  thread.call([&] {
    send("a", {"INCR", "n"});
    send("b", {"INCR", "n"});
  });
  redis.kill();
  journal.waitFor("lost");
  EXPECT_THAT(journal.events(), ElementsAre("connected", "a lost", "b lost", "lost"));

  redis.start();
  journal.waitFor("connected", 2);
  thread.call([&] { send("c", {"INCR", "n"}); });
  journal.waitFor("c 1");
}

TEST_F(RedisConnectionTest, ServerThatStopsAnsweringIsLostAndFoundAgain) {
  RedisUnderTest redis;
  RedisConnectionLimits limits;
  limits.link.reply_timeout = Milliseconds(100);
  limits.link.connect_timeout = Milliseconds(100);
  open(redis.options(), limits);
  journal.waitFor("connected");
  redis.pause();
  thread.call([&] { send("a", {"PING"}); });
  journal.waitFor("a lost");
  journal.waitFor("failed");  // its socket still takes connections
  EXPECT_THAT(lastFailure(), HasSubstr("does not answer"));
  redis.proceed();
  journal.waitFor("connected", 2);
}

TEST_F(RedisConnectionTest, ReopenIsALossAndANewConnection) {
  RedisUnderTest redis;
  open(redis.options());
  journal.waitFor("connected");
  thread.call([&] {
    send("a", {"PING"});
    connection->reopen("half open");
  });
  journal.waitFor("connected", 2);
  EXPECT_THAT(journal.events(), ElementsAre("connected", "a lost", "lost", "connected"));
}

TEST_F(RedisConnectionTest, CommandsBeyondTheBoundAreRefusedAndTheOthersRun) {
  RedisUnderTest redis;
  RedisConnectionLimits limits;
  limits.waiting_max = 2;
  limits.link.unsent_bytes_max = 1000;
  open(redis.options(), limits);
  journal.waitFor("connected");
  const std::string large(2000, 'x');
  thread.call([&] {
    send("large", {"ECHO", large});
    send("a", {"INCR", "n"});
    send("b", {"INCR", "n"});
    send("c", {"INCR", "n"});
  });
  journal.waitFor("b 2");
  EXPECT_THAT(journal.events(), ElementsAre("connected", "large full", "c full", "a 1", "b 2"));
}

// A listener may be told and act, but nobody is answered from within his own call.
TEST_F(RedisConnectionTest, AnswerMaySendTheNextCommand) {
  RedisUnderTest redis;
  open(redis.options());
  journal.waitFor("connected");
  thread.call([&] {
    connection->command({"PING"}, [&](const Expected<RedisReply, RedisError>&) {
      send("next", {"INCR", "n"});
    });
  });
  journal.waitFor("next 1");
}

}  // namespace
}  // namespace kith
