#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "load/checker.h"
#include "load/meter.h"

namespace kith::bench {

struct Options {
  std::string scenario;
  std::string dialect = "raw";
  std::string secret;  // of the server's tokens
  std::uint16_t port = 0;
  pid_t process = 0;  // the server
  std::uint32_t rooms = 1;
  std::uint32_t members = 1000;  // of each room
  std::uint32_t window = 1;      // messages of a room in flight, or
  double rate = 0;               // messages a second over all rooms, whoever keeps up
  double seconds = 5;
  double warm_up = 1;
  std::uint32_t bytes = 128;  // of a text
};

/// What the server and the generator used and did between two moments.
struct Window {
  double seconds = 0;
  double server_cpu_us = 0;
  double generator_cores = 0;
  double other_cores = 0;
  double frames_per_read = 0;
};

/// `count` is deliveries in `fanout`, answered sends in `sends`, connections in `idle`, members in `group`,
/// connects in `reconnect`.
struct Result {
  std::int64_t count = 0;
  Window window;
  Histogram latency;
  Faults faults;
  Usage usage;                  // of the server, at the end
  double bytes_per_client = 0;  // `idle`: growth of the server's own memory
  std::string more{};           // `group`, `reconnect`: further figures, as JSON members
};

/// Rooms of subscribers; the first member of each publishes.
Result runFanout(const Options& options);
/// `members` senders to one room, each waiting for its answer before the next; one subscriber looks on.
Result runSends(const Options& options);
/// `rooms` x `members` subscribed connections in which nothing happens.
Result runIdle(const Options& options);
/// A group of `members` with `rooms` further rooms: asking and being let in, joining, lists and pages of
/// members.
Result runGroup(const Options& options);
/// `members` of one group (of one room, of the bare server), half of whom drop and come back at once,
/// again and again.
Result runReconnect(const Options& options);

}  // namespace kith::bench
