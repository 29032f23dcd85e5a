#include "load/client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

namespace kith::bench {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr unsigned kContinuation = 0, kText = 1, kClose = 8, kPing = 9, kPong = 10;
constexpr std::array<unsigned char, 4> kMask{0x37, 0xFA, 0x21, 0x3D};  // any will do: nobody is between us

std::uint64_t number(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

}  // namespace

Client::~Client() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Client::open(std::uint16_t port, std::string_view target) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return false;
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = this}};
  ::epoll_ctl(poller_.epoll_, EPOLL_CTL_ADD, descriptor_, &event);
  out_ = "GET " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  flush();
  return true;
}

void Client::sendText(std::string_view text) {
  sendFrame(kText, text);
}

void Client::sendFrame(unsigned opcode, std::string_view payload) {
  out_ += static_cast<char>(0x80 | opcode);
  if (payload.size() <= 125) {
    out_ += static_cast<char>(0x80 | payload.size());
  } else {
    out_ += static_cast<char>(0x80 | 126);
    out_ += static_cast<char>(payload.size() >> 8);
    out_ += static_cast<char>(payload.size());
  }
  out_.append(reinterpret_cast<const char*>(kMask.data()), kMask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out_ += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ kMask[i % 4]);
  }
  if (!due_) poller_.due_.push_back(this);
  due_ = true;
}

void Client::flush() {
  due_ = false;
  while (!out_.empty() && state_ != State::Ended) {
    const auto size = ::send(descriptor_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (size < 0 && errno != EINTR) return end();
    if (size > 0) out_.erase(0, static_cast<std::size_t>(size));
  }
  out_.clear();
}

void Client::end() {
  if (state_ == State::Ended) return;
  state_ = State::Ended;
  ::epoll_ctl(poller_.epoll_, EPOLL_CTL_DEL, descriptor_, nullptr);
  if (poller_.handler_ != nullptr) poller_.handler_->ended(*this);
}

void Client::readable() {
  const auto size = ::recv(descriptor_, poller_.buffer_.data(), poller_.buffer_.size(), MSG_DONTWAIT);
  if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return end();
  if (size < 0) return;
  ++poller_.reads;
  const std::string_view bytes(poller_.buffer_.data(), static_cast<std::size_t>(size));
  if (rest_.empty()) return take(bytes);
  std::string whole;
  whole.swap(rest_);
  whole += bytes;
  take(whole);
}

void Client::take(std::string_view bytes) {
  if (state_ == State::Opening) {
    const auto end_of_head = bytes.find("\r\n\r\n");
    if (end_of_head == bytes.npos) {
      rest_ = bytes;
      return;
    }
    if (!bytes.starts_with("HTTP/1.1 101")) return end();
    state_ = State::Open;
    bytes.remove_prefix(end_of_head + 4);
    poller_.handler_->opened(*this);
  }
  while (state_ == State::Open) {
    const auto used = takeFrame(bytes);
    if (used == 0) break;
    bytes.remove_prefix(used);
  }
  rest_ = bytes;
}

/// The bytes of one whole frame, 0 if it is not whole.
std::size_t Client::takeFrame(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  const auto first = static_cast<unsigned char>(bytes[0]);
  std::size_t header = 2;
  std::uint64_t size = static_cast<unsigned char>(bytes[1]);
  if (size == 126) header = 4;
  if (size == 127) header = 10;
  if (bytes.size() < header) return 0;
  if (header > 2) size = number(bytes.substr(2, header - 2));
  if (bytes.size() - header < size) return 0;
  takeMessage(first & 0x0FU, (first & 0x80U) != 0, bytes.substr(header, size));
  return header + size;
}

void Client::takeMessage(unsigned opcode, bool final, std::string_view payload) {
  if (opcode == kPing) return sendFrame(kPong, payload);
  if (opcode == kClose) return end();
  if (opcode != kText && opcode != kContinuation) return;
  if (final && opcode == kText) {
    ++poller_.frames;
    return poller_.handler_->heard(*this, payload);
  }
  fragment_ += payload;
  if (!final) return;
  std::string text;
  text.swap(fragment_);
  ++poller_.frames;
  poller_.handler_->heard(*this, text);
}

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(kBufferBytes) {}

Poller::~Poller() {
  ::close(epoll_);
}

void Poller::turn(int wait_ms) {
  std::array<epoll_event, 512> events{};
  const int count =
      ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), due_.empty() ? wait_ms : 0);
  for (int i = 0; i < count; ++i)
    static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr)->readable();
  std::vector<Client*> due;
  due.swap(due_);
  for (Client* client : due) client->flush();
}

std::int64_t Poller::now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace kith::bench
