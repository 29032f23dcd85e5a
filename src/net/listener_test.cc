#include "net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

namespace kith {
namespace {

using testing::HasSubstr;

class ListenerTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const int client : clients) ::close(client);
    if (!folder.empty()) std::filesystem::remove_all(folder);
  }
  /// Connects without waiting for anybody to accept.
  int connectTo(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(client);
      return -1;
    }
    clients.push_back(client);
    return client;
  }
  int connectTo(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    clients.push_back(client);
    return ::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 ? client : -1;
  }
  std::string newPath() {
    std::string name = (std::filesystem::temp_directory_path() / "kith-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    return folder + "/admin.sock";
  }

  std::vector<int> clients;
  std::string folder;
};

TEST_F(ListenerTest, TheFirstPicksAPortAndOthersOfTheProcessShareIt) {
  EventLoop loops[2];
  std::vector<std::unique_ptr<Connection>> accepted[2];
  std::vector<std::unique_ptr<Listener>> listeners;
  std::uint16_t port = 0;
  for (int i = 0; i < 2; ++i) {
    auto& list = accepted[i];
    listeners.push_back(
        Listener::open(loops[i], {.port = port, .use = i == 0 ? PortUse::First : PortUse::Joins},
                       [&list](std::unique_ptr<Connection> c) { list.push_back(std::move(c)); })
            .value());
    port = listeners[0]->port();
  }
  EXPECT_NE(port, 0);
  EXPECT_EQ(listeners[1]->port(), port);
  for (int i = 0; i < 60; ++i) ASSERT_GE(connectTo(port), 0);

  for (int i = 0; i < 2; ++i) {
    listeners[static_cast<std::size_t>(i)]->stop();  // Accepts all that waits.
    loops[i].stop();
    loops[i].run();
  }

  EXPECT_EQ(accepted[0].size() + accepted[1].size(), 60U);
  EXPECT_GT(accepted[0].size(), 0U) << "the kernel shares them out";
  EXPECT_GT(accepted[1].size(), 0U);
  EXPECT_EQ(accepted[0][0]->peer().ip(), "127.0.0.1");
  EXPECT_TRUE(accepted[0][0]->peer().isLoopback());
}

TEST_F(ListenerTest, APortThatAnotherListenerHasIsRefusedWithASentence) {
  EventLoop loop;
  auto first = Listener::open(loop, {}, [](std::unique_ptr<Connection>) {}).value();

  const auto second = Listener::open(loop, {.port = first->port()}, [](std::unique_ptr<Connection>) {});

  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1 port " + std::to_string(first->port())));
}

TEST_F(ListenerTest, ANameIsNotLookedUp) {
  EventLoop loop;
  EXPECT_FALSE(Listener::open(loop, {.host = "example.org"}, [](std::unique_ptr<Connection>) {}).ok());
  EXPECT_TRUE(Listener::open(loop, {.host = "localhost"}, [](std::unique_ptr<Connection>) {}).ok());
}

TEST_F(ListenerTest, StoppingTakesWhatWaitsAndRefusesWhatComesLater) {
  EventLoop loop;
  int accepted = 0;
  auto listener = Listener::open(loop, {}, [&](std::unique_ptr<Connection>) { ++accepted; }).value();
  const std::uint16_t port = listener->port();
  for (int i = 0; i < 100; ++i) ASSERT_GE(connectTo(port), 0);

  listener->stop();

  EXPECT_EQ(accepted, 100);
  EXPECT_EQ(connectTo(port), -1);
}

TEST_F(ListenerTest, WithoutDescriptorsItRefusesAndPausesInsteadOfSpinning) {
  EventLoop loop;
  std::vector<std::unique_ptr<Connection>> accepted;
  auto listener = Listener::open(loop, {.pause_without_descriptors = Milliseconds(200)},
                                 [&](std::unique_ptr<Connection> c) {
                                   accepted.push_back(std::move(c));
                                   loop.stop();
                                 })
                      .value();
  const int client = connectTo(listener->port());
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int highest = ::dup(client);  // The next descriptor is above it.
  const rlimit tight{.rlim_cur = static_cast<rlim_t>(highest) + 1, .rlim_max = before.rlim_max};
  // On a thread that runs already and calls nothing new: a sanitizer's checks need descriptors too.
  std::atomic<bool> is_tight = false;
  ssize_t refused = 1;
  std::thread client_thread([&] {
    ::setrlimit(RLIMIT_NOFILE, &tight);
    is_tight = true;
    is_tight.notify_one();
    char byte;
    refused = ::recv(client, &byte, 1, 0);
    ::setrlimit(RLIMIT_NOFILE, &before);
    ::close(highest);
    connectTo(listener->port());
  });

  is_tight.wait(false);
  loop.run();
  client_thread.join();

  EXPECT_LE(refused, 0) << "refused, not left waiting";
  EXPECT_EQ(accepted.size(), 1U) << "it goes on by itself";
  EXPECT_EQ(loop.stats().refused, 1);
  EXPECT_LE(loop.stats().turns, 20);
}

TEST_F(ListenerTest, ALocalSocketIsForItsUserOnlyAndGoesWhenItsListenerDoes) {
  EventLoop loop;
  const std::string path = newPath();
  std::unique_ptr<Connection> accepted;
  auto listener = Listener::openLocal(loop, {.path = path}, [&](std::unique_ptr<Connection> c) {
                    accepted = std::move(c);
                    loop.stop();
                  }).value();
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_GE(connectTo(path), 0);

  loop.run();

  EXPECT_EQ(accepted->peer().kind, PeerAddress::Kind::Local);
  EXPECT_EQ(accepted->peer().user, ::geteuid());
  EXPECT_EQ(accepted->peer().ip(), "local");
  listener.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ListenerTest, ALocalSocketThatNobodyHearsIsReplacedAndALiveOneIsNot) {
  EventLoop loop;
  const std::string path = newPath();
  const auto nobody = [](std::unique_ptr<Connection>) {};
  {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(dead);
  }

  auto first = Listener::openLocal(loop, {.path = path}, nobody);
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(Listener::openLocal(loop, {.path = path}, nobody).ok());
  EXPECT_GE(connectTo(path), 0) << "the live one is still there";
  EXPECT_FALSE(Listener::openLocal(loop, {.path = std::string(200, 'x')}, nobody).ok());
}

TEST(PeerAddress, KnowsLoopbackAndWritesAddressesInTheirUsualForm) {
  PeerAddress peer;
  EXPECT_EQ(peer.ip(), "");
  peer.kind = PeerAddress::Kind::V6;
  peer.address[15] = 1;
  EXPECT_EQ(peer.ip(), "::1");
  EXPECT_TRUE(peer.isLoopback());
  peer.address[0] = 0x20;
  EXPECT_EQ(peer.ip(), "2000::1");
  EXPECT_FALSE(peer.isLoopback());
}

}  // namespace
}  // namespace kith
