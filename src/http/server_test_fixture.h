#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "http/server.h"
#include "net/listener.h"

namespace kith::http {

/// A blocking client of the tests: writes as it is told, reads until the server ends.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// A server that has closed already is no fault of the test.
  void send(std::string_view bytes) { (void)::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  void sendByteByByte(std::string_view bytes) {
    for (const char c : bytes) send({&c, 1});
  }
  void end() { ::shutdown(socket_, SHUT_WR); }
  /// Until the server ends, or until `marker` is there.
  std::string read(std::string_view marker = {}) {
    std::string all;
    char buffer[16384];
    while (marker.empty() || all.find(marker) == std::string::npos) {
      const ssize_t n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n < 0) all += "<no end>";
      if (n <= 0) break;
      all.append(buffer, static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  int socket_;
};

/// A real Server behind a real Listener, on a loop of its own.
class ServerFixture : public testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    server = std::make_unique<Server>(loop, router, std::move(options));
    listener = Listener::open(loop, {}, [this](std::unique_ptr<Connection> connection) {
                 server->take(std::move(connection));
               }).value();
    port = listener->port();
    runner = std::thread([this] { loop.run(); });
  }
  void TearDown() override {
    loop.post([this] {
      listener.reset();
      server.reset();
      loop.stop();
    });
    if (runner.joinable()) runner.join();
  }
  std::string ask(std::string_view bytes, std::string_view until = {}) {
    RawClient client(port);
    client.send(bytes);
    if (until.empty()) client.end();
    return client.read(until);
  }

  EventLoop loop;
  Router router;
  std::unique_ptr<Server> server;
  std::unique_ptr<Listener> listener;
  std::uint16_t port = 0;
  std::thread runner;
};

inline std::size_t countOf(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

}  // namespace kith::http
