#include "service/typing.h"

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
using testing::SizeIs;
using State = TypingIndicator::State;

class TypingTest : public SignalsTest {
 protected:
  void say(const std::string& id, State state, const std::string& where = "a",
           const std::string& connection = "") {
    typing.broadcastTyping(typing.take(room(where), caller(id, connection), state));
  }
  void type(const std::string& id, State state = State::On, const std::string& where = "a") {
    say(id, state, where);
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

  static auto nobody() { return HasSubstr(R"("users":[],"more":0,"ttl_ms":0})"); }

  TypingIndicator typing{loop, clock, presence, hear(), names()};
};

TEST_F(TypingTest, FirstSignIsShownAtOnceWithTheNameAndTheTimeLeft) {
  type("ann");
  EXPECT_THAT(said(), ElementsAre(R"(room:a {"type":"typing","at":"2026-01-05T10:00:00.000Z",)"
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
  typing.messageSent(room("a"), user("ann"), typing.turn());
  loop.run();
  EXPECT_THAT(kept(), IsEmpty());
  loop.advance(seconds(60));

  EXPECT_THAT(signals, SizeIs(1));
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(TypingTest, K6NextListAfterAMessageLacksItsAuthor) {
  type("ann");
  loop.advance(milliseconds(1'500));
  typing.messageSent(room("a"), user("ann"), typing.turn());
  type("bob");

  EXPECT_THAT(said().back(), AllOf(HasSubstr("bob"), Not(HasSubstr("ann"))));
}

// The list was made after the message was, but before the loop heard of it.
TEST_F(TypingTest, K6ListThatCrossesTheMessageIsCorrected) {
  say("ann", State::On);
  loop.run();
  typing.messageSent(room("a"), user("ann"), typing.turn());
  loop.advance(milliseconds(500));

  EXPECT_THAT(said(), ElementsAre(HasSubstr("ann"), nobody()));
}

TEST_F(TypingTest, K6MessageThatOvertakesTheListUnderWayIsNotFollowedByItsAuthorsTyping) {
  type("bob");
  loop.advance(milliseconds(1'000));
  say("ann", State::On);
  typing.messageSent(room("a"), user("ann"), typing.turn());
  loop.run();
  loop.advance(seconds(10));

  EXPECT_THAT(said(), testing::Each(Not(HasSubstr("ann"))));
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(TypingTest, TypingAgainAfterAMessageIsShownAgainAtOnce) {
  type("ann");
  loop.advance(milliseconds(1'000));
  typing.messageSent(room("a"), user("ann"), typing.turn());
  type("ann");

  EXPECT_THAT(said(), ElementsAre(HasSubstr("ann"), HasSubstr("ann")));
}

TEST_F(TypingTest, K6DisconnectEndsTypingEverywhereAtOnce) {
  type("ann", State::On, "a");
  type("ann", State::On, "b");
  type("bob", State::On, "b");
  loop.advance(milliseconds(1'000));
  signals.clear();
  typing.closed(user("ann"), ConnectionId{});
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
  typing.closed(user("ann"), ConnectionId{});
  typing.stopped(room("a"), user("ann"));
  typing.messageSent(room("a"), user("ann"), typing.turn());
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
  for (int i = 0; i < 2'100; ++i) say("u" + std::to_string(i), State::On);
  loop.advance(milliseconds(600));
  EXPECT_THAT(kept(), SizeIs(2'000));
}

TEST_F(TypingTest, WhoTypesOnAnotherNodeIsNamedAndHisNameReadOnce) {
  called.emplace(user("zoe"), "Zoe");
  presence.setTyping(Scope::of(room("a")), {{user("zoe"), milliseconds(4'000)}}, [](const auto&) {});
  type("ann");
  loop.advance(milliseconds(600));
  type("bob");
  EXPECT_THAT(said().back(),
              AllOf(HasSubstr(R"("name":"Name of bob"},{"id":"zoe","name":"Zoe"}],"more":0)")));
  EXPECT_EQ(name_reads, 1);
  loop.advance(seconds(10));
  EXPECT_THAT(said().back(), nobody());
}

// His message crossed a list that named him, so that this node makes another: the other node does not wait
// for it.
TEST_F(TypingTest, K6NoListOfAnotherNodeNamesTheAuthorOfAMessage) {
  TypingIndicator other{loop, clock, presence, hear(), names()};
  called.emplace(user("bob"), "Bob");
  type("bob");
  typing.messageSent(room("a"), user("bob"), typing.turn());
  loop.run();
  other.broadcastTyping(other.take(room("a"), caller("ann"), State::On));
  loop.run();
  EXPECT_THAT(said().back(), AllOf(HasSubstr("Name of ann"), Not(HasSubstr("bob"))));
}

TEST_F(TypingTest, WhoTypesOnAnotherNodeAndHasNoNameIsCounted) {
  presence.setTyping(Scope::of(room("a")), {{user("zoe"), milliseconds(4'000)}}, [](const auto&) {});
  type("ann");
  EXPECT_THAT(said().back(), HasSubstr(R"("users":[{"id":"ann","name":"Name of ann"}],"more":1)"));
}

// Its membership was read slowly: the message that came after it was shown first.
TEST_F(TypingTest, K6SignThatIsJudgedAfterTheMessageDoesNotFollowIt) {
  const auto late = typing.take(room("a"), caller("ann"), State::On);
  const auto message = typing.turn();
  typing.messageSent(room("a"), user("ann"), message);
  typing.broadcastTyping(late);
  loop.advance(seconds(10));

  EXPECT_THAT(signals, IsEmpty());
}

TEST_F(TypingTest, WhoTypesOnAfterSendingIsShownThoughTheCommitComesLater) {
  const auto message = typing.turn();
  type("ann");
  typing.messageSent(room("a"), user("ann"), message);
  loop.run();

  EXPECT_TRUE(shownTo("ann"));
  EXPECT_THAT(kept(), ElementsAre(user("ann")));
}

TEST_F(TypingTest, OffOvertakesTheOnBeforeIt) {
  const auto on = typing.take(room("a"), caller("ann"), State::On);
  const auto off = typing.take(room("a"), caller("ann"), State::Off);
  typing.broadcastTyping(off);
  typing.broadcastTyping(on);
  loop.advance(seconds(10));

  EXPECT_THAT(signals, IsEmpty());
}

TEST_F(TypingTest, SignThatIsJudgedAfterAKickOrADisconnectIsOver) {
  const auto kicked = typing.take(room("a"), caller("ann", "one"), State::On);
  typing.stopped(room("a"), user("ann"));
  typing.broadcastTyping(kicked);
  const auto gone = typing.take(room("a"), caller("bob", "one"), State::On);
  const auto other = typing.take(room("a"), caller("bob", "two"), State::On);
  typing.closed(user("bob"), ConnectionId::trusted("one"));
  typing.drop(other);
  typing.broadcastTyping(gone);
  loop.advance(seconds(10));

  EXPECT_THAT(signals, IsEmpty());
}

// Closing a tab once ended what was typed in another.
TEST_F(TypingTest, OneOfTwoConnectionsThatClosesOrStopsEndsNothingOfTheOther) {
  for (const bool off : {false, true}) {
    say("ann", State::On, "a", "one");
    say("ann", State::On, "a", "two");
    loop.run();
    const auto before = signals.size();
    if (off)
      say("ann", State::Off, "a", "one");
    else
      typing.closed(user("ann"), ConnectionId::trusted("one"));
    loop.advance(seconds(1));
    EXPECT_TRUE(shownTo("ann"));
    EXPECT_EQ(signals.size(), before);
    typing.closed(user("ann"), ConnectionId::trusted("two"));
    loop.advance(seconds(1));
    EXPECT_FALSE(shownTo("ann"));
    EXPECT_THAT(kept(), IsEmpty());
  }
}

TEST_F(TypingTest, ConnectionsOfATypistAreBounded) {
  for (int i = 0; i < 17; ++i) say("ann", State::On, "a", "c" + std::to_string(i));
  loop.run();
  for (int i = 0; i < 16; ++i) typing.closed(user("ann"), ConnectionId::trusted("c" + std::to_string(i)));
  loop.advance(seconds(1));

  EXPECT_THAT(kept(), IsEmpty());
}

}  // namespace
}  // namespace kith
