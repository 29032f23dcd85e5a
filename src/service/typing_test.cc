#include "service/typing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/manual_loop.h"
#include "presence/memory/memory_presence.h"
#include "service/far_presence.h"

namespace kith {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using State = TypingIndicator::State;

UserId user(const std::string& id) {
  return UserId::trusted(id);
}
RoomId room(const std::string& id) {
  return RoomId::trusted(id);
}

class TypingTest : public testing::Test {
 protected:
  void type(const std::string& id, State state = State::On, const std::string& where = "a") {
    typing.broadcastTyping(room(where), user(id), "Name of " + id, state);
    loop.run();
  }
  /// So many are online in room a.
  void crowd(int users) {
    for (int i = 0; i < users; ++i)
      presence.up(user("crowd" + std::to_string(i)), {{"e", 1}, {Scope::of(room("a"))}});
  }
  std::vector<UserId> kept(const std::string& where = "a") {
    std::vector<UserId> out;
    presence.typing(Scope::of(room(where)), [&](Result<std::vector<Typing>> typing) {
      for (const auto& one : *typing) out.push_back(one.user);
    });
    return out;
  }
  /// Is the user still shown to a reader who keeps to ttl_ms and nothing else?
  bool shownTo(const std::string& id) const {
    for (auto signal = signals.rbegin(); signal != signals.rend(); ++signal) {
      const MonotonicMs ttl = std::stoll(signal->json.substr(signal->json.find("\"ttl_ms\":") + 9));
      return signal->at + ttl > clock.monotonic() && signal->json.find("\"" + id + "\"") != std::string::npos;
    }
    return false;
  }

  struct Signal {
    MonotonicMs at;
    std::string json;
  };
  std::vector<std::string> said() const {
    std::vector<std::string> out;
    for (const auto& signal : signals) out.push_back(signal.json);
    return out;
  }
  static auto nobody() { return HasSubstr(R"("users":[],"more":0,"ttl_ms":0})"); }

