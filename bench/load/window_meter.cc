#include "load/window_meter.h"

#include <unistd.h>

#include <algorithm>

namespace kith::bench {

WindowMeter::Look WindowMeter::look() const {
  return {Poller::now(),   usageOf(server_).cpu_ns, usageOf(::getpid()).cpu_ns,
          machineBusyNs(), poller_.reads,           poller_.frames};
}

Window WindowMeter::finish() const {
  const Look end = look();
  const auto wall = static_cast<double>(end.at - start_.at);
  const auto server = static_cast<double>(end.server_ns - start_.server_ns);
  const auto generator = static_cast<double>(end.generator_ns - start_.generator_ns);
  const auto machine = static_cast<double>(end.machine_ns - start_.machine_ns);
  const auto reads = std::max<std::int64_t>(end.reads - start_.reads, 1);
  Window out;
  out.seconds = wall / 1e9;
  out.server_cpu_us = server / 1000;
  out.generator_cores = generator / wall;
  out.other_cores = std::max(0.0, (machine - server - generator) / wall);
  out.frames_per_read = static_cast<double>(end.frames - start_.frames) / static_cast<double>(reads);
  return out;
}

}  // namespace kith::bench
