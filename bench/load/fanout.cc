#include <deque>
#include <optional>
#include <vector>

#include "load/herd.h"
#include "load/scenario.h"
#include "load/window_meter.h"

namespace kith::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDrainPatience = 3 * kSecond;

/// One run: what was sent, what is due to whom, what was heard.
class Fanout {
 public:
  explicit Fanout(const Options& options)
      : options_(options),
        dialect_(makeDialect(options.dialect, options.secret)),
        herd_(*dialect_, options.port, options.rooms),
        rooms_(options.rooms) {}

  Result run() {
    const std::size_t clients = std::size_t{options_.rooms} * options_.members;
    herd_.grow(clients);
    herd_.subscribe(0, clients);
    checkers_.resize(clients);
    herd_.listen([this](Client& client, const Heard& heard) { this->heard(client, heard); });
    start_ = Poller::now();
    const auto measure_from = start_ + static_cast<std::int64_t>(options_.warm_up * kSecond);
    const auto end = measure_from + static_cast<std::int64_t>(options_.seconds * kSecond);
    sending_ = true;
    if (options_.rate == 0) fillWindows();
    runUntil(measure_from);
    const WindowMeter meter(options_.process, herd_.poller());
    result_.count = 0;
    result_.latency = Histogram();
    runUntil(end);
    result_.window = meter.finish();
    const auto count = result_.count;
    sending_ = false;
    drain();
    result_.count = count;
    return finish();
  }

 private:
  struct Room {
    std::uint64_t sent = 0;
    std::uint64_t first = 1;            // number of unheard.front()
    std::deque<std::uint32_t> unheard;  // by how many members
  };

  void fillWindows() {
    for (std::uint32_t room = 0; room < options_.rooms; ++room) {
      for (std::uint32_t i = 0; i < options_.window; ++i) send(room, Poller::now());
    }
  }

  void send(std::uint32_t room, std::int64_t due) {
    Room& to = rooms_[room];
    to.unheard.push_back(options_.members);
    herd_.publish(herd_.client(room), Payload{room, ++to.sent, due}.text(options_.bytes));
  }

  void heard(const Client& client, const Heard& heard) {
    if (heard.kind == Heard::Kind::Failure) giveUp("refused: " + std::string(heard.text));
    if (heard.kind != Heard::Kind::Publication) return;
    Payload payload;
    if (!Payload::parse(heard.text, payload) || payload.room != client.room)
      giveUp("a message of another room");
    ++result_.count;
    last_heard_ = Poller::now();
    result_.latency.add(last_heard_ - payload.due);
    checkers_[client.index].heard(payload.number);
    Room& room = rooms_[payload.room];
    if (payload.number < room.first || payload.number > room.sent) return;
    auto& left = room.unheard[payload.number - room.first];
    if (left > 0 && --left == 0 && options_.rate == 0 && sending_) send(client.room, last_heard_);
    while (!room.unheard.empty() && room.unheard.front() == 0) {
      room.unheard.pop_front();
      ++room.first;
    }
  }

  void runUntil(std::int64_t end) {
    for (auto now = Poller::now(); now < end; now = Poller::now()) {
      if (options_.rate > 0) sendDue(now);
      herd_.turn(options_.rate > 0 ? 0 : 10);
    }
  }

  void sendDue(std::int64_t now) {
    for (;; ++ticks_) {
      const auto due =
          start_ + static_cast<std::int64_t>(static_cast<double>(ticks_) / options_.rate * kSecond);
      if (due > now) return;
      send(static_cast<std::uint32_t>(ticks_ % options_.rooms), due);
    }
  }

  void drain() {
    last_heard_ = Poller::now();
    auto all = [this] {
      for (const Room& room : rooms_) {
        if (!room.unheard.empty()) return false;
      }
      return true;
    };
    while (!all() && Poller::now() - last_heard_ < kDrainPatience) herd_.turn(10);
    const auto quiet = Poller::now() + kSecond / 5;  // what is doubled comes late
    while (Poller::now() < quiet) herd_.turn(10);
  }

  Result finish() {
    for (std::size_t i = 0; i < checkers_.size(); ++i) {
      const auto faults = checkers_[i].finish(rooms_[herd_.client(i).room].sent);
      result_.faults.lost += faults.lost;
      result_.faults.doubled += faults.doubled;
      result_.faults.swapped += faults.swapped;
    }
    result_.usage = usageOf(options_.process);
    return result_;
  }

  const Options& options_;
  std::unique_ptr<Dialect> dialect_;
  Herd herd_;
  std::vector<Room> rooms_;
  std::vector<Checker> checkers_;
  Result result_;
  bool sending_ = false;
  std::uint64_t ticks_ = 0;
  std::int64_t start_ = 0;
  std::int64_t last_heard_ = 0;
};

}  // namespace

Result runFanout(const Options& options) {
  return Fanout(options).run();
}

}  // namespace kith::bench
