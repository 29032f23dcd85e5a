#include "presence/memory/memory_presence.h"

#include <thread>

#include "base/manual_loop.h"
#include "presence/presence_conformance.h"

namespace kith {

struct MemoryPresenceGhosts {
  static void plant(MemoryPresence& presence, const Scope& scope, const UserId& user) {
    Lock lock(presence.mutex_);
    presence.enter(scope, user);
  }
};

namespace {

struct MemoryBackend {
  Presence& presence() { return memory; }
  void plantGhost(const Scope& scope, const UserId& user) {
    MemoryPresenceGhosts::plant(memory, scope, user);
  }
  void settle() {}
  void passTime(Milliseconds time) { clock.advance(time); }

  ManualClock clock;
  MemoryPresence memory{clock};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PresenceConformance, MemoryBackend);

// Every core asks while the loop of presence commands; TSan looks on.
TEST(MemoryPresenceTest, AnyThreadMayAskWhileAnotherCommands) {
  ManualClock clock;
  MemoryPresence presence(clock);
  const Scope room = Scope::of(RoomId::trusted("a"));
  std::int64_t most = 0;
  std::thread asker([&] {
    for (int i = 0; i < 1000; ++i) {
      presence.count(room, [&](Result<std::int64_t> count) { most = std::max(most, *count); });
    }
  });
  for (int i = 0; i < 1000; ++i) {
    presence.up(UserId::trusted("ann"), {{"e", 1}, {room}});
    presence.down(UserId::trusted("ann"));
  }
  asker.join();

  EXPECT_LE(most, 1);
}

// A listener may ask at once: nothing is told with the mutex held.
TEST(MemoryPresenceTest, ListenerMayAskFromWithinAChange) {
  ManualClock clock;
  MemoryPresence presence(clock);
  std::int64_t seen = -1;
  presence.onChange([&](const PresenceChange& change) {
    presence.count(change.scopes.front(), [&](Result<std::int64_t> count) { seen = *count; });
  });
  presence.up(UserId::trusted("ann"), {{"e", 1}, {Scope::of(RoomId::trusted("a"))}});

  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace kith
