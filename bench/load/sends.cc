#include <vector>

#include "load/herd.h"
#include "load/scenario.h"
#include "load/window_meter.h"

namespace kith::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// Client 0 subscribes and checks; all others send, one message at a time each.
class Sends {
 public:
  explicit Sends(const Options& options)
      : options_(options),
        dialect_(makeDialect(options.dialect, options.secret)),
        herd_(*dialect_, options.port, 1) {}

  Result run() {
    herd_.grow(options_.members + 1);
    herd_.subscribe(0, 1);
    sent_at_.resize(herd_.size());
    heard_.resize(herd_.size());
    numbers_.resize(herd_.size());
    herd_.listen([this](Client& client, const Heard& heard) { this->heard(client, heard); });
    sending_ = true;
    for (std::size_t i = 1; i < herd_.size(); ++i) send(i);
    runFor(options_.warm_up);
    const WindowMeter meter(options_.process, herd_.poller());
    result_.count = 0;
    result_.latency = Histogram();
    runFor(options_.seconds);
    result_.window = meter.finish();
    const auto count = result_.count;
    sending_ = false;
    runFor(0.5);  // The last answers and their publications.
    result_.count = count;
    for (std::size_t i = 1; i < herd_.size(); ++i) {
      const auto faults = heard_[i].finish(numbers_[i]);
      result_.faults.lost += faults.lost;
      result_.faults.doubled += faults.doubled;
      result_.faults.swapped += faults.swapped;
    }
    result_.usage = usageOf(options_.process);
    return result_;
  }

 private:
  void send(std::size_t sender) {
    sent_at_[sender] = Poller::now();
    // The sender stands for the room: the subscriber checks the order of each.
    const Payload payload{static_cast<std::uint32_t>(sender), ++numbers_[sender], sent_at_[sender]};
    herd_.publish(herd_.client(sender), payload.text(options_.bytes));
  }

  void heard(const Client& client, const Heard& heard) {
    if (heard.kind == Heard::Kind::Failure) giveUp("refused: " + std::string(heard.text));
    if (heard.kind == Heard::Kind::Publication) {
      Payload payload;
      if (!Payload::parse(heard.text, payload)) giveUp("a message of somebody else");
      return heard_[payload.room].heard(payload.number);
    }
    if (heard.kind != Heard::Kind::Answer) return;
    ++result_.count;
    result_.latency.add(Poller::now() - sent_at_[client.index]);
    if (sending_) send(client.index);
  }

  void runFor(double seconds) {
    const auto end = Poller::now() + static_cast<std::int64_t>(seconds * kSecond);
    while (Poller::now() < end) herd_.turn(10);
  }

  const Options& options_;
  std::unique_ptr<Dialect> dialect_;
  Herd herd_;
  std::vector<std::int64_t> sent_at_;
  std::vector<Checker> heard_;  // by sender
  std::vector<std::uint64_t> numbers_;
  bool sending_ = false;
  Result result_;
};

}  // namespace

Result runSends(const Options& options) {
  return Sends(options).run();
}

}  // namespace kith::bench
