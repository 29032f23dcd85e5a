#include "floor/floor.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/assert.h"
#include "websocket/frame_writer.h"
#include "websocket/handshake.h"

namespace kith::bench {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

std::string_view fieldOf(std::string_view head, std::string_view name) {
  const auto at = head.find(name);
  if (at == head.npos) return "";
  const auto rest = head.substr(at + name.size());
  return rest.substr(0, rest.find("\r\n"));
}

/// The first word, which is cut off with the space behind it.
std::string_view word(std::string_view& line) {
  const auto space = std::min(line.find(' '), line.size());
  const auto first = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  return first;
}

}  // namespace

Floor::Floor(std::uint16_t port) : buffer_(kBufferBytes) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  ASSERT(::listen(listener_, 4096) == 0);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  for (const int descriptor : {listener_, wake_}) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }
}

Floor::~Floor() {
  for (const auto& [descriptor, client] : clients_) ::close(descriptor);
  for (const int descriptor : {listener_, epoll_, wake_}) ::close(descriptor);
}

void Floor::stop() {
  ::eventfd_write(wake_, 1);
}

void Floor::run() {
  std::array<epoll_event, 256> events{};
  while (!stopped_) {
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == wake_)
        stopped_ = true;
      else if (event.data.fd == listener_)
        acceptAll();
      else if (const auto found = clients_.find(event.data.fd); found != clients_.end()) {
        if ((event.events & EPOLLOUT) != 0) due_clients_.push_back(event.data.fd);
        if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read(*found->second);
      }
    }
    flush();
  }
}

void Floor::acceptAll() {
  while (true) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{.events = EPOLLIN, .data = {.fd = descriptor}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    clients_[descriptor] = std::make_unique<Client>(Client{.descriptor = descriptor});
  }
}

void Floor::read(Client& client) {
  const auto size = ::recv(client.descriptor, buffer_.data(), buffer_.size(), 0);
  if (size == 0 || (size < 0 && errno != EAGAIN)) return gone_.push_back(client.descriptor);
  if (size < 0) return;
  const std::span<char> bytes(buffer_.data(), static_cast<std::size_t>(size));
  if (client.open) return receive(client, bytes);
  client.head.append(bytes.data(), bytes.size());
  if (client.head.ends_with("\r\n\r\n")) shakeHands(client);
}

void Floor::shakeHands(Client& client) {
  const std::string_view head = client.head;
  const auto accepted = websocket::accept(
      {"GET", "HTTP/1.1", "websocket", "Upgrade", "13", fieldOf(head, "Sec-WebSocket-Key: "), ""}, {});
  if (!accepted) return gone_.push_back(client.descriptor);
  answer(client, accepted->response);
  client.open = true;
  std::string().swap(client.head);
}

void Floor::receive(Client& client, std::span<char> bytes) {
  using Kind = websocket::Event::Kind;
  while (true) {
    const auto event = client.reader.next(bytes);
    if (event.kind == Kind::NeedMore) return;
    if (event.kind == Kind::Text) obey(client, event.payload);
    if (event.kind >= Kind::Close) return gone_.push_back(client.descriptor);
  }
}

void Floor::obey(Client& client, std::string_view line) {
  const auto verb = word(line);
  if (verb == "echo") return answer(client, websocket::encodeFrame(websocket::Opcode::Text, line));
  const std::string name(word(line));
  Room& room = rooms_[name];
  if (verb == "pub") return publish(room, line);
  room.members.push_back(&client);
  client.rooms.push_back(name);
  answer(client, websocket::encodeFrame(websocket::Opcode::Text, "subscribed " + name));
}

void Floor::publish(Room& room, std::string_view text) {
  if (room.frames.empty()) due_rooms_.push_back(&room);
  websocket::appendHeader(room.frames, websocket::Opcode::Text, text.size());
  room.frames += text;
}

void Floor::answer(Client& client, std::string_view bytes) {
  if (client.unsent.empty()) due_clients_.push_back(client.descriptor);
  client.unsent += bytes;
}

// The end of a turn: one send per member of each room that has something, then own answers.
void Floor::flush() {
  for (Room* room : due_rooms_) {
    for (Client* member : room->members) write(*member, room->frames);
    room->frames.clear();
  }
  due_rooms_.clear();
  for (const int descriptor : due_clients_) {
    const auto found = clients_.find(descriptor);
    if (found == clients_.end()) continue;
    std::string unsent;
    unsent.swap(found->second->unsent);
    write(*found->second, unsent);
  }
  due_clients_.clear();
  for (const int descriptor : gone_) {
    if (const auto found = clients_.find(descriptor); found != clients_.end()) drop(*found->second);
  }
  gone_.clear();
}

void Floor::write(Client& client, std::string_view bytes) {
  if (!client.unsent.empty()) {
    client.unsent += bytes;
    return;
  }
  const auto size = ::send(client.descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size < 0 && errno != EAGAIN) return gone_.push_back(client.descriptor);
  bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  client.unsent = bytes;
  if (client.waits == bytes.empty()) watch(client, !bytes.empty());
}

void Floor::watch(Client& client, bool for_room) {
  client.waits = for_room;
  epoll_event event{.events = for_room ? EPOLLIN | EPOLLOUT : EPOLLIN, .data = {.fd = client.descriptor}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.descriptor, &event);
}

void Floor::drop(Client& client) {
  for (const auto& name : client.rooms) std::erase(rooms_[name].members, &client);
  ::close(client.descriptor);
  clients_.erase(client.descriptor);
}

}  // namespace kith::bench
