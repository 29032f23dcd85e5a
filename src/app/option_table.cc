#include "app/options.h"

namespace kith {

const std::vector<Option>& optionTable() {
  using enum OptionType;
  constexpr std::int64_t kDayMs = 86'400'000;
  // A table, a row each.
  // clang-format off
  static const std::vector<Option> table{
      {"data.dir", Text, "data", 0, 0, "", "", false, "The folder of the database, the lock and the command socket."},
      {"http_server.address", Text, "127.0.0.1", 0, 0, "", "", false, "The address of the page and the API."},
      {"http_server.port", Number, "8000", 0, 65535, "", "", false, "The port of the page and the API; 0 takes a free one."},
      {"http_server.internal_address", Text, "127.0.0.1", 0, 0, "", "", false, "The address of health and metrics."},
      {"http_server.internal_port", Number, "8001", 0, 65535, "", "", false, "The port of health and metrics; 0 takes a free one."},
      {"http_server.cores", Number, "0", 0, 256, "", "", false, "Event loops; 0 is one for each processor core."},
      {"log.level", Choice, "info", 0, 0, "", "debug|info|warn|error|off", false, "The least level that is logged."},
      {"registration", Choice, "auto", 0, 0, "", "auto|open|off", false,
       "Whether people may make accounts; auto is open while the address is loopback, else off."},
      {"client.token.hmac_secret_key", Text, "", 0, 0, "", "", true,
       "The key of a host application's connection tokens; empty: one is made at first start and kept in the store."},
      {"client.token.previous_hmac_secret_key", Text, "", 0, 0, "", "", true, "The key before, while tokens of it are still about."},
      {"http_api.key", Text, "", 0, 0, "", "", true,
       "The key with which an application's back end calls the API (X-API-Key), of at least 32 characters; empty: none can."},
      {"client.allowed_origins", Text, "", 0, 0, "", "", false,
       "Origins of other sites whose pages may connect and call the API (docs/reference/origins.md), separated by spaces; empty: this host only."},
      {"client.ping_interval", Number, "25000", 1000, kDayMs, "ms", "", false, "Time between pings to a client."},
      {"client.pong_timeout", Number, "8000", 500, kDayMs, "ms", "", false, "How long a pong may take."},
      {"client.stale_close_delay", Number, "10000", 100, kDayMs, "ms", "", false, "How long a connection may stay without a connect."},
      {"client.expired_close_delay", Number, "25000", 0, kDayMs, "ms", "", false, "How long a connection stays after its token has expired, for a refresh."},
      {"client.channel_limit", Number, "128", 1, 10000, "", "", false, "Subscriptions a client may ask for on one connection."},
      {"client.server_channels", Number, "200", 1, 512, "", "", false, "Rooms the server subscribes in mode all; the rest is passive."},
      {"client.message_bytes", Number, "65536", 1024, 262144, "bytes", "", false, "The largest message of a client."},
      {"client.connect_bytes", Number, "131072", 1024, 262144, "bytes", "", false, "The largest connect message."},
      {"client.queue_bytes", Number, "1048576", 65536, 67108864, "bytes", "", false, "What may wait for one client before it is cut off (3008); beside it the kernel holds 128 KiB that are not yet sent."},
      {"client.signal_queue_bytes", Number, "262144", 4096, 67108864, "bytes", "", false, "From here on typing and presence are left out for a slow client."},
      {"limits.message_text", Number, "4000", 1, 16000, "code points", "", false, "The longest message."},
      {"limits.room_name", Number, "64", 1, 256, "code points", "", false, "The longest name of a room."},
      {"limits.topic", Number, "1024", 0, 4096, "code points", "", false, "The longest topic of a room."},
      {"limits.reason", Number, "500", 0, 4096, "code points", "", false, "The longest reason."},
      {"limits.page", Number, "200", 1, 1000, "", "", false, "The largest page."},
      {"limits.description", Number, "2000", 0, 8192, "code points", "", false, "The longest description of a group."},
      {"limits.rooms_per_user", Number, "2000", 2, 100000, "", "", false, "Rooms and groups one person may be in."},
      {"limits.rooms_per_group", Number, "500", 1, 10000, "", "", false, "Rooms a group may have, its main room among them."},
      {"limits.open_requests", Number, "20", 1, 1000, "", "", false, "Requests to be let in that one person may have open."},
      {"limits.body_bytes", Number, "65536", 1024, 1048576, "bytes", "", false, "The largest body of an HTTP request."},
      {"presence.grace", Number, "10000", 0, kDayMs, "ms", "", false, "How long somebody stays online after a dropped connection."},
      {"redis.broker", Text, "", 0, 0, "", "", true,
       "The Redis that joins the servers of one store: redis://user:password@host:port/database; empty: this one is alone."},
      {"redis.presence", Text, "", 0, 0, "", "", true,
       "The Redis of who is online and who types: redis://user:password@host:port/database; empty: this process alone keeps it."},
      {"history.ring_entries", Number, "128", 1, 10000, "", "", false, "Recent entries a room keeps in memory for those who come back."},
      {"history.recovery_entries", Number, "1000", 1, 10000, "", "", false, "Entries that one recovery gives at most."},
      {"store.uri", Text, "", 0, 0, "", "", true,
       "The MongoDB replica set that keeps everything (docs/how-to/mongodb.md), mongodb://… with the database as its path; empty: SQLite in data.dir."},
      {"store.free_space_low", Number, "134217728", 0, INT64_MAX, "bytes", "", false, "Below this much free space of data.dir writes are refused; with MongoDB it says nothing."},
      {"store.synchronous", Choice, "full", 0, 0, "", "full|normal", false,
       "full: acknowledged means synced. normal exists to prove the durability test, and loses messages in a power cut."},
      {"workers.threads", Number, "4", 1, 256, "", "", false, "Threads that read the store."},
      {"workers.queue", Number, "20000", 1, 10000000, "", "", false, "Reads that may wait."},
      {"drain.timeout", Number, "8000", 0, kDayMs, "ms", "", false, "How long clients are asked to leave, spread out, at a stop."},
  };
  // clang-format on
  return table;
}

}  // namespace kith
