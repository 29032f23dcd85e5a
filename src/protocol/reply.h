#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "model/fault.h"
#include "model/scope.h"

namespace kith::protocol {

/// Results and pushes, free of their encoding. What is zero, false or empty is left out on the wire.

struct OutPublication {
  Offset offset = 0;
  SharedBytes data;
};

struct SubscribeResult {
  bool recoverable = true;
  bool positioned = true;
  std::string epoch;
  Offset offset = 0;
  bool recovered = false;
  bool was_recovering = false;
  std::vector<OutPublication> publications;
};

struct ConnectResult {
  std::string client;
  std::string version;
  bool expires = false;
  std::uint32_t ttl_s = 0;
  std::uint32_t ping_s = 0;
  bool pong = false;
  std::int64_t time_ms = 0;
  std::string data;
  std::vector<std::pair<std::string, SubscribeResult>> subs;
};

struct RefreshResult {
  std::string client;
  std::string version;
  bool expires = false;
  std::uint32_t ttl_s = 0;
};

struct PresenceUser {
  std::string user;
  std::string name;
};

struct HistoryResult {
  std::vector<OutPublication> publications;
  std::string epoch;
  Offset offset = 0;
};

/// One wire format of replies and pushes. Stateless; any thread.
///
/// Each function gives one protocol message without the framing of its transport.
class Codec {
 public:
  virtual ~Codec() = default;

  virtual std::string error(std::uint32_t id, const Fault& fault) const = 0;
  virtual std::string connect(std::uint32_t id, const ConnectResult& result) const = 0;
  virtual std::string subscribe(std::uint32_t id, const SubscribeResult& result) const = 0;
  /// The empty result of a method: `{"id":4,"unsubscribe":{}}`.
  virtual std::string done(std::uint32_t id, std::string_view method) const = 0;
  virtual std::string presence(std::uint32_t id, const std::vector<PresenceUser>& users) const = 0;
  virtual std::string presenceStats(std::uint32_t id, std::uint64_t users) const = 0;
  virtual std::string history(std::uint32_t id, const HistoryResult& result) const = 0;
  virtual std::string rpc(std::uint32_t id, std::string_view data) const = 0;
  virtual std::string refresh(std::uint32_t id, const RefreshResult& result) const = 0;

  virtual std::string ping() const = 0;
  /// `offset` 0: a signal, which has none.
  virtual std::string pushPublication(const std::string& channel, std::string_view data,
                                      Offset offset) const = 0;
  virtual std::string pushJoin(const std::string& channel, const PresenceUser& user) const = 0;
  virtual std::string pushLeave(const std::string& channel, const PresenceUser& user) const = 0;
  virtual std::string pushSubscribe(const std::string& channel, const SubscribeResult& result) const = 0;
  virtual std::string pushUnsubscribe(const std::string& channel, std::uint16_t code,
                                      std::string_view reason) const = 0;
};

}  // namespace kith::protocol
