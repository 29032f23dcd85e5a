// Typing with a backend that is far away, or out of reach.
#include "service/far_presence.h"
#include "service/signals_test_fixture.h"
#include "service/typing.h"

namespace kith {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using State = TypingIndicator::State;

/// With a backend whose answers take long: what happens meanwhile is not undone by them.
class TypingFarAwayTest : public SignalsTest {
 protected:
  FarPresence far{loop, presence, milliseconds(400)};
  TypingIndicator typing{loop, clock, far, hear(), names()};
};

TEST_F(TypingFarAwayTest, K6MessageSentWhileTheListIsOnItsWayIsNotFollowedByItsAuthorsTyping) {
  typing.broadcastTyping(typing.take(room("a"), caller("ann"), State::On));
  loop.advance(milliseconds(1'200));  // counted, and the list is on its way back
  typing.messageSent(room("a"), user("ann"), typing.turn());
  loop.advance(seconds(10));

  EXPECT_THAT(signals, IsEmpty());
  presence.typing(Scope::of(room("a")),
                  [](Result<std::vector<Typing>> left) { EXPECT_THAT(*left, IsEmpty()); });
}

TEST_F(TypingFarAwayTest, D21LateAnswersDoNotProlongTyping) {
  for (const int one_way : {400, 1'200, 1'500}) {
    far.setOneWay(milliseconds(one_way));
    const MonotonicMs began = clock.monotonic();
    typing.broadcastTyping(typing.take(room("a"), caller("ann"), State::On));
    loop.advance(seconds(30));

    for (const auto& [at, place, json] : std::exchange(signals, {})) {
      if (json.find("ann") == std::string::npos) continue;
      const MonotonicMs ttl = std::stoll(json.substr(json.find("\"ttl_ms\":") + 9));
      EXPECT_LE(at + ttl - began, 6'000) << one_way;
      EXPECT_LT(at - began, 5'000) << one_way;
    }
    EXPECT_EQ(loop.timers(), 0u);
  }
}

/// A backend out of reach.
class LostPresence final : public Presence {
 public:
  void onChange(Changes) override {}
  void up(const UserId&, Memberships) override {}
  void down(const UserId&) override {}
  void online(const Scope&, const std::string&, std::size_t, Answer<OnlinePage> answer) override {
    answer(fault());
  }
  void allOnline(const std::string&, std::size_t, Answer<OnlinePage> answer) override { answer(fault()); }
  void count(const Scope&, Answer<std::int64_t> answer) override { answer(fault()); }
  void isOnline(const UserId&, Answer<bool> answer) override { answer(fault()); }
  void cleanup(const Scope&, Answer<std::int64_t> answer) override { answer(fault()); }
  void setTtl(const Scope&, std::chrono::seconds, Answer<void> answer) override { answer(fault()); }
  void ttl(const Scope&, Answer<std::chrono::seconds> answer) override { answer(fault()); }
  void setTyping(const Scope&, std::vector<Typing>, Answer<std::vector<Typing>> answer) override {
    answer(fault());
  }

 private:
  static Fault fault() { return Fault::unavailable("presence is out of reach"); }
};

TEST(TypingWithoutBackendTest, SaysNothingAndKeepsNothing) {
  ManualClock clock;
  ManualLoop loop(clock);
  LostPresence presence;
  int signals = 0;
  TypingIndicator typing(loop, clock, presence, [&](const Scope&, SharedBytes) { ++signals; }, {});
  typing.broadcastTyping(typing.take(room("a"), caller("ann"), State::On));
  loop.advance(seconds(10));

  EXPECT_EQ(signals, 0);
  EXPECT_EQ(loop.timers(), 0u);
}

}  // namespace
}  // namespace kith
