#include "net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "net/event_loop_core.h"

namespace kith {
namespace {

constexpr int kAcceptsPerTurn = 64;

/// Closes a descriptor that nobody took over.
class OwnedDescriptor {
 public:
  explicit OwnedDescriptor(int descriptor) : descriptor_(descriptor) {}
  OwnedDescriptor(const OwnedDescriptor&) = delete;
  OwnedDescriptor& operator=(const OwnedDescriptor&) = delete;
  ~OwnedDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

Error systemError(const std::string& what) {
  return Error{what + ": " + std::strerror(errno)};
}

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

Expected<Address, Error> parseAddress(const std::string& host, std::uint16_t port) {
  Address address;
  const std::string text = host == "localhost" ? "127.0.0.1" : host;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof *v6;
  } else {
    return Error{"cannot listen on \"" + host + "\": not an IPv4 or IPv6 address"};
  }
  return address;
}

PeerAddress peerOf(const sockaddr_storage& from) {
  PeerAddress peer;
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    peer.kind = PeerAddress::Kind::V4;
    std::memcpy(peer.address.data(), &v4.sin_addr, 4);
    peer.port = ntohs(v4.sin_port);
  } else if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    peer.port = ntohs(v6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      peer.kind = PeerAddress::Kind::V4;
      std::memcpy(peer.address.data(), v6.sin6_addr.s6_addr + 12, 4);
    } else {
      peer.kind = PeerAddress::Kind::V6;
      std::memcpy(peer.address.data(), &v6.sin6_addr, 16);
    }
  }
  return peer;
}

/// SO_REUSEPORT lets a second server of the same user share the port unseen: look first.
Expected<void, Error> requireFreePort(const Address& address, const std::string& name) {
  const OwnedDescriptor probe(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (probe.get() < 0) return systemError("cannot open a socket");
  const int on = 1;
  ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(probe.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
    return systemError("cannot listen on " + name);
  }
  return {};
}

Expected<int, Error> bindTcp(const ListenOptions& options) {
  const Address address = TRY(parseAddress(options.host, options.port));
  const std::string name = options.host + " port " + std::to_string(options.port);
  if (options.use == PortUse::First && options.port != 0) TRY(requireFreePort(address, name));
  OwnedDescriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return systemError("cannot open a socket");
  const int on = 1;
  const int off = 0;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    return systemError("cannot share a port between cores");
  }
  if (address.storage.ss_family == AF_INET6)
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 ||
      ::listen(socket.get(), options.backlog) != 0) {
    return systemError("cannot listen on " + name);
  }
  return socket.release();
}

/// True if nobody answers at `path` any more.
bool isStaleSocket(const sockaddr_un& address) {
  struct stat info {};
  if (::lstat(address.sun_path, &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const OwnedDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
         errno == ECONNREFUSED;
}

Expected<int, Error> bindLocal(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return Error{"not a usable socket path: " + path};
  std::memcpy(address.sun_path, path.c_str(), path.size());
  if (isStaleSocket(address)) ::unlink(path.c_str());
  OwnedDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return systemError("cannot open a socket");
  // Before bind(): the file is never there with a wider mode, and the umask stays as it is.
  if (::fchmod(socket.get(), 0600) != 0) return systemError("cannot protect " + path);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), 64) != 0) {
    return systemError("cannot listen on " + path);
  }
  return socket.release();
}

}  // namespace

