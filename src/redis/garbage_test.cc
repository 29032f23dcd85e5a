#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "net/listener.h"
#include "redis/connection.h"
#include "redis/loop_thread_test_fixture.h"
#include "redis/subscriber.h"

namespace kith {
namespace {

using testing::HasSubstr;

/// A server that answers each connection's first bytes with one text, and its second with another, whatever
/// was asked.
class RedisGarbageTest : public testing::Test, protected RedisSubscriberHandler {
 protected:
  /// The server's end of one connection.
  struct Far final : ConnectionHandler {
    Far(std::unique_ptr<Connection> c, std::vector<std::string> a)
        : connection(std::move(c)), answers(std::move(a)) {
      connection->setHandler(this);
    }
    void onBytes(std::span<char>) override {
      if (next < answers.size()) connection->send(FrameRef::own(answers[next++]), FrameKind::Entry);
    }
    void onClosed(CloseReason) override {}
    std::unique_ptr<Connection> connection;
    std::vector<std::string> answers;
    std::size_t next = 0;
  };

  void TearDown() override {
    thread.call([&] {
      connection.reset();
      subscriber.reset();
      listener.reset();
      far.clear();
    });
  }
  /// Gives why the connection was given up.
  void serve(std::vector<std::string> answers) {
    thread.call([&] {
      listener = Listener::open(thread.loop(), ListenOptions{},
                                [this, answers](std::unique_ptr<Connection> accepted) {
                                  far.push_back(std::make_unique<Far>(std::move(accepted), answers));
                                })
                     .value();
      options.port = listener->port();
    });
  }
  void connect() {
    thread.call([&] {
      connection = std::make_unique<RedisConnection>(
          thread.loop(), options, [this](RedisState state, const std::string& why) { onState(state, why); });
    });
  }
  void listen() {
    thread.call([&] {
      subscriber = std::make_unique<RedisSubscriber>(thread.loop(), options,
                                                     static_cast<RedisSubscriberHandler&>(*this));
    });
  }
  void onState(RedisState state, const std::string& why) override {
    if (state != RedisState::Connected) given_up = why;
    if (state == RedisState::Connected && subscriber) subscriber->subscribe("a");
    journal.note(state == RedisState::Connected ? "connected"
                 : state == RedisState::Lost    ? "lost"
                                                : "failed");
  }
  void onSubscribed(std::string_view channel) override { journal.note("on " + std::string(channel)); }
  void onRefused(const std::vector<std::string>&, const std::string&) override { journal.note("refused"); }
  void onMessage(std::string_view, std::string_view) override { journal.note("message"); }
  std::string why() {
    return thread.call([&] { return given_up; });
  }

  Journal journal;
  LoopThread thread;
  RedisOptions options;
  std::string given_up;
  std::unique_ptr<Listener> listener;
  std::vector<std::unique_ptr<Far>> far;
  std::unique_ptr<RedisConnection> connection;
  std::unique_ptr<RedisSubscriber> subscriber;
};

TEST_F(RedisGarbageTest, ServerOfAnotherProtocolIsGivenUp) {
  serve({"HTTP/1.1 400 Bad Request\r\n\r\n"});
  connect();
  journal.waitFor("failed", 2);
  EXPECT_THAT(why(), HasSubstr("not a reply"));
}

TEST_F(RedisGarbageTest, AnswerOfAnotherKindWhileSigningInIsGivenUp) {
  serve({":1\r\n"});
  connect();
  journal.waitFor("failed", 2);
  EXPECT_THAT(why(), HasSubstr("another kind"));
}

TEST_F(RedisGarbageTest, ReplyThatNobodyAskedForEndsTheConnection) {
  serve({"+PONG\r\n+PONG\r\n"});
  connect();
  journal.waitFor("lost");
  EXPECT_THAT(why(), HasSubstr("nobody asked"));
  journal.waitFor("connected", 2);
}

TEST_F(RedisGarbageTest, SubscriberGivesUpWhatIsNoPush) {
  for (const auto* garbage :
       {"+OK\r\n", "*0\r\n", "*3\r\n$7\r\nmessage\r\n:1\r\n:2\r\n",
        "*3\r\n$3\r\nfoo\r\n$1\r\na\r\n$1\r\nb\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:1\r\n",
        "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n", "-ERR no\r\n-ERR no\r\n", "%1\r\n"}) {
    serve({"+PONG\r\n", garbage});
    listen();
    journal.waitFor("lost");
    EXPECT_FALSE(why().empty());
    thread.call([&] {
      subscriber.reset();
      listener.reset();
      far.clear();
    });
    journal.clear();
  }
}

}  // namespace
}  // namespace kith
