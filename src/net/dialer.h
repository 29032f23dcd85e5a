#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/expected.h"
#include "base/task.h"
#include "net/connection.h"
#include "net/event_loop.h"
#include "net/local_ref.h"

namespace kith {

struct DialOptions {
  std::string host;  // an address, or a name: looked up each time, off the loop
  std::uint16_t port = 0;
  Milliseconds timeout{1000};  // for the look-up and all addresses of the name together
  ConnectionOptions connection{};
};

/// One attempt to open a TCP connection to another server.
///
/// Lives on its loop, owned by whoever wants the connection; destroying it gives the attempt up. Nothing
/// blocks: names are looked up on a thread of the loop's own. `done` comes once, never from within the
/// constructor, and may destroy the dialer.
class Dialer {
 public:
  using Done = Callback<void(Expected<std::unique_ptr<Connection>, Error>)>;

  Dialer(EventLoop& loop, DialOptions options, Done done);
  ~Dialer();
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

 private:
  class Attempt;
  LocalRef<Attempt> attempt_;  // waits under way hold one too
};

}  // namespace kith
