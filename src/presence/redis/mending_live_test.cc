// What goes wrong between a node and its server, and how the two agree again.
#include "presence/redis/nodes_test_fixture.h"

namespace kith {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class PresenceMending : public PresenceNodes {
 protected:
  // Beats come when the test asks for them.
  RedisPresenceOptions options() const override {
    RedisPresenceOptions options = PresenceNodes::options();
    options.lease.beat_every = Milliseconds(3'600'000);
    options.lease.lease = Milliseconds(3'600'000);
    options.renewal.look_every = look_every;
    options.connection.waiting_max = waiting_max;
    options.held.dirty_max = 50;
    options.held.slice = 20;
    return options;
  }
  void beat(Node& node) {
    thread.call([&] { node->beat(); });
    settle(node);
  }
  template <class T, class Ask>
  Result<T> answer(Ask ask) {
    std::promise<Result<T>> promise;
    ask([&](Result<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  Milliseconds look_every{3'600'000};
  std::size_t waiting_max = 65'536;
};

TEST_F(PresenceMending, WithoutServerQuestionsFailForTheMomentAndHeldUsersAreOnline) {
  Node& one = node();
  one->up(user("ann"), at(1, {room("a")}));
  settle(one);
  redis.kill();
  until([&] { return thread.call([&] { return !one->isConnected(); }); });
  const auto count = answer<std::int64_t>([&](auto reply) { one->count(room("a"), std::move(reply)); });
  ASSERT_FALSE(count.ok());
  EXPECT_TRUE(count.error().temporary);
  const auto typing =
      answer<std::vector<Typing>>([&](auto reply) { one->typing(room("a"), std::move(reply)); });
  EXPECT_FALSE(typing.ok());
  EXPECT_TRUE(answer<bool>([&](auto reply) { one->isOnline(user("ann"), std::move(reply)); }).value());
  EXPECT_FALSE(answer<bool>([&](auto reply) { one->isOnline(user("bob"), std::move(reply)); }).ok());
}

TEST_F(PresenceMending, RestartedServerHearsWhatIsTrueThen) {
  Node& one = node();
  one->up(user("ann"), at(1, {room("a")}));
  one->up(user("bob"), at(1, {room("a")}));
  settle(one);
  redis.kill();
  until([&] { return thread.call([&] { return !one->isConnected(); }); });
  one->down(user("ann"));
  one->up(user("cid"), at(1, {room("a")}));
  one->up(user("bob"), at(2, {room("b")}));
  redis.start();
  untilOnline("room:a:online", {"cid"});
  untilOnline("room:b:online", {"bob"});
  untilOnline("users:online", {"bob", "cid"});
  one.heard.waitFor("-ann room:a");
  one.heard.waitFor("+cid room:a");
  one.heard.waitFor("-bob room:a");
  EXPECT_THAT(one.heard.events(), Contains("+bob room:b"));
  EXPECT_THAT(one.heard.events(), Contains("+ann room:a").Times(1));
}

// The server stood still: it kept what it had, and what was said meanwhile never reached it.
TEST_F(PresenceMending, DownThatWasLostWithTheConnectionIsMadeGood) {
  Node& one = node();
  one->up(user("ann"), at(1, {room("a")}));
  settle(one);
  redis.pause();
  one->up(user("bob"), at(1, {room("a")}));
  until([&] { return thread.call([&] { return !one->isConnected(); }); });
  one->down(user("ann"));
  one->down(user("bob"));
  redis.proceed();
  untilOnline("room:a:online", {});
  settle(one);
  one.heard.waitFor("-ann room:a");
  EXPECT_THAT(redis.list({"KEYS", "kith:u:*"}), IsEmpty());
  EXPECT_THAT(one.heard.events(), Contains("-ann room:a").Times(1));
}

TEST_F(PresenceMending, BeatThatCountsOthersThanWeHoldBringsAResync) {
  Node& one = node();
  one->up(user("ann"), at(1, {room("a")}));
  settle(one);
  const std::string key = "kith:n:" + thread.call([&] { return one->node(); });
  redis.ask({"SADD", key, "ghost"});
  redis.ask({"HSET", "kith:u:ghost", "c", "1", "s", "room:a"});
  redis.ask({"SADD", "room:a:online", "ghost"});
  redis.ask({"SADD", "users:online", "ghost"});
  beat(one);
  until([&] { return online(key) == std::vector<std::string>{"ann"}; });
  settle(one);
  EXPECT_THAT(online("room:a:online"), ElementsAre("ann"));
  EXPECT_THAT(online("users:online"), ElementsAre("ann"));
  one.heard.waitFor("-ghost room:a");
}

TEST_F(PresenceMending, WhatOtherProgramsTookOutIsPutBackByTheCheck) {
  Node& one = node();
  Node& two = node();
  for (const auto* id : {"ann", "bob", "cid", "dan"}) one->up(user(id), at(1, {room("a")}));
  two->up(user("cid"), at(1, {room("a")}));
  settle(one);
  settle(two);
  redis.ask({"SREM", "room:a:online", "ann"});
  redis.ask({"SREM", "users:online", "bob"});
  redis.ask({"DEL", "kith:u:cid"});
  for (Node* each : {&one, &two}) {
    thread.call([&] { (*each)->check(10); });
    settle(*each);
    settle(*each);
  }
  untilOnline("room:a:online", {"ann", "bob", "cid", "dan"});
  untilOnline("users:online", {"ann", "bob", "cid", "dan"});
  EXPECT_EQ(redis.ask({"HGET", "kith:u:cid", "c"}).text, "2");
  EXPECT_EQ(redis.ask({"HGET", "kith:u:ann", "c"}).text, "1");
}

TEST_F(PresenceMending, CheckGoesRoundAllUsersByTenths) {
  Node& one = node();
  for (int i = 0; i < 30; ++i) one->up(user("u" + std::to_string(i)), at(1, {room("a")}));
  settle(one);
  redis.ask({"DEL", "room:a:online"});
  for (const std::size_t expected : {10U, 20U, 30U}) {
    thread.call([&] { one->check(10); });
    until([&] { return online("room:a:online").size() == expected; });
    settle(one);
  }
}

TEST_F(PresenceMending, CommandThatFailsIsSaidAgainWithTheNextBeat) {
  Node& one = node();
  redis.ask({"SET", "room:a:online", "somebody's"});
  one->up(user("ann"), at(1, {room("a")}));
  EXPECT_FALSE(answer<bool>([&](auto reply) { one->isOnline(user("bob"), std::move(reply)); }).value());
  EXPECT_FALSE(thread.call([&] { return one->isAtRest(); }));
  EXPECT_THAT(online("users:online"), IsEmpty());
  redis.ask({"DEL", "room:a:online"});
  beat(one);
  EXPECT_THAT(online("room:a:online"), ElementsAre("ann"));
  EXPECT_THAT(one.heard.events(), ElementsAre("+ann room:a"));
}

TEST_F(PresenceMending, ScriptsThatWereThrownAwayAreLoadedAgain) {
  Node& one = node();
  redis.ask({"SCRIPT", "FLUSH"});
  one->up(user("ann"), at(1, {room("a")}));
  until([&] { return redis.ask({"SCRIPT", "EXISTS", PresenceScripts().up.sha}).items.at(0).integer == 1; });
  beat(one);
  EXPECT_THAT(online("room:a:online"), ElementsAre("ann"));
}

TEST_F(PresenceMending, SetIsRenewedAsLongAsItWasChosenToBeKept) {
  look_every = Milliseconds(20);
  Node& one = node();
  Node& two = node();
  one->up(user("ann"), at(1, {room("a")}));
  settle(one);
  // Chosen at another node. A third of the time, and it is renewed: more than was left of it.
  two->setTtl(room("a"), std::chrono::seconds(1), [](const auto&) {});
  settle(two);
  for (int round = 0; round < 3; ++round) {
    until([&] { return redis.ask({"PTTL", "room:a:online"}).integer < 900; });
    until([&] { return redis.ask({"PTTL", "room:a:online"}).integer > 950; });
  }
  EXPECT_THAT(online("room:a:online"), ElementsAre("ann"));
  redis.ask({"DEL", "room:a:online"});
  untilOnline("room:a:online", {"ann"});
  EXPECT_THAT(one.heard.events(), ElementsAre("+ann room:a")) << "nobody came or went";
}

// The user that docs/reference/redis.md names is enough for all of it.
TEST_F(PresenceMending, UserWithTheRightsOfTheDocsIsEnough) {
  redis.ask({"ACL", "SETUSER", "default", "resetkeys", "~kith:*", "~users:online", "~room:*", "~group:*",
             "+@all", "-@admin", "-@dangerous", "+info"});
  look_every = Milliseconds(20);
  Node& one = node();
  one->up(user("ann"), at(1, {room("a"), Scope::of(GroupId::trusted("g"))}));
  one->setTtl(room("a"), std::chrono::seconds(60), [](const auto&) {});
  EXPECT_TRUE(
      answer<std::vector<Typing>>([&](auto reply) { one->typing(room("a"), std::move(reply)); }).ok());
  EXPECT_EQ(answer<std::int64_t>([&](auto reply) { one->cleanup(room("a"), std::move(reply)); }).value(), 0);
  EXPECT_EQ(
      answer<OnlinePage>([&](auto reply) { one->online(room("a"), "", 10, std::move(reply)); })->users.size(),
      1U);
  redis.ask({"DEL", "room:a:online"});
  thread.call([&] { one->check(10); });
  untilOnline("room:a:online", {"ann"});
  redis.ask({"DEL", "kith:nodes"});
  beat(one);
  until([&] { return livingNodes() == std::vector{thread.call([&] { return one->node(); })}; });
  one->down(user("ann"));
  untilOnline("room:a:online", {});
}

// More than may wait for Redis, and more than are remembered one by one: a beat says all of them.
TEST_F(PresenceMending, UsersThatFoundTheQueueFullAreSaidLater) {
  waiting_max = 60;
  Node& one = node();
  std::promise<bool> counted;
  thread.call([&] {  // all in one turn: none is answered before the last is said
    for (int i = 0; i < 500; ++i) one->up(user("u" + std::to_string(i)), at(1, {room("a")}));
    one->count(room("a"), [&](const Result<std::int64_t>& count) { counted.set_value(count.ok()); });
  });
  EXPECT_FALSE(counted.get_future().get());
  until([&] { return online("room:a:online").size() == 60; });
  beat(one);
  EXPECT_EQ(online("room:a:online").size(), 500U);
}

TEST_F(PresenceMending, ManyUsersAreResyncedInSlices) {
  Node& one = node();
  for (int i = 0; i < 1'050; ++i) one->up(user("u" + std::to_string(i)), at(1, {room("a")}));
  settle(one);
  redis.ask({"FLUSHALL"});
  beat(one);
  until([&] { return online("room:a:online").size() == 1'050; });
  EXPECT_EQ(redis.ask({"SCARD", "users:online"}).integer, 1'050);
  EXPECT_THAT(one.heard.events(), Contains("+u1 room:a").Times(1));
}

// Their people would be mixed, and each would take the other's for its own.
TEST_F(PresenceMending, TheServersOfAnotherStoreFindThatTheDatabaseIsTaken) {
  const auto trouble = [this](Node& node) {
    return thread.call([&] { return std::string(node->trouble()); });
  };
  deployment = "shop";
  Node& one = node();
  Node& two = node();
  deployment = "club";
  Node& foreign = node();
  EXPECT_EQ(trouble(one), "");
  EXPECT_EQ(trouble(two), "");
  EXPECT_EQ(trouble(foreign), "presence shared");
  redis.ask({"DEL", "kith:deployment"});  // as when its time is over
  beat(foreign);
  EXPECT_EQ(trouble(foreign), "");
}

TEST_F(PresenceMending, WhatRedisRefusesIsSaidUntilItIsAllowed) {
  redis.ask({"ACL", "SETUSER", "default", "-evalsha"});
  Node& one = node();
  EXPECT_EQ(thread.call([&] { return std::string(one->trouble()); }), "presence refused");
  redis.ask({"ACL", "SETUSER", "default", "+evalsha"});
  beat(one);
  EXPECT_EQ(thread.call([&] { return std::string(one->trouble()); }), "");
}

}  // namespace
}  // namespace kith
