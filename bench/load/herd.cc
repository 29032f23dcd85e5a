#include "load/herd.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace kith::bench {
namespace {

constexpr std::size_t kInFlight = 64;
constexpr std::int64_t kPatience_ns = 20'000'000'000;

}  // namespace

void giveUp(const std::string& why) {
  std::fprintf(stderr, "load: %s\n", why.c_str());
  std::exit(2);
}

Herd::Herd(const Dialect& dialect, std::uint16_t port, std::uint32_t rooms)
    : dialect_(dialect), port_(port), rooms_(rooms) {
  poller_.setHandler(this);
}

void Herd::add(std::size_t count) {
  const auto first = clients_.size();
  for (auto i = first; i < count; ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    clients_.push_back(
        std::make_unique<Client>(poller_, index, index % static_cast<std::uint32_t>(rooms_.size())));
  }
  connect(first, count);
}

void Herd::reconnect(std::size_t first, std::size_t last) {
  for (auto i = first; i < last; ++i) {
    auto& client = clients_[i];
    client = std::make_unique<Client>(poller_, client->index, client->room);
  }
  connect(first, last);
}

void Herd::ask(std::size_t first, std::size_t last, std::size_t in_flight,
               const std::function<std::string(std::size_t)>& command, Histogram& times,
               const Answered& answered) {
  std::vector<std::int64_t> asked_at(last);
  answered_ = 0;
  std::string_view text;
  observe([&text](Client&, std::string_view message) { text = message; });
  listen([&](Client& client, const Heard& heard) {
    if (heard.kind == Heard::Kind::Failure) giveUp("refused: " + std::string(heard.text));
    if (heard.kind != Heard::Kind::Answer) return;
    times.add(Poller::now() - asked_at[client.index]);
    ++answered_;
    if (answered) answered(client.index, text);
  });
  for (auto i = first; i < last; ++i) {
    await([&] { return i - first - answered_ < in_flight; }, "answers");
    asked_at[i] = Poller::now();
    clients_[i]->sendText(command(i));
  }
  await([&] { return answered_ == last - first; }, "answers");
  listen({});
  observe({});
}

void Herd::grow(std::size_t count) {
  const auto first = clients_.size();
  add(count);
  const auto owners = std::clamp(rooms_.size(), first, count);
  making_ = true;
  forEach(first, owners, [this](Client& owner) {
    rooms_[owner.room] = std::to_string(owner.room);
    return dialect_.create(owner.room);
  });
  making_ = false;
  forEach(owners, count, [this](Client& member) { return dialect_.join(rooms_[member.room]); });
}

void Herd::subscribe(std::size_t first, std::size_t last) {
  forEach(first, last, [this](Client& client) { return dialect_.subscribe(rooms_[client.room]); });
}

void Herd::connect(std::size_t first, std::size_t last) {
  answered_ = 0;
  for (auto i = first; i < last; ++i) {
    if (!clients_[i]->open(port_, dialect_.target())) giveUp("no server at port " + std::to_string(port_));
    await([&] { return i - first + 1 - answered_ < kInFlight; }, "connects");
  }
  await([&] { return answered_ == last - first; }, "connects");
}

void Herd::forEach(std::size_t first, std::size_t last, const std::function<std::string(Client&)>& command) {
  answered_ = 0;
  std::size_t asked = 0;
  for (auto i = first; i < last; ++i) {
    const auto text = command(*clients_[i]);
    if (text.empty()) continue;
    clients_[i]->sendText(text);
    ++asked;
    await([&] { return asked - answered_ < kInFlight; }, "answers");
  }
  await([&] { return answered_ == asked; }, "answers");
}

void Herd::await(const std::function<bool()>& condition, const char* what) {
  auto seen = answered_;
  auto since = Poller::now();
  while (!condition()) {
    poller_.turn(100);
    if (answered_ != seen) since = Poller::now();
    seen = answered_;
    if (Poller::now() - since > kPatience_ns) giveUp(std::string("waited in vain for ") + what);
  }
}

void Herd::opened(Client& client) {
  const auto text = dialect_.connect(client.index);
  if (text.empty())
    ++answered_;
  else
    client.sendText(text);
}

void Herd::heard(Client& client, std::string_view text) {
  if (observer_) observer_(client, text);
  const auto heard = dialect_.hear(text);
  if (heard.kind == Heard::Kind::Ping) return client.sendText(dialect_.pong());
  if (listener_) return listener_(client, heard);
  if (heard.kind == Heard::Kind::Failure) giveUp("refused: " + std::string(heard.text));
  if (heard.kind != Heard::Kind::Answer) return;
  ++answered_;
  if (making_) rooms_[client.room] = heard.text;
}

void Herd::ended(Client& client) {
  giveUp("the server closed connection " + std::to_string(client.index));
}

}  // namespace kith::bench
