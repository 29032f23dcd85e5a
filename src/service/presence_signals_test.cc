#include "service/presence_signals.h"

#include <functional>
#include <memory>
#include <utility>

#include "service/behind_presence.h"
#include "service/signals_test_fixture.h"

namespace kith {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A backend whose counts wait until they are let go.
class HeldCounts final : public BehindPresence {
 public:
  using BehindPresence::BehindPresence;
  void count(const Scope& scope, Answer<std::int64_t> answer) override {
    behind_.count(scope,
                  [this, answer = std::make_shared<Answer<std::int64_t>>(std::move(answer))](auto count) {
                    held.push_back([answer, count](bool fail) {
                      if (fail) return (*answer)(Fault::unavailable("presence is out of reach"));
                      (*answer)(count);
                    });
                  });
  }

  std::vector<std::function<void(bool fail)>> held;
};

class PresenceSignalsTest : public SignalsTest {
 protected:
  void up(const std::string& id) {
    presence.up(user(id), {{"e", 1}, {place}});
    gathered.changed(place, user(id), PresenceChange::Now::Online);
  }
  void down(const std::string& id) {
    presence.down(user(id));
    gathered.changed(place, user(id), PresenceChange::Now::Offline);
  }
  void answer(bool fail) {
    for (auto& count : std::exchange(counts.held, {})) count(fail);
    loop.run();
  }

  const Scope place = Scope::of(room("a"));
  HeldCounts counts{presence};
  PresenceSignals gathered{
      loop, clock, counts, hear(), [](const Scope&, const PresenceSignals::Names&) {}, {.names_max = 10}};
};

TEST_F(PresenceSignalsTest, ChangeThatTheCountDoesNotKnowIsLeftToTheNextSignal) {
  up("ann");
  loop.advance(seconds(1));
  up("bob");
  answer(false);
  EXPECT_THAT(said(), ElementsAre(HasSubstr(R"("online":["ann"],"offline":[],"count":1)")));

  loop.advance(seconds(1));
  answer(false);
  EXPECT_THAT(said().back(), HasSubstr(R"("online":["bob"],"offline":[],"count":2)"));
}

TEST_F(PresenceSignalsTest, SignalThatFailsIsMadeAgainFromWhatIsTrueThen) {
  up("ann");
  loop.advance(seconds(1));
  answer(true);
  EXPECT_THAT(said(), IsEmpty());
  up("bob");
  loop.advance(seconds(1));
  answer(false);

  EXPECT_THAT(said(), ElementsAre(HasSubstr(R"("online":["ann","bob"],"offline":[],"count":2)")));
}

TEST_F(PresenceSignalsTest, CrowdStaysOneUntilAFifthHasGone) {
  const auto next = [&] {
    loop.advance(seconds(5));
    answer(false);
    auto out = said();
    signals.clear();
    return out;
  };
  const auto id = [](int number) { return "u" + std::to_string(number); };
  for (int i = 0; i <= 10; ++i) up(id(i));
  EXPECT_THAT(next(), ElementsAre(Not(HasSubstr("online"))));
  for (int i = 10; i > 8; --i) down(id(i));
  EXPECT_THAT(next(), ElementsAre(AllOf(HasSubstr(R"("count":9)"), Not(HasSubstr("offline")))));
  down(id(8));
  next();  // the last one without names: these had been lost
  down(id(7));
  EXPECT_THAT(next(), ElementsAre(HasSubstr(R"("offline":["u7"],"count":7)")));
}

TEST_F(PresenceSignalsTest, WhoGoesToAndFroIsNamedOnceHeHoldsStill) {
  up("ann");
  loop.advance(milliseconds(400));
  down("ann");
  loop.advance(milliseconds(400));
  up("ann");
  loop.advance(milliseconds(200));
  answer(false);
  EXPECT_THAT(said(), IsEmpty());

  loop.advance(seconds(1));
  answer(false);
  EXPECT_THAT(said(), ElementsAre(HasSubstr(R"("online":["ann"],"offline":[],"count":1)")));
}

}  // namespace
}  // namespace kith
