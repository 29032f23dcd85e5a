#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "websocket/frame_reader.h"

namespace kith::bench {

/// The bare server that Kith is measured against: the least that fan-out over WebSocket can cost.
///
/// One thread, epoll. `sub ROOM` is answered with `subscribed ROOM`, `echo TEXT` with TEXT, and
/// `pub ROOM TEXT` goes to every member of the room. A room's frames of a turn are built once and sent
/// with one send() per member and turn. No storage, no tokens, no limits: never for use.
class Floor {
 public:
  explicit Floor(std::uint16_t port);
  virtual ~Floor();
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  std::uint16_t port() const { return port_; }
  /// Until stop(), which may be called on any thread.
  void run();
  void stop();

 protected:
  struct Client {
    int descriptor;
    std::string head{};  // of the handshake, until it is whole
    websocket::FrameReader reader{};
    std::string unsent{};  // own answers, and what the socket did not take
    bool open = false;     // the handshake is through
    bool waits = false;    // for room in the socket
    std::vector<std::string> rooms{};
  };
  struct Room {
    std::vector<Client*> members;
    std::string frames;  // of this turn
  };
  /// A message is in: it becomes due for all members. The generator's test overrides it with a liar.
  virtual void publish(Room& room, std::string_view text);

  void answer(Client& client, std::string_view bytes);

 private:
  void acceptAll();
  void read(Client& client);
  void shakeHands(Client& client);
  void receive(Client& client, std::span<char> bytes);
  void obey(Client& client, std::string_view line);
  void flush();
  void write(Client& client, std::string_view bytes);
  void drop(Client& client);
  void watch(Client& client, bool for_room);

  int listener_ = -1;
  int epoll_ = -1;
  int wake_ = -1;
  std::uint16_t port_ = 0;
  bool stopped_ = false;
  std::vector<char> buffer_;
  std::unordered_map<int, std::unique_ptr<Client>> clients_;
  std::unordered_map<std::string, Room> rooms_;
  std::vector<Room*> due_rooms_;
  std::vector<int> due_clients_;
  std::vector<int> gone_;  // their memory stays until the turn's events are through
};

}  // namespace kith::bench
