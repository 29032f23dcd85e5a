#pragma once

#include <cstdint>

#include "load/client.h"
#include "load/scenario.h"

namespace kith::bench {

/// Looks at the clocks of server, generator and machine at the start of a window and at its end.
class WindowMeter {
 public:
  WindowMeter(pid_t server, const Poller& poller) : server_(server), poller_(poller), start_(look()) {}
  Window finish() const;

 private:
  struct Look {
    std::int64_t at, server_ns, generator_ns, machine_ns, reads, frames;
  };
  Look look() const;
  pid_t server_;
  const Poller& poller_;
  Look start_;
};

}  // namespace kith::bench
