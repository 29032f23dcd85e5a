#include "service/online_status.h"

#include <map>

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

class OnlineStatusTest : public SignalsTest {
 protected:
  /// The store's answer for a user from now on.
  void member(const std::string& id, const std::vector<std::string>& rooms) {
    Memberships& now = store_[user(id)];
    ++now.version.offset;
    now.version.epoch = "e";
    now.scopes.clear();
    for (const auto& name : rooms) now.scopes.push_back(Scope::of(room(name)));
  }
  void connect(const std::string& id, const std::string& by) {
    status.connected(user(id), connection(by));
    loop.run();
  }
  void disconnect(const std::string& id, const std::string& by, CloseKind how) {
    status.disconnected(user(id), connection(by), how);
    loop.run();
  }
  /// Lets everything said so far be over.
  void quiet() {
    loop.advance(seconds(30));
    signals.clear();
  }
  std::int64_t count(const std::string& id) {
    std::int64_t out = -1;
    status.getOnlineCountInRoom(room(id), [&](Result<std::int64_t> count) { out = *count; });
    return out;
  }
  bool online(const std::string& id) {
    bool out = false;
    status.isUserOnline(user(id), [&](Result<bool> online) { out = *online; });
    return out;
  }

  std::vector<std::string> told;  // to who asked for join and leave: "room:a +ann"
  std::size_t reads = 0;
  std::size_t reads_at_once = 0;
  std::size_t reads_most = 0;
  bool store_fails = false;
  bool store_waits = false;
  std::vector<Task> waiting_reads;
  OnlineStatusService status{{loop, clock, presence,
                              [this](const UserId& user, Callback<void(Result<Memberships>)> done) {
                                ++reads;
                                reads_most = std::max(reads_most, ++reads_at_once);
                                auto answer = [this, read = store_[user], done = std::move(done)]() mutable {
                                  --reads_at_once;
                                  if (store_fails) return done(Fault::unavailable("the disk is gone"));
                                  done(read);
                                };
                                if (store_waits) return waiting_reads.push_back(std::move(answer));
                                loop.post(std::move(answer));
                              },
                              hear(),
                              [this](const Scope& place, const std::vector<JoinLeave>& who, Task done) {
                                for (const auto& one : who) {
                                  const bool came = one.what == JoinLeave::What::Join;
                                  told.push_back(place.name() + (came ? " +" : " -") + one.user.text());
                                }
                                done();
                              }}};

 private:
  std::map<UserId, Memberships> store_;
};

TEST_F(OnlineStatusTest, UserIsOnlineInAllHisRoomsWhileHeIsConnected) {
  member("ann", {"a", "b"});
  connect("ann", "c1");

  EXPECT_TRUE(online("ann"));
  EXPECT_EQ(count("a"), 1);
  EXPECT_EQ(count("b"), 1);
  OnlinePage page;
  status.getOnlineUsersInRoom(room("a"), "", 100, [&](Result<OnlinePage> result) { page = *result; });
  EXPECT_THAT(page.users, ElementsAre(user("ann")));
  EXPECT_EQ(page.next, "");
}

