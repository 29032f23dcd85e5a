#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/expected.h"
#include "base/task.h"
#include "net/connection.h"
#include "net/event_loop.h"

namespace kith {

/// Whether a listener takes a port for itself or shares one that a listener of this process has.
enum class PortUse { First, Joins };

struct ListenOptions {
  std::string host = "127.0.0.1";  // an address, or "localhost"; never a name that must be looked up
  std::uint16_t port = 0;          // 0: the kernel picks one; port() says which
  PortUse use = PortUse::First;
  int backlog = 1024;
  Milliseconds pause_without_descriptors{100};
  ConnectionOptions connection{};
};

struct LocalListenOptions {
  std::string path;
  ConnectionOptions connection{};
};

/// Accepts connections for one loop. One per core: with SO_REUSEPORT the kernel shares them out.
///
/// Lives on its loop, owned by whoever opened it. Without descriptors it refuses what waits, then
/// pauses: it never spins.
class Listener {
 public:
  using Accepted = Callback<void(std::unique_ptr<Connection>)>;

  static Expected<std::unique_ptr<Listener>, Error> open(EventLoop& loop, const ListenOptions& options,
                                                         Accepted accepted);
  /// A Unix-domain socket (mode 0600) for this user and root only; others are closed at once. A
  /// socket file that nobody listens to is replaced.
  static Expected<std::unique_ptr<Listener>, Error> openLocal(EventLoop& loop,
                                                              const LocalListenOptions& options,
                                                              Accepted accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;
  /// Accepts what waits, then closes: closing one of several listeners resets its queue otherwise.
  void stop();

 private:
  class Socket;
  explicit Listener(LocalRef<Socket> socket);
  LocalRef<Socket> socket_;
};

}  // namespace kith
