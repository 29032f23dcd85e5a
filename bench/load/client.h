#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kith::bench {

class Poller;

/// One WebSocket connection of the generator.
///
/// One thread. What sendText() queues in a turn leaves in one write at its end, so that a window of
/// messages arrives as one.
class Client {
 public:
  enum class State : std::uint8_t { Opening, Open, Ended };

  Client(Poller& poller, std::uint32_t index, std::uint32_t room)
      : index(index), room(room), poller_(poller) {}
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// To a server on this machine. False if there is none.
  bool open(std::uint16_t port, std::string_view target);
  void sendText(std::string_view text);
  State state() const { return state_; }

  const std::uint32_t index;
  const std::uint32_t room;

 private:
  friend class Poller;
  void readable();
  void take(std::string_view bytes);
  std::size_t takeFrame(std::string_view bytes);
  void takeMessage(unsigned opcode, bool final, std::string_view payload);
  void sendFrame(unsigned opcode, std::string_view payload);
  void flush();
  void end();

  Poller& poller_;
  int descriptor_ = -1;
  State state_ = State::Opening;
  bool due_ = false;
  std::string rest_;      // of a frame, or of the handshake
  std::string fragment_;  // of a message
  std::string out_;
};

/// What clients tell.
class ClientHandler {
 public:
  virtual ~ClientHandler() = default;
  virtual void opened(Client& client) = 0;
  virtual void heard(Client& client, std::string_view text) = 0;
  virtual void ended(Client& client) = 0;
};

/// The one epoll of the generator, and its clock.
class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void setHandler(ClientHandler* handler) { handler_ = handler; }
  /// One turn: waits at most `wait_ms`, reads what has come, writes what was queued.
  void turn(int wait_ms);
  static std::int64_t now();  // monotonic, in nanoseconds

  std::int64_t reads = 0;   // that brought bytes
  std::int64_t frames = 0;  // of text

 private:
  friend class Client;
  int epoll_ = -1;
  ClientHandler* handler_ = nullptr;
  std::vector<char> buffer_;
  std::vector<Client*> due_;
};

}  // namespace kith::bench