/// The inside of a Listener; a wait under way holds a reference to it.
class Listener::Socket final : public LocalCounted {
 public:
  Socket(EventLoop& loop, Accepted accepted, const ConnectionOptions& options, Milliseconds pause)
      : loop_(loop),
        descriptor_(loop.core().io.get_executor()),
        accepted_(std::move(accepted)),
        options_(options),
        pause_(pause),
        reserve_(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {}
  ~Socket() override {
    if (reserve_ >= 0) ::close(reserve_);
  }

  boost::system::error_code start(int descriptor) {
    boost::system::error_code error;
    descriptor_.assign(descriptor, error);
    if (error) {
      ::close(descriptor);
    } else {
      arm();
    }
    return error;
  }
  void stop() {
    if (closed_) return;
    stopping_ = true;
    loop_.cancel(std::exchange(pause_timer_, 0));
    acceptWaiting();
  }
  void close() {
    if (closed_) return;
    closed_ = true;
    loop_.cancel(std::exchange(pause_timer_, 0));
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  std::uint16_t port() {
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (::getsockname(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&own), &size) != 0) return 0;
    if (own.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(own).sin_port);
    if (own.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(own).sin6_port);
    return 0;
  }

  std::string path_;  // of a local socket

 private:
  void arm() {
    descriptor_.async_wait(Descriptor::wait_read,
                           [self = LocalRef<Socket>(this)](const boost::system::error_code& e) {
                             if (!e) self->acceptWaiting();
                           });
  }
  void acceptWaiting();
  void take(int descriptor, const sockaddr_storage& from);
  bool refuseOne();

  EventLoop& loop_;
  Descriptor descriptor_;
  Accepted accepted_;
  ConnectionOptions options_;
  Milliseconds pause_;
  int reserve_;  // given up for a moment to refuse somebody when there is no other descriptor
  Loop::TimerId pause_timer_ = 0;
  bool stopping_ = false;
  bool closed_ = false;
};

void Listener::Socket::acceptWaiting() {
  const LocalRef<Socket> self(this);
  bool out_of_descriptors = false;
  for (int i = 0; (i < kAcceptsPerTurn || stopping_) && !closed_; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int fd = ::accept4(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      take(fd, from);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO || errno == EPERM) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    out_of_descriptors = true;
    if (!refuseOne()) break;
  }
  if (closed_) return;
  if (stopping_) return close();
  if (!out_of_descriptors) return arm();
  pause_timer_ = loop_.after(pause_, [self] {
    self->pause_timer_ = 0;
    self->arm();
  });
}

void Listener::Socket::take(int fd, const sockaddr_storage& from) {
  PeerAddress peer = peerOf(from);
  if (from.ss_family == AF_UNIX) {
    ucred who{};
    socklen_t size = sizeof who;
    const bool known = ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0;
    if (!known || (who.uid != ::geteuid() && who.uid != 0)) {
      ::close(fd);
      return;
    }
    peer.kind = PeerAddress::Kind::Local;
    peer.user = who.uid;
  }
  auto connection = Connection::adopt(loop_, fd, peer, options_);
  if (!connection) {
    ++loop_.core().stats.refused;
    return;
  }
  ++loop_.core().stats.accepted;
  accepted_(std::move(*connection));
}

/// Takes the next one that waits with the reserve descriptor, only to close it: he learns at once,
/// instead of hanging in the queue. False if not even that is possible, or nobody waits.
bool Listener::Socket::refuseOne() {
  if (reserve_ < 0) reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (reserve_ < 0) return false;
  ::close(std::exchange(reserve_, -1));
  const int fd = ::accept4(descriptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) ::close(fd);
  reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ++loop_.core().stats.refused;
  return true;
}

Listener::Listener(LocalRef<Socket> socket) : socket_(std::move(socket)) {}
Listener::~Listener() {
  socket_->close();
}

Expected<std::unique_ptr<Listener>, Error> Listener::open(EventLoop& loop, const ListenOptions& options,
                                                          Accepted accepted) {
  ASSERT(loop.isHere());
  const int descriptor = TRY(bindTcp(options));
  LocalRef<Socket> socket(
      new Socket(loop, std::move(accepted), options.connection, options.pause_without_descriptors));
  if (const auto error = socket->start(descriptor)) return Error{"cannot watch a socket: " + error.message()};
  return std::unique_ptr<Listener>(new Listener(std::move(socket)));
}

Expected<std::unique_ptr<Listener>, Error> Listener::openLocal(EventLoop& loop,
                                                               const LocalListenOptions& options,
                                                               Accepted accepted) {
  ASSERT(loop.isHere());
  const int descriptor = TRY(bindLocal(options.path));
  LocalRef<Socket> socket(new Socket(loop, std::move(accepted), options.connection, Milliseconds{100}));
  if (const auto error = socket->start(descriptor)) return Error{"cannot watch a socket: " + error.message()};
  socket->path_ = options.path;
  return std::unique_ptr<Listener>(new Listener(std::move(socket)));
}

std::uint16_t Listener::port() const {
  return socket_->port();
}
void Listener::stop() {
  socket_->stop();
}

}  // namespace kith
