#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "net/connection.h"

namespace kith {
namespace {

/// A TCP connection over loopback whose far end reads nothing. `watched` is the kernel's side of it.
class UnsentBytesTest : public testing::Test, public ConnectionHandler {
 protected:
  void SetUp() override {
    const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listening, 1), 0);
    ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), 0);
    far = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(far, reinterpret_cast<sockaddr*>(&address), size), 0);
    const int accepted = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    watched = ::dup(accepted);
    ::close(listening);
    PeerAddress peer;
    peer.kind = PeerAddress::Kind::V4;
    ConnectionOptions options;
    options.outbox = {.bytes_max = 64U * 1024 * 1024, .signals_until_bytes = 64U * 1024 * 1024};
    options.write_stall = Milliseconds(50);
    connection = Connection::adopt(loop, accepted, peer, options).value();
    connection->setHandler(this);
  }
  void TearDown() override {
    connection.reset();
    ::close(watched);
    ::close(far);
  }
  void onBytes(std::span<char>) override {}
  void onClosed(CloseReason) override {}
  void onWriteStalled() override { loop.stop(); }

  EventLoop loop;
  std::unique_ptr<Connection> connection;
  int far = -1;
  int watched = -1;
};

TEST_F(UnsentBytesTest, TheSocketIsToldHowMuchMayWaitInTheKernel) {
  int bytes = 0;
  socklen_t size = sizeof bytes;
  ASSERT_EQ(::getsockopt(watched, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, &size), 0);
  EXPECT_EQ(bytes, kUnsentBytesMax);
}

// The kernel took up to 4 MB for a reader that had stopped, beyond the bound of the outbox.
TEST_F(UnsentBytesTest, ForAReaderThatStopsTheRestWaitsInTheOutboxAndNotInTheKernel) {
  constexpr int kPieces = 512;
  for (int i = 0; i < kPieces; ++i) {
    connection->send(FrameRef::own(std::string(std::size_t{32} * 1024, 'x')), FrameKind::Entry);
  }

  loop.run();  // until it has stalled

  int unsent = 0;
  ASSERT_EQ(::ioctl(watched, SIOCOUTQNSD, &unsent), 0);
  // The segment that crosses the mark is still taken.
  EXPECT_LE(unsent, 2 * kUnsentBytesMax);
  EXPECT_GT(connection->queuedBytes(), 0U);
}

}  // namespace
}  // namespace kith