TEST_F(OnlineStatusTest, ComingOnlineIsSignalledOnceInEachRoomWithinASecond) {
  member("ann", {"a", "b"});
  connect("ann", "c1");
  loop.advance(seconds(60));

  const std::string change = R"("online":["ann"],"offline":[],"count":1})";
  EXPECT_THAT(said(), testing::UnorderedElementsAre(AllOf(HasSubstr("room:a "), HasSubstr(change)),
                                                    AllOf(HasSubstr("room:b "), HasSubstr(change))));
  EXPECT_THAT(said().front(),
              HasSubstr(R"({"type":"presence","at":"2026-01-05T10:00:01.000Z","version":"1767607201000",)"));
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(OnlineStatusTest, LastConnectionDroppedMeansOfflineAfterTheGraceAndNotBefore) {
  member("ann", {"a"});
  connect("ann", "c1");
  quiet();
  disconnect("ann", "c1", CloseKind::Dropped);

  loop.advance(milliseconds(9'999));
  EXPECT_TRUE(online("ann"));
  loop.advance(milliseconds(1));
  EXPECT_FALSE(online("ann"));
  EXPECT_EQ(count("a"), 0);
  loop.advance(seconds(1));
  EXPECT_THAT(said(), ElementsAre(AllOf(HasSubstr("room:a"),
                                        HasSubstr(R"("online":[],"offline":["ann"],"count":0)"))));
}

TEST_F(OnlineStatusTest, CleanCloseOfTheLastConnectionMeansOfflineAtOnce) {
  member("ann", {"a"});
  connect("ann", "c1");
  connect("ann", "c2");
  disconnect("ann", "c1", CloseKind::Clean);
  EXPECT_TRUE(online("ann"));

  disconnect("ann", "c2", CloseKind::Clean);
  EXPECT_FALSE(online("ann"));
}

TEST_F(OnlineStatusTest, ReloadInsideTheGraceAndASecondTabSayNothingAndReadNothing) {
  member("ann", {"a"});
  connect("ann", "c1");
  quiet();
  const std::size_t reads_before = reads;
  disconnect("ann", "c1", CloseKind::Dropped);
  loop.advance(milliseconds(9'990));
  connect("ann", "c2");
  connect("ann", "c3");
  disconnect("ann", "c3", CloseKind::Clean);
  loop.advance(seconds(60));

  EXPECT_TRUE(online("ann"));
  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(reads, reads_before);
}

TEST_F(OnlineStatusTest, CleanCloseDuringTheGraceOfAnotherConnectionIsTheLastWord) {
  member("ann", {"a"});
  connect("ann", "c1");
  disconnect("ann", "c1", CloseKind::Dropped);
  loop.advance(seconds(5));
  connect("ann", "c2");
  disconnect("ann", "c2", CloseKind::Clean);
  EXPECT_FALSE(online("ann"));

  loop.advance(seconds(60));
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(OnlineStatusTest, RepeatedAndUnknownConnectionsDoNoHarm) {
  member("ann", {"a"});
  disconnect("ann", "c0", CloseKind::Clean);
  connect("ann", "c1");
  connect("ann", "c1");
  disconnect("ann", "c9", CloseKind::Clean);
  EXPECT_TRUE(online("ann"));

  disconnect("ann", "c1", CloseKind::Clean);
  disconnect("ann", "c1", CloseKind::Dropped);
  EXPECT_FALSE(online("ann"));
}

// K4: elsewhere, reloading very fast left connections behind, and the user stayed online for good.
TEST_F(OnlineStatusTest, K4ThirtyFastReloadsAreAtMostOneSignalAndLeaveNobodyOnline) {
  for (const CloseKind how : {CloseKind::Clean, CloseKind::Dropped}) {
    member("ann", {"a"});
    connect("ann", "first");
    quiet();
    disconnect("ann", "first", how);
    for (int i = 0; i < 30; ++i) {
      loop.advance(milliseconds(53));
      connect("ann", "c" + std::to_string(i));
      loop.advance(milliseconds(47));
      disconnect("ann", "c" + std::to_string(i), how);
    }
    loop.advance(seconds(10));
    EXPECT_FALSE(online("ann"));
    loop.advance(seconds(60));

    EXPECT_THAT(said(), ElementsAre(HasSubstr(R"("online":[],"offline":["ann"],"count":0)")));
    EXPECT_EQ(loop.timers(), 0u);
    signals.clear();
  }
}

TEST_F(OnlineStatusTest, K4ThirtyVisitsThatAllEndCleanlyAreNotSignalledAtAll) {
  member("ann", {"a"});
  for (int i = 0; i < 30; ++i) {
    connect("ann", "c" + std::to_string(i));
    loop.advance(milliseconds(71));
    disconnect("ann", "c" + std::to_string(i), CloseKind::Clean);
    loop.advance(milliseconds(27));
  }
  loop.advance(seconds(60));

  EXPECT_THAT(signals, IsEmpty());
  EXPECT_EQ(count("a"), 0);
}

TEST_F(OnlineStatusTest, K4ConnectionThatEndsBeforeItsMembershipsAreReadLeavesNothing) {
  member("ann", {"a"});
  store_waits = true;
  connect("ann", "c1");
  disconnect("ann", "c1", CloseKind::Clean);
  for (auto& read : waiting_reads) read();
  loop.advance(seconds(60));

  EXPECT_FALSE(online("ann"));
  EXPECT_EQ(count("a"), 0);
  EXPECT_THAT(signals, IsEmpty());
}

TEST_F(OnlineStatusTest, ReadOfAFormerVisitIsNotTakenForThisOne) {
  member("ann", {"old"});
  store_waits = true;
  connect("ann", "c1");
  disconnect("ann", "c1", CloseKind::Clean);
  member("ann", {"new"});
  connect("ann", "c2");
  ASSERT_THAT(waiting_reads, SizeIs(2));
  waiting_reads[0]();
  loop.run();
  EXPECT_EQ(count("old"), 0);
  EXPECT_FALSE(online("ann"));

  waiting_reads[1]();
  loop.run();
  EXPECT_EQ(count("new"), 1);
}

TEST_F(OnlineStatusTest, JoiningWhileOnlineShowsInThatRoomAndLeavingEndsIt) {
  member("ann", {"a"});
  connect("ann", "c1");
  quiet();
  member("ann", {"a", "b"});
  status.membershipChanged(user("ann"));
  loop.advance(seconds(3));
  EXPECT_EQ(count("b"), 1);
  EXPECT_THAT(said(), ElementsAre(AllOf(HasSubstr("room:b"),
                                        HasSubstr(R"("online":["ann"],"offline":[],"count":1)"))));

  signals.clear();
  member("ann", {"b"});
  status.membershipChanged(user("ann"));
  loop.advance(seconds(3));
  EXPECT_EQ(count("a"), 0);
  EXPECT_THAT(said(), ElementsAre(AllOf(HasSubstr("room:a"), HasSubstr(R"("offline":["ann"],"count":0)"))));
}

TEST_F(OnlineStatusTest, MembershipOfSomebodyWhoIsNotHereIsNotRead) {
  member("ann", {"a"});
  status.membershipChanged(user("ann"));
  loop.run();
  EXPECT_EQ(reads, 0u);
}

TEST_F(OnlineStatusTest, JoinWhileMembershipsAreBeingReadIsNotMissed) {
  member("ann", {"a"});
  store_waits = true;
  connect("ann", "c1");
  member("ann", {"a", "b"});
  status.membershipChanged(user("ann"));
  loop.run();
  store_waits = false;
  waiting_reads.front()();
  loop.run();

  EXPECT_EQ(count("b"), 1);
}

TEST_F(OnlineStatusTest, FailedReadIsTriedAgainUntilTheStoreAnswers) {
  member("ann", {"a"});
  store_fails = true;
  connect("ann", "c1");
  loop.advance(seconds(5));
  EXPECT_FALSE(online("ann"));

  store_fails = false;
  loop.advance(seconds(1));
  EXPECT_EQ(count("a"), 1);
}

TEST_F(OnlineStatusTest, WhoGoesAndComesBackWhileChangesAreGatheredIsNotNamed) {
  member("ann", {"a"});
  member("bob", {"a"});
  connect("ann", "c1");
  connect("bob", "c2");
  quiet();
  disconnect("ann", "c1", CloseKind::Clean);
  disconnect("bob", "c2", CloseKind::Clean);
  loop.advance(milliseconds(300));
  connect("ann", "c3");
  loop.advance(seconds(60));

  EXPECT_THAT(said(), ElementsAre(HasSubstr(R"("online":[],"offline":["bob"],"count":1)")));
}

TEST_F(OnlineStatusTest, OneRoomGetsAtMostOneSignalPerSecond) {
  for (int i = 0; i < 100; ++i) {
    member("u" + std::to_string(i), {"a"});
    connect("u" + std::to_string(i), "c");
    loop.advance(milliseconds(73));
  }
  loop.advance(seconds(3));

  EXPECT_GE(signals.size(), 6u);
  for (std::size_t i = 1; i < signals.size(); ++i) EXPECT_GE(signals[i].at - signals[i - 1].at, 1000);
  EXPECT_THAT(said().back(), HasSubstr(R"("count":100)"));
}

TEST_F(OnlineStatusTest, VersionsRise) {
  member("ann", {"a", "b"});
  connect("ann", "c1");
  loop.advance(seconds(3));
  disconnect("ann", "c1", CloseKind::Clean);
  loop.advance(seconds(3));

  ASSERT_THAT(signals, SizeIs(4));
  auto version = [&](const Signal& signal) {
    return signal.json.substr(signal.json.find("\"version\":"), 26);
  };
  for (std::size_t i = 1; i < signals.size(); ++i) EXPECT_LT(version(signals[i - 1]), version(signals[i]));
}

TEST_F(OnlineStatusTest, HalfOfFiveThousandReconnectAndEachRoomHearsAtMostOncePerSecond) {
  for (int i = 0; i < 5'000; ++i) {
    member("u" + std::to_string(i), {"all", "r" + std::to_string(i % 50)});
    status.connected(user("u" + std::to_string(i)), connection("c"));
  }
  quiet();
  // The line of half of them is cut for longer than the grace, and they come back within two seconds.
  for (int i = 0; i < 5'000; i += 2)
    status.disconnected(user("u" + std::to_string(i)), connection("c"), CloseKind::Dropped);
  loop.advance(seconds(12));
  EXPECT_EQ(count("all"), 2'500);
  for (int i = 0; i < 5'000; i += 2) {
    status.connected(user("u" + std::to_string(i)), connection("d"));
    if (i % 100 == 0) loop.advance(milliseconds(40));
  }
  loop.advance(seconds(20));

  EXPECT_EQ(count("all"), 5'000);
  EXPECT_LE(reads_most, 16u);
  std::map<std::string, MonotonicMs> last;
  std::map<std::string, std::string> last_json;
  for (const auto& signal : signals) {
    const MonotonicMs apart = signal.place == "room:all" ? 5'000 : 1'000;
    EXPECT_TRUE(!last.contains(signal.place) || signal.at - last[signal.place] >= apart) << signal.place;
    last[signal.place] = signal.at;
    last_json[signal.place] = signal.json;
  }
  EXPECT_THAT(last_json["room:all"], AllOf(HasSubstr(R"("count":5000)"), Not(HasSubstr("online\""))));
  EXPECT_THAT(last_json["room:r0"], AllOf(HasSubstr(R"("count":100)"), HasSubstr(R"("online":["u)")));
  EXPECT_LE(signals.size(), 25u * 5u + 5u);
  EXPECT_EQ(loop.timers(), 0u);
}

TEST_F(OnlineStatusTest, HalfOfFiveThousandReloadWithinTheGraceAndNobodyHearsOfIt) {
  for (int i = 0; i < 5'000; ++i) {
    member("u" + std::to_string(i), {"all"});
    status.connected(user("u" + std::to_string(i)), connection("c"));
  }
  quiet();
  for (int i = 0; i < 2'500; ++i)
    status.disconnected(user("u" + std::to_string(i)), connection("c"), CloseKind::Dropped);
  loop.advance(seconds(9));
  for (int i = 0; i < 2'500; ++i) status.connected(user("u" + std::to_string(i)), connection("d"));
  loop.advance(seconds(60));

  EXPECT_THAT(signals, IsEmpty());
}

TEST_F(OnlineStatusTest, NamesEndAboveTheLimitAndBeginAnewBelowIt) {
  for (int i = 0; i < 2'000; ++i) {
    member("u" + std::to_string(i), {"a"});
    status.connected(user("u" + std::to_string(i)), connection("c"));
  }
  loop.advance(seconds(10));
  EXPECT_THAT(said(), ElementsAre(AllOf(HasSubstr(R"("online":["u0",)"), HasSubstr(R"("count":2000)"))));

  signals.clear();
  member("one_more", {"a"});
  connect("one_more", "c");
  loop.advance(seconds(10));
  EXPECT_THAT(said(), ElementsAre(AllOf(HasSubstr(R"("count":2001)"), Not(HasSubstr("one_more")))));

  signals.clear();
  disconnect("one_more", "c", CloseKind::Clean);
  loop.advance(seconds(10));
  disconnect("u7", "c", CloseKind::Clean);
  loop.advance(seconds(10));
  EXPECT_THAT(said(), ElementsAre(HasSubstr(R"("offline":["one_more"],"count":2000)"),
                                  HasSubstr(R"("offline":["u7"],"count":1999)")));
}

TEST_F(OnlineStatusTest, WhoAskedIsToldOfEachWhoComesAndGoesButNotOfTabsAndReloads) {
  member("ann", {"a", "b"});
  status.watchJoinLeave(Scope::of(room("a")));
  connect("ann", "c1");
  loop.advance(seconds(3));
  EXPECT_THAT(std::exchange(told, {}), ElementsAre("room:a +ann"));

  connect("ann", "c2");
  disconnect("ann", "c1", CloseKind::Clean);
  disconnect("ann", "c2", CloseKind::Dropped);
  loop.advance(seconds(9));
  connect("ann", "c3");
  loop.advance(seconds(30));
  EXPECT_THAT(told, IsEmpty());

  disconnect("ann", "c3", CloseKind::Clean);
  loop.advance(seconds(3));
  EXPECT_THAT(std::exchange(told, {}), ElementsAre("room:a -ann"));

  status.unwatchJoinLeave(Scope::of(room("a")));
  connect("ann", "c4");
  loop.advance(seconds(3));
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(OnlineStatusTest, AboveTwoHundredNobodyIsToldOneByOne) {
  status.watchJoinLeave(Scope::of(room("a")));
  for (int i = 0; i < 200; ++i) {
    member("u" + std::to_string(i), {"a"});
    connect("u" + std::to_string(i), "c");
  }
  loop.advance(seconds(3));
  EXPECT_THAT(std::exchange(told, {}), SizeIs(200));

  member("one_more", {"a"});
  connect("one_more", "c");
  loop.advance(seconds(3));
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(said().back(), HasSubstr(R"("online":["one_more"],"offline":[],"count":201)"));

  disconnect("one_more", "c", CloseKind::Clean);
  loop.advance(seconds(3));
  EXPECT_THAT(told, ElementsAre("room:a -one_more"));
}

TEST_F(OnlineStatusTest, PageLimitsAndCursorsFromOutsideAreChecked) {
  std::vector<std::string> fields;
  auto reply = [&](Result<OnlinePage> page) { fields.push_back(page ? "none" : page.error().field); };
  status.getOnlineUsersInRoom(room("a"), "", 0, reply);
  status.getOnlineUsersInRoom(room("a"), "", 1'001, reply);
  status.getOnlineUsersInRoom(room("a"), "../..", 10, reply);
  status.getOnlineUsersInRoom(room("a"), "", 1'000, reply);

  EXPECT_THAT(fields, ElementsAre("limit", "limit", "cursor", "none"));

  fields.clear();
  status.getAllOnlineUsers("", 0, reply);
  status.getAllOnlineUsers("", 1'001, reply);
  status.getAllOnlineUsers("../..", 10, reply);
  status.getAllOnlineUsers("", 1'000, reply);
  EXPECT_THAT(fields, ElementsAre("limit", "limit", "cursor", "none"));
}

}  // namespace
}  // namespace kith
