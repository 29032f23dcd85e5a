#include "app/command_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>

namespace kith {
namespace {

constexpr std::size_t kSocketPathMax = sizeof(sockaddr_un::sun_path) - 1;

/// One question to a socket, until a deadline.
class Asking {
 public:
  explicit Asking(Milliseconds answer_time)
      : deadline_(std::chrono::steady_clock::now() + answer_time),
        socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  ~Asking() {
    if (socket_ >= 0) ::close(socket_);
  }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

  enum class Connected { Yes, NobodyListens, TooManyWait };
  Connected connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_ < 0 || path.size() > kSocketPathMax) return Connected::NobodyListens;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return Connected::Yes;
    // A full backlog: somebody listens, and has not accepted for long.
    return errno == EAGAIN ? Connected::TooManyWait : Connected::NobodyListens;
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty() && isReady(POLLOUT)) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return bytes.empty();
  }

  /// Until the server ends. Nothing if the time is over first.
  std::optional<std::string> read() {
    std::string all;
    char buffer[4096];
    while (isReady(POLLIN)) {
      const ssize_t n = ::read(socket_, buffer, sizeof buffer);
      if (n <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(n));
    }
    return std::nullopt;
  }

 private:
  bool isReady(short events) const {
    for (;;) {
      const auto left = std::chrono::ceil<Milliseconds>(deadline_ - std::chrono::steady_clock::now());
      pollfd waiting{socket_, events, 0};
      const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<Milliseconds::rep>(left.count(), 0)));
      if (ready >= 0 || errno != EINTR) return ready > 0;
    }
  }

  std::chrono::steady_clock::time_point deadline_;
  int socket_;
};

CommandAnswer unanswered(const std::string& path, Milliseconds time) {
  return {0, "the server at " + path + " has not answered within " + std::to_string(time.count()) +
                 " ms: it is busy or hangs; look at its log, and ask again or restart it"};
}

}  // namespace

std::string commandSocketPath(const std::string& data_dir) {
  return data_dir + "/kith.sock";
}

Expected<void, Error> checkCommandSocketPath(const std::string& path) {
  if (path.size() <= kSocketPathMax) return {};
  return Error{"data.dir is too long: the command socket " + path + " would have " +
               std::to_string(path.size()) + " bytes, and a socket's path may have " +
               std::to_string(kSocketPathMax) +
               "; use a shorter folder, a relative path, or a symbolic link to it"};
}

std::optional<CommandAnswer> askServer(const std::string& socket_path, const std::string& target,
                                       const std::string& body, Milliseconds answer_time) {
  Asking asking(answer_time);
  switch (asking.connect(socket_path)) {
    case Asking::Connected::NobodyListens:
      return std::nullopt;
    case Asking::Connected::TooManyWait:
      return unanswered(socket_path, answer_time);
    case Asking::Connected::Yes:
      break;
  }
  asking.send("POST " + target + " HTTP/1.1\r\nHost: kith\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\nConnection: close\r\n\r\n" + body);
  const auto answer = asking.read();
  if (!answer) return unanswered(socket_path, answer_time);
  CommandAnswer out;
  const auto head = answer->find("\r\n\r\n");
  if (answer->size() < 12 || head == std::string::npos) {
    return CommandAnswer{
        0, "the server at " + socket_path + " ended before it answered; look at its log, and ask again"};
  }
  std::from_chars(answer->data() + 9, answer->data() + 12, out.status);
  out.text = answer->substr(head + 4);
  return out;
}

}  // namespace kith
