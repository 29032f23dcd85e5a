#include "net/connection.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace kith {
namespace {

using testing::ElementsAre;

/// A connection on one end of a socket pair; the test holds the other end.
class ConnectionTest : public testing::Test, public ConnectionHandler {
 protected:
  void open(const ConnectionOptions& options = {}, int buffer_bytes = 0) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    if (buffer_bytes > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
    far = ends[1];
    connection = Connection::adopt(loop, ends[0], PeerAddress{}, options).value();
    connection->setHandler(this);
  }
  void TearDown() override {
    connection.reset();
    if (far >= 0) ::close(far);
  }

  void onBytes(std::span<char> bytes) override {
    received.append(bytes.data(), bytes.size());
    if (on_bytes) on_bytes();
  }
  bool onPeerEnded() override { return stay_after_end; }
  void onClosed(CloseReason reason) override {
    closed.push_back(reason);
    if (on_closed) on_closed();
  }
  void onOverflow() override {
    ++overflows;
    if (on_overflow) on_overflow();
  }
  void onWriteStalled() override {
    ++stalls;
    loop.stop();
  }
  void onSent() override {
    if (on_sent) on_sent();
  }

  void write(std::string_view bytes) {
    ASSERT_EQ(::send(far, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  /// All that the far end can read until the connection's side ends.
  std::string readToEnd() {
    std::string all;
    std::vector<char> buffer(1 << 16);
    for (ssize_t n; (n = ::recv(far, buffer.data(), buffer.size(), 0)) > 0;) {
      all.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return all;
  }

  EventLoop loop;
  std::unique_ptr<Connection> connection;
  int far = -1;
  std::string received;
  std::vector<CloseReason> closed;
  int overflows = 0;
  int stalls = 0;
  bool stay_after_end = false;
  std::function<void()> on_bytes, on_closed, on_overflow, on_sent;
};

TEST_F(ConnectionTest, AnIdleConnectionIsSmall) {
  RecordProperty("idle_bytes", static_cast<int>(Connection::idleBytes()));
  EXPECT_LE(Connection::idleBytes(), 300U);
}

TEST_F(ConnectionTest, FramesOfOneTurnLeaveInOneWriteInOrder) {
  open();
  for (int i = 0; i < 60; ++i) connection->send(FrameRef::own(std::to_string(i) + ","), FrameKind::Entry);
  EXPECT_EQ(loop.stats().writes, 0) << "nothing is written from within send()";
  on_sent = [&] { loop.stop(); };

  loop.run();

  EXPECT_EQ(loop.stats().writes, 1);
  EXPECT_EQ(loop.stats().frames_out, 60);
  char buffer[1024];
  const auto n = ::recv(far, buffer, sizeof buffer, MSG_DONTWAIT);
  EXPECT_THAT(std::string(buffer, static_cast<std::size_t>(n)), testing::StartsWith("0,1,2,3,"));
}

TEST_F(ConnectionTest, ManyFramesTakeOneWritePerSixtyFour) {
  open();
  for (int i = 0; i < 200; ++i) connection->send(FrameRef::own("x"), FrameKind::Entry);
  on_sent = [&] { loop.stop(); };

  loop.run();

  EXPECT_EQ(loop.stats().writes, 4);
  EXPECT_EQ(connection->queuedBytes(), 0U);
}

TEST_F(ConnectionTest, OneFrameIsSharedByManyConnectionsAndTheBytesEndWithTheLast) {
  auto bytes = shareBytes("shared");
  {
    const FrameRef frame = FrameRef::share(bytes);
    open();
    for (int i = 0; i < 3; ++i) connection->send(frame, FrameKind::Entry);
    on_sent = [&] { loop.stop(); };
    loop.run();
    EXPECT_EQ(bytes.use_count(), 2);
  }
  EXPECT_EQ(bytes.use_count(), 1);
}

TEST_F(ConnectionTest, ASlowReaderGetsEveryByteInOrderThroughPartialWrites) {
  open({}, 4096);
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    std::string piece = std::to_string(i) + std::string(static_cast<std::size_t>(i * 3), 'a' + i % 26) + ";";
    expected += piece;
    ASSERT_EQ(connection->send(FrameRef::own(std::move(piece)), FrameKind::Entry), Connection::Sent::Queued);
  }
  connection->closeWhenSent(Milliseconds(20'000));
  on_closed = [&] { loop.stop(); };
  std::string got;
  std::thread reader([&] {
    char buffer[777];
    for (ssize_t n; (n = ::recv(far, buffer, sizeof buffer, 0)) > 0;)
      got.append(buffer, static_cast<std::size_t>(n));
    ::shutdown(far, SHUT_WR);
  });

  loop.run();
  reader.join();

  EXPECT_EQ(got, expected);
  EXPECT_GT(loop.stats().writes, 10);
  EXPECT_THAT(closed, ElementsAre(CloseReason::ClosedHere));
}

TEST_F(ConnectionTest, FromAQuarterOfAMegabyteOnSignalsAreDroppedAndEntriesAreNot) {
  open();
  const std::string chunk(64 * 1024, 'x');
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(connection->send(FrameRef::own(chunk), FrameKind::Signal), Connection::Sent::Queued);
  }

  EXPECT_EQ(connection->send(FrameRef::own("typing"), FrameKind::Signal), Connection::Sent::Dropped);
  EXPECT_EQ(connection->send(FrameRef::own("message"), FrameKind::Entry), Connection::Sent::Queued);
  EXPECT_EQ(loop.stats().signals_dropped, 1);
  EXPECT_EQ(connection->queuedBytes(), 4 * chunk.size() + 7);
}

TEST_F(ConnectionTest, AboveAMegabyteTheHandlerIsToldOnceAtTheEndOfTheTurnAndMaySayALastWord) {
  open({}, 4096);
  const std::string chunk(128 * 1024, 'x');
  for (int i = 0; i < 8; ++i) {
    ASSERT_EQ(connection->send(FrameRef::own(chunk), FrameKind::Entry), Connection::Sent::Queued);
  }
  EXPECT_EQ(connection->send(FrameRef::own("one more"), FrameKind::Entry), Connection::Sent::Overflowed);
  EXPECT_EQ(connection->send(FrameRef::own("and more"), FrameKind::Entry), Connection::Sent::Overflowed);
  EXPECT_EQ(connection->queuedBytes(), 1024U * 1024U);
  EXPECT_EQ(overflows, 0) << "never from within send()";
  on_overflow = [&] {
    connection->dropUnsent();
    EXPECT_EQ(connection->send(FrameRef::own("slow"), FrameKind::Entry), Connection::Sent::Queued);
    connection->closeWhenSent(Milliseconds(20'000));
  };
  on_closed = [&] { loop.stop(); };
  std::string got;
  std::thread reader([&] {
    got = readToEnd();
    ::shutdown(far, SHUT_WR);
  });

  loop.run();
  reader.join();

  EXPECT_EQ(overflows, 1);
  EXPECT_THAT(got, testing::EndsWith("slow"));
  EXPECT_EQ((got.size() - 4) % chunk.size(), 0U) << "the last word follows on a frame's border";
}

TEST_F(ConnectionTest, AFrameLargerThanTheOutboxIsTakenWhenNothingWaits) {
  open({.outbox = {.bytes_max = 10, .signals_until_bytes = 5}});

  EXPECT_EQ(connection->send(FrameRef::own("much more than ten"), FrameKind::Entry),
            Connection::Sent::Queued);
  EXPECT_EQ(connection->send(FrameRef::own("x"), FrameKind::Entry), Connection::Sent::Overflowed);
}

TEST_F(ConnectionTest, AFullSocketThatTakesNothingIsReportedAsStalled) {
  open({.write_stall = Milliseconds(50)}, 4096);
  connection->send(FrameRef::own(std::string(512 * 1024, 'x')), FrameKind::Entry);

  loop.run();

  EXPECT_EQ(stalls, 1);
  EXPECT_EQ(loop.stats().write_stalls, 1);
}

TEST_F(ConnectionTest, BytesArriveInOrderAndThePeersEndClosesOnce) {
  open();
  std::string sent;
  for (int i = 0; i < 30'000; ++i) sent += std::to_string(i);
  std::thread writer([&] {
    write(sent);
    ::shutdown(far, SHUT_WR);
  });
  on_closed = [&] { loop.stop(); };

  loop.run();
  writer.join();

  EXPECT_EQ(received, sent);
  EXPECT_THAT(closed, ElementsAre(CloseReason::PeerEnded));
}

TEST_F(ConnectionTest, WhilePausedNothingIsReadAndNothingIsLost) {
  open();
  connection->pauseReading();
  write("hello");
  loop.after(Milliseconds(30), [&] {
    EXPECT_EQ(received, "");
    connection->resumeReading();
  });
  on_bytes = [&] { loop.stop(); };

  loop.run();

  EXPECT_EQ(received, "hello");
}

TEST_F(ConnectionTest, TheNextHandlerGetsWhatComesAfterTheSwap) {
  struct Other final : ConnectionHandler {
    explicit Other(EventLoop& l) : loop(l) {}
    void onBytes(std::span<char> bytes) override {
      got.append(bytes.data(), bytes.size());
      loop.stop();
    }
    void onClosed(CloseReason) override {}
    EventLoop& loop;
    std::string got;
  } other(loop);
  open();
  write("first");
  on_bytes = [&] {
    connection->setHandler(nullptr);
    write("second");
    loop.post([&] { connection->setHandler(&other); });
  };

  loop.run();

  EXPECT_EQ(received, "first");
  EXPECT_EQ(other.got, "second");
}

TEST_F(ConnectionTest, ItMayBeDestroyedFromWithinItsHandler) {
  open();
  write("bye");
  on_bytes = [&] {
    connection.reset();
    loop.stop();
  };

  loop.run();

  EXPECT_THAT(closed, ElementsAre()) << "who destroys it knows";
  EXPECT_EQ(loop.stats().connections, 0);
}

TEST_F(ConnectionTest, ClosingNowTellsTheHandlerLaterAndNothingIsSentAfterIt) {
  open();
  connection->send(FrameRef::own("never sent"), FrameKind::Entry);
  connection->closeNow();
  EXPECT_TRUE(closed.empty()) << "never from within closeNow()";
  EXPECT_EQ(connection->send(FrameRef::own("late"), FrameKind::Entry), Connection::Sent::Closed);
  on_closed = [&] { loop.stop(); };
  loop.post([] {});

  loop.run();

  EXPECT_THAT(closed, ElementsAre(CloseReason::ClosedHere));
  EXPECT_EQ(readToEnd(), "");
}

TEST_F(ConnectionTest, ClosingWhenSentSurvivesUnreadInputAndEndsAtTheDeadline) {
  open();
  write("input that nobody reads");
  connection->pauseReading();
  connection->send(FrameRef::own("last words"), FrameKind::Entry);
  connection->closeWhenSent(Milliseconds(50));
  on_closed = [&] { loop.stop(); };

  loop.run();  // The far end never ends its side.

  EXPECT_EQ(readToEnd(), "last words");
  EXPECT_EQ(received, "") << "discarded";
  EXPECT_THAT(closed, ElementsAre(CloseReason::ClosedHere));
}

TEST_F(ConnectionTest, AHandlerMayStayForItsAnswerAfterThePeerHasEnded) {
  open();
  stay_after_end = true;
  write("request");
  ::shutdown(far, SHUT_WR);
  on_bytes = [&] {
    loop.after(Milliseconds(20), [&] {
      connection->send(FrameRef::own("answer"), FrameKind::Entry);
      connection->closeWhenSent(Milliseconds(20'000));
    });
  };
  on_closed = [&] { loop.stop(); };

  loop.run();

  EXPECT_EQ(readToEnd(), "answer");
}

TEST_F(ConnectionTest, APeerThatIsGoneFailsTheWrite) {
  open();
  ::close(std::exchange(far, -1));
  connection->pauseReading();
  connection->send(FrameRef::own("anybody?"), FrameKind::Entry);
  on_closed = [&] { loop.stop(); };

  loop.run();

  EXPECT_THAT(closed, ElementsAre(CloseReason::Failed));
}

}  // namespace
}  // namespace kith
