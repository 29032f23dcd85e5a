#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "presence/redis/presence_keys.h"
#include "presence/redis/redis_presence.h"
#include "redis/loop_thread_test_fixture.h"
#include "redis/redis_under_test.h"

namespace kith {

/// Some nodes on one Redis server, with leases of less than a second. Destroying a node is its crash.
class PresenceNodes : public testing::Test {
 protected:
  struct Node {
    std::unique_ptr<RedisPresence> presence;  // of the loop
    Journal heard;                            // "+ann room:a room:b", "-ann room:a"
    RedisPresence* operator->() { return presence.get(); }
  };

  void TearDown() override {
    thread.call([&] { nodes.clear(); });
  }

  static UserId user(const std::string& id) { return UserId::trusted(id); }
  static Scope room(const std::string& id) { return Scope::of(RoomId::trusted(id)); }
  static Memberships at(Offset version, std::vector<Scope> scopes) {
    return {{"e1", version}, std::move(scopes)};
  }

  virtual RedisPresenceOptions options() const {
    RedisPresenceOptions options;
    options.connection.link.reply_timeout = Milliseconds(300);
    options.connection.link.connect_timeout = Milliseconds(300);
    options.lease.beat_every = Milliseconds(100);
    options.lease.lease = Milliseconds(600);
    options.reaper.chance_max = Milliseconds(20);
    options.changes.publish_every = Milliseconds(20);
    return options;
  }

  /// A node that hears what the others publish; it has its lease when this returns.
  Node& node() {
    Node& made = *nodes.emplace_back(std::make_unique<Node>());
    start(made);
    return made;
  }
  void start(Node& node) {
    thread.call([&] {
      node.presence = std::make_unique<RedisPresence>(
          RedisPresence::Parts{thread.loop(), redis.options(), log,
                               [this, &node](const std::vector<PresenceChange>& changes) {
                                 for (const auto& other : nodes) {
                                   if (other.get() != &node && other->presence)
                                     other->presence->heard(changes);
                                 }
                               },
                               options(), deployment});
    });
    node->onChange([&node](PresenceChange change) {
      std::string line = (change.now == PresenceChange::Now::Online ? "+" : "-") + change.user.text();
      std::sort(change.scopes.begin(), change.scopes.end());
      for (const Scope& scope : change.scopes) line += " " + scope.name();
      node.heard.note(line);
    });
    settle(node);
  }
  void crash(Node& node) {
    thread.call([&] { node.presence.reset(); });
  }

  /// Until all that was said to the node is with Redis.
  void settle(Node& node) {
    until([&] { return thread.call([&] { return node->isConnected() && node->isAtRest(); }); });
  }
  /// A minute is "never".
  template <class Is>
  void until(Is is) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!is()) {
      if (std::chrono::steady_clock::now() > end) FAIL() << "never happened";
      turn();
    }
  }
  std::vector<std::string> online(const std::string& key) {
    auto users = redis.list({"SMEMBERS", key});
    std::sort(users.begin(), users.end());
    return users;
  }
  void untilOnline(const std::string& key, const std::vector<std::string>& users) {
    until([&] { return online(key) == users; });
  }
  std::vector<std::string> livingNodes() { return redis.list({"ZRANGE", "kith:nodes", "0", "-1"}); }

  /// The loop has run a timer: whoever polls leaves it time.
  void turn() {
    std::promise<void> passed;
    thread.call([&] { thread.loop().after(Milliseconds(1), [&] { passed.set_value(); }); });
    passed.get_future().wait();
  }

  std::string deployment;  // of the nodes that are started from now on
  RedisUnderTest redis;
  Log log{LogLevel::Off, Log::Format::Text};
  LoopThread thread;
  std::vector<std::unique_ptr<Node>> nodes;
};

}  // namespace kith
