#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/manual_loop.h"
#include "eventlog/publication.h"
#include "presence/memory/memory_presence.h"
#include "service/caller.h"

namespace kith {

inline UserId user(const std::string& id) {
  return UserId::trusted(id);
}
inline RoomId room(const std::string& id) {
  return RoomId::trusted(id);
}
inline ConnectionId connection(const std::string& id) {
  return ConnectionId::trusted(id);
}
inline Caller caller(const std::string& id, const std::string& by = "") {
  return {user(id), "Name of " + id, SiteRole::Member, SessionId{}, connection(by)};
}

/// What makes signals, under one driven clock: presence in memory, and all that was said.
class SignalsTest : public testing::Test {
 protected:
  struct Signal {
    MonotonicMs at;
    std::string place;
    std::string json;
  };
  /// Through which a service says its signals.
  auto hear() {
    return [this](const Scope& place, SharedBytes data) {
      signals.push_back({clock.monotonic(), place.name(), *data});
    };
  }
  /// "room:a {…}", in order.
  std::vector<std::string> said() const {
    std::vector<std::string> out;
    for (const auto& signal : signals) out.push_back(signal.place + " " + signal.json);
    return out;
  }

  ManualClock clock;
  ManualLoop loop{clock};
  MemoryPresence presence{clock};
  std::vector<Signal> signals;
};

}  // namespace kith
