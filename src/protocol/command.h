#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "model/scope.h"

namespace kith::protocol {

/// Commands of the Centrifuge client protocol v2, free of their encoding. Fields keep the names of
/// its client.proto. Payloads (`data`) are JSON text, or empty where none came.

struct SubscriptionPosition {
  bool recover = false;
  std::string epoch;
  Offset offset = 0;
};

struct Connect {
  std::string token;
  std::string data;
  std::string name;
  std::string version;
  std::map<std::string, SubscriptionPosition> subs;
};
struct Subscribe {
  std::string channel;
  std::string token;
  bool recover = false;
  std::string epoch;
  Offset offset = 0;
  bool join_leave = false;
  bool has_tag_filter = false;
  std::int64_t type = 0;
  std::int64_t flag = 0;  // bit 2: error 112 instead of "not recovered"
};
struct Unsubscribe {
  std::string channel;
};
struct Publish {
  std::string channel;
  std::string data;
  std::int64_t type = 0;
};
struct Presence {
  std::string channel;
};
struct PresenceStats {
  std::string channel;
};
struct History {
  std::string channel;
  std::int64_t limit = 0;
  bool reverse = false;
  bool has_since = false;
  Position since;
};
struct Rpc {
  std::string method;
  std::string data;
};
struct Send {};
struct Refresh {
  std::string token;
};
struct SubRefresh {
  std::string channel;
  std::string token;
  std::int64_t type = 0;
};
struct Pong {};

struct Command {
  std::uint32_t id = 0;
  std::variant<Pong, Connect, Subscribe, Unsubscribe, Publish, Presence, PresenceStats, History, Rpc, Send,
               Refresh, SubRefresh>
      request;
};

constexpr std::int64_t kFlagRejectUnrecovered = 2;

}  // namespace kith::protocol
