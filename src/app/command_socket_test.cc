#include "app/command_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

namespace kith {
namespace {

using testing::HasSubstr;

/// Listens at a socket's path and never accepts by itself: a server that hangs.
class CommandSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/kith-socket-XXXXXX";
    folder = ::mkdtemp(pattern);
    path = commandSocketPath(folder);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listening, 0), 0);
  }
  void TearDown() override {
    ::close(listening);
    std::filesystem::remove_all(folder);
  }

  std::string folder, path;
  int listening = -1;
};

TEST_F(CommandSocketTest, AServerThatDoesNotAnswerIsWaitedForOnlySoLong) {
  const auto silent = askServer(path, "/setup-link", "", Milliseconds(20));

  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->status, 0);
  EXPECT_THAT(silent->text, HasSubstr(path + " has not answered within 20 ms"));
}

TEST_F(CommandSocketTest, AServerThatNoLongerAcceptsIsNoMissingOne) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int waiting = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(waiting, reinterpret_cast<sockaddr*>(&address), sizeof address), 0)
      << "fills the backlog";

  const auto full = askServer(path, "/setup-link", "", Milliseconds(20));
  ::close(waiting);

  ASSERT_TRUE(full);
  EXPECT_THAT(full->text, HasSubstr("has not answered"));
}

TEST_F(CommandSocketTest, AnAnswerInPiecesAndOneThatBreaksOff) {
  const auto answers = [this](std::string_view first, std::string_view second) {
    return std::thread([this, first, second] {
      const int client = ::accept(listening, nullptr, nullptr);
      char request[4096];
      (void)::recv(client, request, sizeof request, 0);
      (void)::send(client, first.data(), first.size(), MSG_NOSIGNAL);
      (void)::send(client, second.data(), second.size(), MSG_NOSIGNAL);
      ::close(client);
    });
  };
  auto server = answers("HTTP/1.1 422 Unpro", "cessable\r\nContent-Length: 2\r\n\r\nno");
  const auto whole = askServer(path, "/token");
  server.join();
  server = answers("HTTP/1.1 200 OK\r\n", "");
  const auto broken = askServer(path, "/token");
  server.join();

  ASSERT_TRUE(whole && broken);
  EXPECT_EQ(whole->status, 422);
  EXPECT_EQ(whole->text, "no");
  EXPECT_EQ(broken->status, 0);
  EXPECT_THAT(broken->text, HasSubstr("ended before it answered"));
}

TEST(CommandSocket, NobodyListensWhereThereIsNothing) {
  EXPECT_FALSE(askServer("/nowhere/kith.sock", "/token"));
  EXPECT_FALSE(askServer(commandSocketPath(std::string(200, 'x')), "/token"));
}

TEST(CommandSocket, APathThatTheKernelCannotHoldIsSaidBeforeTheStart) {
  EXPECT_TRUE(checkCommandSocketPath(std::string(107, 'x')));
  const auto refused = checkCommandSocketPath(std::string(108, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("108 bytes, and a socket's path may have 107"));
  EXPECT_THAT(refused.error().message, HasSubstr("a shorter folder, a relative path, or a symbolic link"));
}

}  // namespace
}  // namespace kith
