// Nodes, users and accidents at random against a plain model: in the end Redis holds what is true and nothing
// else.
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "presence/redis/nodes_test_fixture.h"

namespace kith {
namespace {

constexpr int kNodes = 3;
constexpr int kUsers = 40;
constexpr int kRooms = 8;
// At the end of each of these all must agree. KITH_CHAOS=long takes its time.
constexpr int kStepsTogether = 300;

class PresenceRandom : public PresenceNodes, public testing::WithParamInterface<unsigned /*seed*/> {
 protected:
  RedisPresenceOptions options() const override {
    RedisPresenceOptions options = PresenceNodes::options();
    options.lease.beat_every = Milliseconds(3'600'000);  // the test beats
    options.lease.lease = Milliseconds(3'600'000);
    options.reaper.chance_max = Milliseconds(0);
    options.reaper.slice = 3;
    options.held.slice = 5;
    return options;
  }
  int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  static std::string name(int user) { return "u" + std::to_string(user); }
  Memberships memberships(int user) {
    Memberships out = at(versions_[user], {});
    for (const int place : places_[user]) out.scopes.push_back(room("r" + std::to_string(place)));
    return out;
  }

  void step() {
    const int user = below(kUsers);
    const int at_node = below(kNodes);
    Node& there = *nodes[static_cast<std::size_t>(at_node)];
    auto& held = held_[at_node];
    const int what = below(1000);
    if (what < 350) {
      there->up(this->user(name(user)), memberships(user));
      held.insert(user);
    } else if (what < 650) {
      there->down(this->user(name(user)));
      held.erase(user);
    } else if (what < 900) {
      changeMemberships(user);
    } else if (what < 960) {  // a repeat, and one that is late
      Memberships old = memberships(user);
      if (held.contains(user)) there->up(this->user(name(user)), old);
      if (old.version.offset > 0) --old.version.offset;
      old.scopes.clear();
      if (held.contains(user)) there->up(this->user(name(user)), old);
    } else if (what < 970) {
      crashed(at_node);
    } else if (what < 980) {
      pausedAndHalfReaped(there);
    } else if (what < 985) {
      redis.ask({"FLUSHALL"});
    } else if (what < 992) {
      redis.ask({"CLIENT", "KILL", "TYPE", "normal"});
    } else {
      thread.call([&] { there->beat(); });
    }
  }
  /// Told to each node that holds him.
  void changeMemberships(int user) {
    const int place = below(kRooms);
    if (places_[user].erase(place) == 0) places_[user].insert(place);
    ++versions_[user];
    for (int i = 0; i < kNodes; ++i) {
      if (held_[i].contains(user))
        (*nodes[static_cast<std::size_t>(i)])->up(this->user(name(user)), memberships(user));
    }
  }
  void crashed(int at_node) {
    Node& there = *nodes[static_cast<std::size_t>(at_node)];
    const std::string dead = thread.call([&] { return there->node(); });
    crash(there);
    redis.ask({"ZADD", "kith:nodes", "XX", "0", dead});
    held_[at_node].clear();
    start(there);
  }
  void pausedAndHalfReaped(Node& there) {
    const std::string paused = thread.call([&] { return there->node(); });
    const std::string key = "kith:n:" + paused;
    redis.ask({"ZADD", "kith:nodes", "XX", "0", paused});
    redis.ask({"EVAL", PresenceScripts().reap.text, "3", "kith:nodes", "users:online", key, paused, "4"});
  }

  /// What Redis holds, as the model has it.
  std::map<std::string, std::set<std::string>> expected() {
    std::map<std::string, std::set<std::string>> out;
    for (int i = 0; i < kNodes; ++i) {
      const std::string key =
          "kith:n:" + thread.call([&] { return (*nodes[static_cast<std::size_t>(i)])->node(); });
      out["kith:nodes"].insert(key.substr(7));
      for (const int user : held_[i]) {
        out[key].insert(name(user));
        out["users:online"].insert(name(user));
        for (const int place : places_[user])
          out["room:r" + std::to_string(place) + ":online"].insert(name(user));
      }
    }
    for (const auto& user : out["users:online"]) {
      int count = 0;
      for (int i = 0; i < kNodes; ++i) count += held_[i].contains(std::stoi(user.substr(1))) ? 1 : 0;
      out["kith:u:" + user].insert(std::to_string(count));
    }
    if (out["users:online"].empty()) out.erase("users:online");
    return out;
  }
  std::map<std::string, std::set<std::string>> actual() {
    std::map<std::string, std::set<std::string>> out;
    for (const std::string& key : redis.list({"KEYS", "*"})) {
      if (key == "kith:nodes") {
        for (const auto& node : livingNodes()) out[key].insert(node);
      } else if (key.starts_with("kith:u:")) {
        out[key].insert(redis.ask({"HGET", key, "c"}).text);
      } else {
        for (const auto& user : redis.list({"SMEMBERS", key})) out[key].insert(user);
      }
    }
    return out;
  }
  void beatAll() {
    for (const auto& each : nodes) {
      until([&] { return thread.call([&] { return each->presence->isConnected(); }); });
      thread.call([&] { each->presence->beat(); });
    }
    for (const auto& each : nodes) {
      until([&] { return thread.call([&] { return each->presence->isAtRest(); }); });
    }
  }

  std::mt19937 random_{GetParam()};
  std::map<int, std::set<int>> held_;    // node to users
  std::map<int, std::set<int>> places_;  // user to rooms
  std::map<int, Offset> versions_;
};

TEST_P(PresenceRandom, RedisHoldsWhatIsTrueInTheEnd) {
  const char* how = std::getenv("KITH_CHAOS");
  const int steps = how != nullptr && std::string(how) == "long" ? 12'000 : 900;
  for (int i = 0; i < kNodes; ++i) node();
  for (int i = 1; i <= steps; ++i) {
    step();
    if (i % kStepsTogether != 0) continue;
    beatAll();  // finds what is amiss, and who is dead
    beatAll();  // after what the first one mended
    until([&] { return static_cast<int>(livingNodes().size()) == kNodes; });
    for (const auto& each : nodes) settle(*each);
    ASSERT_EQ(actual(), expected()) << "after step " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PresenceRandom, testing::Values(1U, 2U, 3U));

}  // namespace
}  // namespace kith