  ManualClock clock;
  ManualLoop loop{clock};
  MemoryPresence presence{clock};
  std::vector<Signal> signals;
  TypingIndicator typing{loop, clock, presence, [this](const Scope&, SharedBytes data) {
                           signals.push_back({clock.monotonic(), *data});
                         }};
};

TEST_F(TypingTest, FirstSignIsShownAtOnceWithTheNameAndTheTimeLeft) {
  type("ann");
  EXPECT_THAT(said(), ElementsAre(R"({"type":"typing","at":"2026-01-05T10:00:00.000Z",)"
                                  R"("users":[{"id":"ann","name":"Name of ann"}],"more":0,"ttl_ms":5000})"));
}

TEST_F(TypingTest, ListNamesAllAndReplacesTheOneBefore) {
  type("ann");
  type("bob");
  loop.advance(milliseconds(600));
  EXPECT_THAT(said().back(), AllOf(HasSubstr(R"("ann")"), HasSubstr(R"("bob")")));

  type("ann", State::Off);
  loop.advance(milliseconds(600));
  EXPECT_THAT(said().back(), AllOf(Not(HasSubstr(R"("ann")")), HasSubstr(R"("bob")")));
}

TEST_F(TypingTest, RepeatWithinTwoSecondsIsDroppedAndALaterOneProlongs) {
  type("ann");
  loop.advance(milliseconds(1'999));
  type("ann");
  EXPECT_THAT(signals, SizeIs(1));
  loop.advance(milliseconds(1));
  type("ann");
  EXPECT_THAT(signals, SizeIs(2));

  loop.advance(milliseconds(4'999));
  EXPECT_THAT(kept(), ElementsAre(user("ann")));
  loop.advance(milliseconds(1));
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(TypingTest, RoomGetsAtMostOneSignalPerHalfSecond) {
  for (int i = 0; i < 100; ++i) {
    type("u" + std::to_string(i % 7), i % 3 == 0 ? State::Off : State::On);
    loop.advance(milliseconds(37));
  }
  loop.advance(seconds(10));

  EXPECT_GE(signals.size(), 6u);
  for (std::size_t i = 1; i < signals.size(); ++i) EXPECT_GE(signals[i].at - signals[i - 1].at, 500);
  EXPECT_THAT(said().back(), nobody());
}

TEST_F(TypingTest, OneRoomSaysNothingOfAnother) {
  type("ann", State::On, "a");
  type("bob", State::On, "b");
  EXPECT_THAT(said(), ElementsAre(HasSubstr("ann"), AllOf(HasSubstr("bob"), Not(HasSubstr("ann")))));
}

// D21: typing ends within 6 s in every case. Here: nothing more is heard of the typist.
TEST_F(TypingTest, D21TypingEndsWithoutAFurtherEvent) {
  type("ann");
  loop.advance(milliseconds(3'000));
  type("bob");
  loop.advance(milliseconds(3'000));
  EXPECT_FALSE(shownTo("ann"));
  EXPECT_TRUE(shownTo("bob"));
  loop.advance(milliseconds(3'000));

  EXPECT_FALSE(shownTo("bob"));
  EXPECT_THAT(said().back(), nobody());
  EXPECT_THAT(kept(), IsEmpty());
  loop.advance(seconds(10));
  EXPECT_EQ(loop.timers(), 0u);
}

// D21: the node dies, so no list follows; the last one ends by its own time for everybody on it.
TEST_F(TypingTest, D21LastListOfANodeThatDiesEndsWithinSixSecondsOfTheOldestSign) {
  type("ann");
  loop.advance(milliseconds(4'500));
  type("bob");
  ASSERT_TRUE(shownTo("ann"));
  clock.advance(milliseconds(1'500));  // the loop does not run any more

  EXPECT_FALSE(shownTo("ann"));
}

TEST_F(TypingTest, D21SignalsHaveNoOffset) {
  type("ann");
  type("ann", State::Off);
  loop.advance(seconds(10));
  ASSERT_THAT(signals, SizeIs(2));
  for (const auto& signal : signals) EXPECT_THAT(signal.json, Not(HasSubstr("offset")));
}

// A list that ends when its first typist does would make the others flicker.
TEST_F(TypingTest, WhoGoesOnTypingIsShownWithoutAGapWhileAnotherEnds) {
  type("ann");
  loop.advance(milliseconds(1'800));  // so that a list goes out 200 ms before ann ends
  type("bob");
  for (int ms = 0; ms < 20'000; ms += 50) {
    if (ms % 3'000 == 0) type("bob");
    loop.advance(milliseconds(50));
    EXPECT_TRUE(shownTo("bob")) << ms;
  }
  EXPECT_FALSE(shownTo("ann"));
}

// K6: elsewhere, the typing line stayed though the message had come.
TEST_F(TypingTest, K6MessageEndsItsAuthorsTypingWithoutASignal) {
  type("ann");
  loop.advance(milliseconds(1'500));
  typing.messageSent(room("a"), user("ann"));
  loop.run();
  EXPECT_THAT(kept(), IsEmpty());
  loop.advance(seconds(60));

  EXPECT_THAT(signals, SizeIs(1));
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(TypingTest, K6NextListAfterAMessageLacksItsAuthor) {
  type("ann");
  loop.advance(milliseconds(1'500));
  typing.messageSent(room("a"), user("ann"));
  type("bob");

  EXPECT_THAT(said().back(), AllOf(HasSubstr("bob"), Not(HasSubstr("ann"))));
}

// The list was made after the message was, but before the loop heard of it.
TEST_F(TypingTest, K6ListThatCrossesTheMessageIsCorrected) {
  typing.broadcastTyping(room("a"), user("ann"), "Ann", State::On);
  loop.run();
  typing.messageSent(room("a"), user("ann"));
  loop.advance(milliseconds(500));

  EXPECT_THAT(said(), ElementsAre(HasSubstr("ann"), nobody()));
}

TEST_F(TypingTest, K6MessageThatOvertakesTheListUnderWayIsNotFollowedByItsAuthorsTyping) {
  type("bob");
  loop.advance(milliseconds(1'000));
  typing.broadcastTyping(room("a"), user("ann"), "Ann", State::On);
  typing.messageSent(room("a"), user("ann"));
  loop.run();
  loop.advance(seconds(10));

  EXPECT_THAT(said(), testing::Each(Not(HasSubstr("ann"))));
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(TypingTest, TypingAgainAfterAMessageIsShownAgainAtOnce) {
  type("ann");
  loop.advance(milliseconds(1'000));
  typing.messageSent(room("a"), user("ann"));
  type("ann");

  EXPECT_THAT(said(), ElementsAre(HasSubstr("ann"), HasSubstr("ann")));
}

TEST_F(TypingTest, K6DisconnectEndsTypingEverywhereAtOnce) {
  type("ann", State::On, "a");
  type("ann", State::On, "b");
  type("bob", State::On, "b");
  loop.advance(milliseconds(1'000));
  signals.clear();
  typing.stopped(user("ann"));
  loop.run();

  EXPECT_THAT(said(), ElementsAre(nobody(), AllOf(HasSubstr("bob"), Not(HasSubstr("ann")))));
  EXPECT_THAT(kept("a"), IsEmpty());
  EXPECT_THAT(kept("b"), ElementsAre(user("bob")));
}

TEST_F(TypingTest, K6KickWhileTypingEndsItInThatRoomOnly) {
  type("ann", State::On, "a");
  type("ann", State::On, "b");
  loop.advance(milliseconds(1'000));
  typing.stopped(room("a"), user("ann"));
  loop.run();

  EXPECT_THAT(said().back(), nobody());
  EXPECT_THAT(kept("a"), IsEmpty());
  EXPECT_THAT(kept("b"), ElementsAre(user("ann")));
}

TEST_F(TypingTest, StopOfSomebodyWhoDoesNotTypeSaysNothing) {
  type("ann", State::Off);
  typing.stopped(user("ann"));
  typing.stopped(room("a"), user("ann"));
  typing.messageSent(room("a"), user("ann"));
  loop.advance(seconds(1));

  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(TypingTest, UpToTwoHundredOnlineAllAreNamedAboveFiveAndACount) {
  crowd(200);
  for (int i = 0; i < 8; ++i) type("u" + std::to_string(i));
  loop.advance(milliseconds(600));
  EXPECT_THAT(said().back(), AllOf(HasSubstr("u7"), HasSubstr(R"("more":0)")));

  crowd(201);
  loop.advance(milliseconds(1'500));
  type("u0");
  EXPECT_THAT(said().back(), AllOf(HasSubstr("u4"), Not(HasSubstr("u5")), HasSubstr(R"("more":3)")));
}

TEST_F(TypingTest, AboveTwoThousandOnlineThereIsNoTyping) {
  crowd(2'000);
  type("ann");
  EXPECT_THAT(signals, SizeIs(1));

  crowd(2'001);
  type("bob");
  loop.advance(milliseconds(500));
  EXPECT_THAT(kept(), IsEmpty());
  loop.advance(seconds(10));
  EXPECT_THAT(signals, SizeIs(1));
  EXPECT_THAT(kept(), IsEmpty());
  EXPECT_FALSE(shownTo("ann"));
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(TypingTest, TypistsOfARoomAreBounded) {
  for (int i = 0; i < 2'100; ++i)
    typing.broadcastTyping(room("a"), user("u" + std::to_string(i)), "N", State::On);
  loop.advance(milliseconds(600));
  EXPECT_THAT(kept(), SizeIs(2'000));
}

TEST_F(TypingTest, WhoTypesOnAnotherNodeIsCounted) {
  presence.setTyping(Scope::of(room("a")), {{user("zoe"), milliseconds(4'000)}}, [](const auto&) {});
  type("ann");
  EXPECT_THAT(said().back(), HasSubstr(R"("users":[{"id":"ann","name":"Name of ann"}],"more":1)"));
}

/// With a backend whose answers take long: what happens meanwhile is not undone by them.
class TypingFarAwayTest : public testing::Test {
 protected:
  ManualClock clock;
  ManualLoop loop{clock};
  MemoryPresence memory{clock};
  FarPresence far{loop, memory, milliseconds(400)};
  std::vector<std::pair<MonotonicMs, std::string>> signals;
  TypingIndicator typing{loop, clock, far, [this](const Scope&, SharedBytes data) {
                           signals.emplace_back(clock.monotonic(), *data);
                         }};
};

TEST_F(TypingFarAwayTest, K6MessageSentWhileTheListIsOnItsWayIsNotFollowedByItsAuthorsTyping) {
  typing.broadcastTyping(room("a"), user("ann"), "Ann", State::On);
  loop.advance(milliseconds(1'200));  // counted, and the list is on its way back
  typing.messageSent(room("a"), user("ann"));
  loop.advance(seconds(10));

  EXPECT_THAT(signals, IsEmpty());
  memory.typing(Scope::of(room("a")),
                [](Result<std::vector<Typing>> left) { EXPECT_THAT(*left, IsEmpty()); });
}

TEST_F(TypingFarAwayTest, D21LateAnswersDoNotProlongTyping) {
  for (const int one_way : {400, 1'200, 1'500}) {
    far.setOneWay(milliseconds(one_way));
    const MonotonicMs began = clock.monotonic();
    typing.broadcastTyping(room("a"), user("ann"), "Ann", State::On);
    loop.advance(seconds(30));

    for (const auto& [at, json] : std::exchange(signals, {})) {
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
  void count(const Scope&, Answer<std::int64_t> answer) override { answer(fault()); }
  void isOnline(const UserId&, Answer<bool> answer) override { answer(fault()); }
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
  TypingIndicator typing(loop, clock, presence, [&](const Scope&, SharedBytes) { ++signals; });
  typing.broadcastTyping(room("a"), user("ann"), "Ann", State::On);
  loop.advance(seconds(10));

  EXPECT_EQ(signals, 0);
  EXPECT_EQ(loop.timers(), 0u);
}

}  // namespace
}  // namespace kith
