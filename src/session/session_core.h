#pragma once

#include <cstddef>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/metrics.h"
#include "base/random.h"
#include "eventlog/event_log.h"
#include "hub/hub.h"
#include "protocol/json_codec.h"
#include "protocol/wire_format.h"
#include "service/operations.h"

namespace kith {

class AccountService;
class TypingIndicator;

/// Limits and times of client connections; each an option of the server.
struct SessionOptions {
  std::string server_version;
  std::string node_id;
  Milliseconds stale_after{10'000};  // no connect by then: 3502
  Milliseconds ping_interval{25'000};
  Milliseconds pong_timeout{8'000};
  Milliseconds expired_after{25'000};     // an expired token not refreshed: 3005
  std::size_t client_channels_max = 128;  // client-side subscriptions
  std::size_t server_channels_max = 200;  // server-side ones; rooms beyond are passive
  std::size_t channel_bytes_max = 255;
  std::size_t commands_running_max = 32;
  std::size_t commands_waiting_max = 8192;    // of what was read before reading paused
  std::size_t queue_bytes_max = 1024 * 1024;  // beyond, the transport cuts the client off
  std::size_t connect_recovery_bytes_max = 400 * 1024;
  std::size_t connect_held_bytes_max = 512 * 1024;  // live entries that wait for the connect reply
  std::size_t history_entries_max = 300;
  std::size_t presence_users_max = 1000;
  std::size_t frame_bytes_max = 64 * 1024;  // told to clients
};

/// What the sessions of one core share. On its loop; outlives them.
struct SessionCore {
  std::size_t index;
  Loop& loop;
  Hub& hub;
  EventLog& log;
  Services& services;
  AccountService& accounts;
  TypingIndicator& typing;
  const protocol::WireFormat& format;
  const Clock& clock;
  Log& log_lines;
  Metrics& metrics;
  const SessionOptions& options;
  protocol::JsonCommandReader reader{};
  Random random{};
  Counter& connections = metrics.gauge("kith_connections", "Open client connections");
  Counter& commands = metrics.counter("kith_commands_total", "Commands of clients");
};

}  // namespace kith
