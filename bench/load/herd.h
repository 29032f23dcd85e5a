#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "load/client.h"
#include "load/dialect.h"
#include "load/meter.h"

namespace kith::bench {

/// All clients of one run, and how they become subscribers.
///
/// Client i belongs to room i % rooms; the first of a room makes it. Each step is done for all
/// before the next begins, with few in flight, and ends the program if one fails or all is silent.
class Herd final : public ClientHandler {
 public:
  Herd(const Dialect& dialect, std::uint16_t port, std::uint32_t rooms);

  /// Connects until there are `count`.
  void add(std::size_t count);
  /// The same, and lets the new ones join their rooms.
  void grow(std::size_t count);
  /// Drops the connections of clients `first` to `last` - 1, all of them, and connects them anew.
  void reconnect(std::size_t first, std::size_t last);
  /// Subscribes clients `first` to `last` - 1 to their rooms.
  void subscribe(std::size_t first, std::size_t last);

  /// Lets clients `first` to `last` - 1 ask something each, with at most `in_flight` of them waiting; each
  /// answer's time goes to `times`, its text to `answered`.
  using Answered = std::function<void(std::size_t, std::string_view)>;
  void ask(std::size_t first, std::size_t last, std::size_t in_flight,
           const std::function<std::string(std::size_t)>& command, Histogram& times,
           const Answered& answered = {});

  void publish(Client& client, std::string_view text) {
    client.sendText(dialect_.publish(rooms_[client.room], text));
  }
  /// From now on answers, failures and publications go there.
  using Listener = std::function<void(Client&, const Heard&)>;
  void listen(Listener listener) { listener_ = std::move(listener); }
  /// Beside them, every message as it came.
  void observe(std::function<void(Client&, std::string_view)> observer) { observer_ = std::move(observer); }
  void turn(int wait_ms) { poller_.turn(wait_ms); }

  std::size_t size() const { return clients_.size(); }
  Client& client(std::size_t index) { return *clients_[index]; }
  const Poller& poller() const { return poller_; }

  // ClientHandler
  void opened(Client& client) override;
  void heard(Client& client, std::string_view text) override;
  void ended(Client& client) override;

 private:
  void connect(std::size_t first, std::size_t last);
  void forEach(std::size_t first, std::size_t last, const std::function<std::string(Client&)>& command);
  void await(const std::function<bool()>& condition, const char* what);

  const Dialect& dialect_;
  const std::uint16_t port_;
  Poller poller_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::string> rooms_;  // names, once made
  Listener listener_;
  std::function<void(Client&, std::string_view)> observer_;
  bool making_ = false;  // rooms: answers name them
  std::size_t answered_ = 0;
};

/// Says why and ends the program: a run that went wrong has no result.
[[noreturn]] void giveUp(const std::string& why);

}  // namespace kith::bench
