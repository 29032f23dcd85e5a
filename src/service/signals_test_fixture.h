#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/manual_loop.h"
#include "eventlog/publication.h"
#include "presence/memory/memory_presence.h"
#include "service/caller.h"
#include "service/typing.h"

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
  /// Through which it learns what users of other nodes are called; each question is counted.
  ReadNames names() {
    return [this](const std::vector<UserId>& ids, Callback<void(Result<UserNames>)> done) {
      ++name_reads;
      UserNames found;
      for (const auto& id : ids) {
        if (called.contains(id)) found.emplace(id, called.at(id));
      }
      auto answer = std::make_shared<Result<UserNames>>(std::move(found));
      loop.post([done = std::move(done), answer]() mutable { done(std::move(*answer)); });
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
  UserNames called;
  int name_reads = 0;
};

}  // namespace kith
