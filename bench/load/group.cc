#include <algorithm>
#include <string>
#include <vector>

#include "load/herd.h"
#include "load/scenario.h"
#include "load/window_meter.h"

namespace kith::bench {
namespace {

constexpr std::size_t kInFlight = 8;      // as many people act at once
constexpr std::size_t kApplicants = 500;  // of the members, the rest finds the group open
constexpr std::size_t kListings = 500;
constexpr std::size_t kWalks = 20;  // through all pages of members

/// One large group, from its founding to a walk through its members.
class Founding {
 public:
  explicit Founding(const Options& options)
      : options_(options),
        dialect_(makeDialect("kith-group", options.secret)),
        herd_(*dialect_, options.port, 1) {}

  Result run() {
    herd_.add(options_.members);
    const WindowMeter meter(options_.process, herd_.poller());
    found();
    letIn();
    list();
    walk();
    result_.window = meter.finish();
    result_.usage = usageOf(options_.process);
    result_.count = static_cast<std::int64_t>(options_.members);
    return std::move(result_);
  }

 private:
  std::string inGroup(std::string_view more = "") const {
    return "\"group\":\"" + group_ + "\"" + std::string(more);
  }
  void ask(std::size_t who, const std::string& command, Histogram& times,
           const Herd::Answered& answered = {}) {
    herd_.ask(
        who, who + 1, 1, [&](std::size_t) { return command; }, times, answered);
  }
  void note(const char* name, const Histogram& times) {
    for (const auto& [share, label] : {std::pair(0.5, "p50"), std::pair(0.95, "p95")}) {
      result_.more += ",\"" + std::string(name) + "_" + label +
                      "_us\":" + std::to_string(static_cast<long>(times.atUs(share)));
    }
  }

  void found() {
    Histogram times;
    ask(0, dialect_->call("group.create", R"("name":"Large","join_mode":"approval")"), times,
        [this](std::size_t, std::string_view text) { group_ = quotedAfter(text, R"("group":{"id":")"); });
    for (std::uint32_t room = 0; room < options_.rooms; ++room) {
      ask(0, dialect_->call("room.create", inGroup(R"(,"name":"Room)" + std::to_string(room) + "\"")), times);
    }
  }

  void letIn() {
    const auto join = [this](std::size_t) { return dialect_->call("group.join", inGroup()); };
    const auto applicants = std::min<std::size_t>(kApplicants, options_.members / 2);
    Histogram requests, approvals, joins, opening;
    std::vector<std::string> ids;
    herd_.ask(1, 1 + applicants, kInFlight, join, requests, [&ids](std::size_t, std::string_view text) {
      ids.emplace_back(quotedAfter(text, R"("request":{"id":")"));
    });
    for (const auto& id : ids) {
      ask(0, dialect_->call("group.approve", inGroup(R"(,"request":")" + id + "\"")), approvals);
    }
    ask(0, dialect_->call("group.update", inGroup(R"(,"join_mode":"open")")), opening);
    herd_.ask(1 + applicants, herd_.size(), kInFlight, join, joins);
    note("request", requests);
    note("approve", approvals);
    note("join", joins);
  }

  void list() {
    const auto last = std::min(kListings, herd_.size());
    const auto rooms = [this](std::size_t) { return dialect_->call("room.list", inGroup()); };
    const auto groups = [this](std::size_t) { return dialect_->call("group.list", ""); };
    Histogram of_rooms, of_groups;
    herd_.ask(0, last, kInFlight, rooms, of_rooms);
    herd_.ask(0, last, kInFlight, groups, of_groups);
    note("rooms", of_rooms);
    note("groups", of_groups);
  }

  void walk() {
    Histogram pages;
    for (std::size_t i = 0; i < std::min(kWalks, herd_.size()); ++i) {
      std::string next;
      do {
        const auto cursor = next.empty() ? "" : R"(,"cursor":")" + next + "\"";
        ask(i, dialect_->call("group.members", inGroup(R"(,"limit":100)" + cursor)), pages,
            [&next](std::size_t, std::string_view text) { next = quotedAfter(text, R"("next":")"); });
      } while (!next.empty());
    }
    note("members", pages);
    result_.more += ",\"pages\":" + std::to_string(pages.count());
  }

  const Options& options_;
  std::unique_ptr<Dialect> dialect_;
  Herd herd_;
  std::string group_;
  Result result_;
};

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr double kLastSignals = 6;  // seconds: of so many people the count alone is told, each 5 s

}  // namespace

Result runGroup(const Options& options) {
  return Founding(options).run();
}

Result runReconnect(const Options& options) {
  const auto dialect =
      makeDialect(options.dialect == "kith" ? "kith-group" : options.dialect, options.secret);
  Herd herd(*dialect, options.port, 1);
  const auto turns = [&herd](double seconds) {
    const auto end = Poller::now() + static_cast<std::int64_t>(seconds * 1e9);
    while (Poller::now() < end) herd.turn(10);
  };
  herd.grow(options.members);
  herd.subscribe(0, herd.size());
  turns(options.warm_up);
  // What the first one, who stays, is told of the others.
  std::int64_t last = 0, signals = 0, closest = 0;
  herd.observe([&](const Client& client, std::string_view text) {
    if (client.index != 0 || text.find(R"("type":"presence")") == text.npos) return;
    const auto now = Poller::now();
    if (signals++ > 0) closest = closest == 0 ? now - last : std::min(closest, now - last);
    last = now;
  });
  Result result;
  const auto half = herd.size() / 2;
  const auto begun = Poller::now();
  const WindowMeter meter(options.process, herd.poller());
  std::int64_t times = 0;
  do {
    herd.reconnect(half, herd.size());
    herd.subscribe(half, herd.size());
    ++times;
  } while (Poller::now() - begun < static_cast<std::int64_t>(options.seconds * 1e9));
  result.window = meter.finish();
  const auto took = (Poller::now() - begun) / times;
  turns(kLastSignals);
  result.usage = usageOf(options.process);
  result.count = times * static_cast<std::int64_t>(herd.size() - half);
  result.more = ",\"times\":" + std::to_string(times) +
                ",\"took_ms\":" + std::to_string(took / kMillisecond) +
                ",\"presence_signals\":" + std::to_string(signals) +
                ",\"closest_signals_ms\":" + std::to_string(closest / kMillisecond);
  return result;
}

}  // namespace kith::bench
