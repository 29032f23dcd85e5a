#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "redis/options.h"
#include "redis/reply.h"

namespace kith {

/// A Redis server of a test's own, on a free port, which keeps nothing on disk and ends with the test.
///
/// Owned by the test and used from its thread alone. Its state is read and written by plain commands over a
/// blocking connection of its own, so that a test sees what any other program would see.
class RedisUnderTest {
 public:
  explicit RedisUnderTest(std::vector<std::string> settings = {}) : settings_(std::move(settings)) {
    do {  // somebody else may take the port before the server does
      options_.port = freePort();
    } while (!started());
  }
  ~RedisUnderTest() {
    kill();
    ::close(log_);
  }
  RedisUnderTest(const RedisUnderTest&) = delete;
  RedisUnderTest& operator=(const RedisUnderTest&) = delete;

  const RedisOptions& options() const { return options_; }

  /// At once, as a crash or a lost machine would.
  void kill() {
    hangUp();
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  /// After kill(): empty, on the same port, and ready when this returns.
  void start() { ASSERT(process_ == 0 && started()); }
  /// The server stands still and its sockets stay; proceed() lets it go on.
  void pause() {
    ::kill(process_, SIGSTOP);
    int status = 0;
    ::waitpid(process_, &status, WUNTRACED);
  }
  void proceed() { ::kill(process_, SIGCONT); }

  RedisReply ask(std::initializer_list<std::string_view> words) {
    if (socket_ < 0) call();
    std::string bytes;
    appendRedisCommand(bytes, std::span(words.begin(), words.size()));
    ASSERT(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    std::array<char, RedisReplyReader::kPieceBytes> buffer;
    for (;;) {
      auto reply = reader_->next();
      ASSERT(reply.ok());
      if (*reply) return std::move(**reply);
      const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
      ASSERT(size > 0);
      reader_->feed(std::span(buffer.data(), static_cast<std::size_t>(size)));
    }
  }
  /// The texts of an array's items.
  std::vector<std::string> list(std::initializer_list<std::string_view> words) {
    std::vector<std::string> out;
    for (const RedisReply& item : ask(words).items) out.push_back(item.text);
    return out;
  }

 private:
  static sockaddr_in local(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
  }
  static std::uint16_t freePort() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = local(0);
    socklen_t size = sizeof address;
    ASSERT(::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0);
    ASSERT(::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::close(probe);
    return ntohs(address.sin_port);
  }

  /// False if it ended before it was ready: the port was taken.
  bool started() {
    int ends[2];
    ASSERT(::pipe(ends) == 0);
    std::vector<std::string> words{"redis-server",
                                   "--port",
                                   std::to_string(options_.port),
                                   "--bind",
                                   "127.0.0.1",
                                   "--save",
                                   "",
                                   "--appendonly",
                                   "no",
                                   "--dir",
                                   "/tmp"};
    words.insert(words.end(), settings_.begin(), settings_.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    ASSERT(process_ >= 0);
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it never outlives the test, however that ends
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    const bool ready = readUntilReady(ends[0]);
    if (log_ >= 0) ::close(log_);
    log_ = ends[0];  // stays open: the server goes on writing its few lines
    if (!ready) kill();
    return ready;
  }
  static bool readUntilReady(int log) {
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t size; (size = ::read(log, buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
      if (text.find("eady to accept connections") != std::string::npos) return true;
    }
    EXPECT_FALSE(text.empty()) << "redis-server does not start: is it installed? (script/bootstrap)";
    ASSERT(!text.empty());
    return false;
  }
  void call() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = local(options_.port);
    ASSERT(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    reader_ = std::make_unique<RedisReplyReader>();
  }
  void hangUp() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  const std::vector<std::string> settings_;
  RedisOptions options_;
  pid_t process_ = 0;
  int log_ = -1;
  int socket_ = -1;
  std::unique_ptr<RedisReplyReader> reader_;
};

}  // namespace kith
