// Several nodes on one server: who is told what, and what becomes of those that die.
#include "presence/redis/nodes_test_fixture.h"

namespace kith {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST_F(PresenceNodes, UserOnTwoNodesIsOnlineUntilBothAreDownAndToldOnce) {
  Node& one = node();
  Node& two = node();
  one->up(user("ann"), at(1, {room("a")}));
  two.heard.waitFor("+ann room:a");
  two->up(user("ann"), at(1, {room("a")}));
  settle(two);
  EXPECT_EQ(redis.ask({"HGET", "kith:u:ann", "c"}).text, "2");
  one->down(user("ann"));
  settle(one);
  EXPECT_THAT(online("users:online"), ElementsAre("ann"));
  two->down(user("ann"));
  one.heard.waitFor("-ann room:a");
  two.heard.waitFor("-ann room:a");
  EXPECT_THAT(online("users:online"), IsEmpty());
  EXPECT_THAT(one.heard.events(), ElementsAre("+ann room:a", "-ann room:a"));
  EXPECT_THAT(two.heard.events(), ElementsAre("+ann room:a", "-ann room:a"));
}

// Publications of two nodes may overtake each other.
TEST_F(PresenceNodes, ChangeThatIsNoLongerSoIsNotTold) {
  Node& one = node();
  one->up(user("ann"), at(2, {room("a")}));
  settle(one);
  const auto online = PresenceChange::Now::Online;
  const auto offline = PresenceChange::Now::Offline;
  one->heard({{user("bob"), online, {room("a")}}});
  one->heard({{user("ann"), offline, {room("a")}}});
  one->heard({{user("ann"), offline, {room("a"), room("b")}}});
  one->heard({{user("ann"), online, {room("a"), room("c")}}});
  one.heard.waitFor("+ann room:a", 2);
  EXPECT_THAT(one.heard.events(), ElementsAre("+ann room:a", "-ann room:b", "+ann room:a"));
}

TEST_F(PresenceNodes, OneNodeAnswersForAll) {
  Node& one = node();
  Node& two = node();
  one->up(user("ann"), at(1, {room("a")}));
  settle(one);
  std::promise<bool> is_online;
  two->isOnline(user("ann"), [&](const Result<bool>& is) { is_online.set_value(*is); });
  EXPECT_TRUE(is_online.get_future().get());
  std::promise<std::vector<Typing>> typing;
  one->setTyping(room("a"), {{user("bob"), Milliseconds(5'000)}}, [](const auto&) {});
  settle(one);
  two->typing(room("a"), [&](const Result<std::vector<Typing>>& who) { typing.set_value(*who); });
  EXPECT_EQ(typing.get_future().get().at(0).user, user("bob"));
}

// Other programs read these.
TEST_F(PresenceNodes, KeysHaveTheNamesAndTypesThatOthersRead) {
  Node& one = node();
  const Scope group = Scope::of(GroupId::trusted("g"));
  one->up(user("ann"), at(7, {room("a"), group}));
  one->setTyping(room("a"), {{user("ann"), Milliseconds(5'000)}}, [](const auto&) {});
  one->setTyping(group, {{user("ann"), Milliseconds(5'000)}}, [](const auto&) {});
  one->setTtl(group, std::chrono::seconds(60), [](const auto&) {});
  settle(one);

  for (const auto* key : {"users:online", "room:a:online", "group:g:online"}) {
    EXPECT_EQ(redis.ask({"TYPE", key}).text, "set") << key;
    EXPECT_THAT(online(key), ElementsAre("ann"));
  }
  EXPECT_EQ(redis.ask({"TTL", "users:online"}).integer, -1);
  EXPECT_NEAR(static_cast<double>(redis.ask({"TTL", "room:a:online"}).integer), 86'400, 100);
  EXPECT_LE(redis.ask({"TTL", "group:g:online"}).integer, 60);
  for (const auto* key : {"room:a:typing", "group:g:typing"}) {
    EXPECT_EQ(redis.ask({"TYPE", key}).text, "hash") << key;
    EXPECT_THAT(redis.list({"HKEYS", key}), ElementsAre("ann"));
    const auto seconds = redis.ask({"TTL", key}).integer;
    EXPECT_TRUE(seconds > 0 && seconds <= 15) << seconds;
    const auto now = std::stoll(redis.list({"TIME"}).at(0)) * 1000;
    EXPECT_NEAR(std::stod(redis.ask({"HGET", key, "ann"}).text), static_cast<double>(now + 5'000), 60'000);
  }
  EXPECT_THAT(redis.list({"HMGET", "kith:u:ann", "c", "e", "v", "s"}),
              ElementsAre("1", "e1", "7", "group:g room:a"));
  EXPECT_EQ(redis.ask({"HGET", "kith:ttl", "group:g"}).text, "60");
  const auto names = livingNodes();
  ASSERT_EQ(names.size(), 1U);
  EXPECT_THAT(names[0], testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_THAT(online("kith:n:" + names[0]), ElementsAre("ann"));

  one->down(user("ann"));
  one->setTyping(room("a"), {{user("ann"), Milliseconds(0)}}, [](const auto&) {});
  one->setTyping(group, {{user("ann"), Milliseconds(0)}}, [](const auto&) {});
  settle(one);
  auto left = redis.list({"KEYS", "*"});
  std::sort(left.begin(), left.end());
  EXPECT_THAT(left, ElementsAre("kith:nodes", "kith:ttl"));
}

TEST_F(PresenceNodes, NodeThatDiesIsReapedAndItsUsersElsewhereStay) {
  Node& one = node();
  Node& two = node();
  for (int i = 0; i < 250; ++i) one->up(user("u" + std::to_string(i)), at(1, {room("a")}));
  one->up(user("ann"), at(1, {room("a")}));
  two->up(user("ann"), at(1, {room("a")}));
  settle(one);
  settle(two);
  EXPECT_EQ(online("room:a:online").size(), 251U);
  const std::string dead = thread.call([&] { return one->node(); });
  crash(one);
  untilOnline("room:a:online", {"ann"});
  untilOnline("users:online", {"ann"});
  two.heard.waitFor("-u249 room:a");
  until([&] { return livingNodes() == std::vector{thread.call([&] { return two->node(); })}; });
  EXPECT_EQ(redis.ask({"EXISTS", "kith:n:" + dead}).integer, 0);
  EXPECT_EQ(redis.ask({"HGET", "kith:u:ann", "c"}).text, "1");
  EXPECT_THAT(two.heard.events(), Not(Contains("-ann room:a")));
}

TEST_F(PresenceNodes, NodeThatLeavesIsReapedAfterItsLastLeaseAndWhoCameBackIsNotTold) {
  Node& one = node();
  Node& two = node();
  one->up(user("ann"), at(1, {room("a")}));
  one->up(user("bob"), at(1, {room("a")}));
  settle(one);
  std::promise<void> left;
  one->leave(Milliseconds(300), [&] { left.set_value(); });
  left.get_future().wait();
  one->down(user("ann"));  // its connections end with it: nothing is said of that
  crash(one);
  two->up(user("ann"), at(1, {room("a")}));
  two.heard.waitFor("-bob room:a");
  untilOnline("room:a:online", {"ann"});
  EXPECT_THAT(two.heard.events(), Not(Contains("-ann room:a")));
}

// As after a pause beyond the lease: others have reaped it, or are at it.
TEST_F(PresenceNodes, FencedNodeComesBackAsAnotherAndLeavesNothingBehind) {
  Node& one = node();
  Node& two = node();
  for (const auto* id : {"ann", "bob", "cid"}) one->up(user(id), at(1, {room("a")}));
  settle(one);
  const std::string old = thread.call([&] { return one->node(); });
  redis.ask({"ZREM", "kith:nodes", old});
  untilOnline("room:a:online", {"ann", "bob", "cid"});
  until([&] { return thread.call([&] { return one->node() != old; }); });
  until([&] { return redis.ask({"EXISTS", "kith:n:" + old}).integer == 0; });
  until([&] { return livingNodes().size() == 2; });
  untilOnline("kith:n:" + thread.call([&] { return one->node(); }), {"ann", "bob", "cid"});
  untilOnline("room:a:online", {"ann", "bob", "cid"});
  EXPECT_EQ(redis.ask({"HGET", "kith:u:ann", "c"}).text, "1");

  one->down(user("ann"));
  two.heard.waitFor("-ann room:a");
  EXPECT_THAT(online("room:a:online"), ElementsAre("bob", "cid"));
}

TEST_F(PresenceNodes, ReapedNodeThatComesBackTellsItsUsersAgain) {
  Node& one = node();
  Node& two = node();
  one->up(user("ann"), at(1, {room("a")}));
  settle(one);
  two.heard.waitFor("+ann room:a");
  // One turn, so that no beat comes between, and the word is out before the node comes back.
  thread.call([&] {
    redis.ask({"ZADD", "kith:nodes", "0", one->node()});
    const std::string reap = PresenceScripts().reap.text;
    const std::string key = "kith:n:" + one->node();
    redis.ask({"EVAL", reap, "3", "kith:nodes", "users:online", key, one->node(), "100"});
    one->heard({{user("ann"), PresenceChange::Now::Offline, {room("a")}}});
    two->heard({{user("ann"), PresenceChange::Now::Offline, {room("a")}}});
  });
  one.heard.waitFor("+ann room:a", 2);
  two.heard.waitFor("+ann room:a", 2);
  EXPECT_THAT(one.heard.events(), ElementsAre("+ann room:a", "-ann room:a", "+ann room:a"));
}

TEST_F(PresenceNodes, EmptiedServerIsFilledAgain) {
  Node& one = node();
  Node& two = node();
  one->up(user("ann"), at(1, {room("a"), room("b")}));
  two->up(user("ann"), at(1, {room("a"), room("b")}));
  two->up(user("bob"), at(1, {room("a")}));
  settle(one);
  settle(two);
  redis.ask({"FLUSHALL"});
  untilOnline("room:a:online", {"ann", "bob"});
  untilOnline("room:b:online", {"ann"});
  untilOnline("users:online", {"ann", "bob"});
  until([&] { return redis.ask({"HGET", "kith:u:ann", "c"}).text == "2"; });
  until([&] { return livingNodes().size() == 2; });
}

TEST_F(PresenceNodes, MembershipsReadOnAnotherNodeReachTheSetsOnce) {
  Node& one = node();
  Node& two = node();
  one->up(user("ann"), at(1, {room("a")}));
  two->up(user("ann"), at(1, {room("a")}));
  settle(one);
  settle(two);
  two->up(user("ann"), at(2, {room("b")}));
  settle(two);
  one->up(user("ann"), at(1, {room("a")}));
  settle(one);
  EXPECT_THAT(online("room:a:online"), IsEmpty());
  EXPECT_THAT(online("room:b:online"), ElementsAre("ann"));
  one->up(user("ann"), at(2, {room("b")}));
  one->down(user("ann"));
  two->down(user("ann"));
  settle(one);
  settle(two);
  EXPECT_THAT(online("room:b:online"), IsEmpty());
}

}  // namespace
}  // namespace kith
