#include "net/dialer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "net/listener.h"

namespace kith {
namespace {

using testing::HasSubstr;

/// A listener on a port of its own, and one attempt to reach it; the loop runs until that is over.
class DialerTest : public testing::Test {
 protected:
  void TearDown() override {
    dialed.reset();
    accepted.clear();
    listener.reset();
  }
  std::uint16_t listen() {
    listener = Listener::open(loop, ListenOptions{}, [this](std::unique_ptr<Connection> connection) {
                 accepted.push_back(std::move(connection));
               }).value();
    return listener->port();
  }
  void dial(const std::string& host, std::uint16_t port, Milliseconds timeout = Milliseconds(20'000)) {
    dialer = std::make_unique<Dialer>(loop, DialOptions{host, port, timeout},
                                      [this](Expected<std::unique_ptr<Connection>, Error> result) {
                                        dialed.emplace(std::move(result));
                                        dialer.reset();
                                        loop.stop();
                                      });
    EXPECT_FALSE(dialed) << "nothing is told from within the constructor";
    loop.run();
  }

  EventLoop loop;
  std::unique_ptr<Listener> listener;
  std::vector<std::unique_ptr<Connection>> accepted;
  std::unique_ptr<Dialer> dialer;
  std::optional<Expected<std::unique_ptr<Connection>, Error>> dialed;
};

TEST_F(DialerTest, AddressIsReached) {
  const std::uint16_t port = listen();
  dial("127.0.0.1", port);
  ASSERT_TRUE(dialed->ok());
  EXPECT_EQ((**dialed)->peer().ip(), "127.0.0.1");
  EXPECT_EQ((**dialed)->peer().port, port);
  EXPECT_EQ(loop.timers(), 0U);
}

// It may stand for ::1 first, where nobody listens.
TEST_F(DialerTest, NameIsLookedUpAndItsAddressesAreTriedInTurn) {
  dial("localhost", listen());
  EXPECT_TRUE(dialed->ok());
}

TEST_F(DialerTest, PortWhereNobodyListensIsAnErrorThatNamesIt) {
  const std::uint16_t port = listen();
  listener.reset();
  dial("127.0.0.1", port);
  ASSERT_FALSE(dialed->ok());
  EXPECT_THAT(dialed->error().message,
              HasSubstr("127.0.0.1 port " + std::to_string(port) + ": Connection refused"));
  EXPECT_EQ(loop.timers(), 0U);
}

TEST_F(DialerTest, NameThatIsNoneIsAnError) {
  dial("no such name.invalid", 1);
  ASSERT_FALSE(dialed->ok());
  EXPECT_THAT(dialed->error().message, HasSubstr("cannot look the name up"));
}

TEST_F(DialerTest, AttemptThatIsGivenUpTellsNothing) {
  bool told = false;
  dialer = std::make_unique<Dialer>(loop, DialOptions{"127.0.0.1", listen(), Milliseconds(20'000)},
                                    [&](const auto&) { told = true; });
  dialer.reset();
  loop.stop();
  loop.run();
  EXPECT_FALSE(told);
  EXPECT_EQ(loop.timers(), 0U);
}

}  // namespace
}  // namespace kith
