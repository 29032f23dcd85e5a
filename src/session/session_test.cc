#include "session/session_test_fixture.h"

namespace kith {
namespace {

TEST_F(SessionTest, AConnectWithATokenIsAnswered) {
  connect();
  turnUntilAnswered();
  EXPECT_NE(line.sent.find(R"("connect":)"), std::string::npos);
}

TEST_F(SessionTest, AConnectToManyRoomsReadsTheStoreNoMoreOftenThanToOne) {
  commit([this](store::Transaction& now) -> Result<store::Drafts> {
    for (int i = 0; i < 150; ++i) {
      const auto room = RoomId::trusted("room" + std::to_string(i));
      TRY(now.putRoom({room, "a room", "", ann, now.now()}));
      TRY(now.putMember({room, ann, RoomRole::Member, MemberState::Member, now.now(), 1}));
    }
    return store::Drafts{};
  });
  connect("all");
  turnUntilAnswered();
  // The token, the own channel, which groups, which rooms, all of them; then where he is online.
  EXPECT_LE(store.reads(), 6);
  for (const char* room : {"room0", "room149"})
    EXPECT_NE(line.sent.find("\"room:" + std::string(room) + "\":"), std::string::npos);
}

// The entry that tells of it went by before this connection listened: it would never hear of it.
TEST_F(SessionTest, ASignInThatIsRevokedWhileItsConnectionComesEndsThatConnection) {
  store.afterRead(1, [this] { revokeLogin(); });  // the token has been judged
  connect();
  turnUntilAnswered();
  EXPECT_EQ(line.code, protocol::kStateInvalidated.code);
  EXPECT_EQ(line.sent, "");
}

TEST_F(SessionTest, WhatComesWhileItConnectsWaitsBehindTheReply) {
  connectWhileComing(10);
  EXPECT_EQ(line.code, 0u);
  EXPECT_GT(line.sent.size(), 10 * coming->size());
}

TEST_F(SessionTest, MoreThanMayWaitBehindTheReplyEndsTheConnection) {
  connectWhileComing(11);
  EXPECT_EQ(line.code, protocol::kInsufficientState.code);
  EXPECT_LT(line.sent.size(), 10 * coming->size());
}

TEST_F(SessionTest, APageWaitsUntilTheClientHasTakenWhatWaitsForHim) {
  connect();
  takeUntil(R"("connect":)");
  line.queued = 700 * 1024;
  session->received(R"({"id":2,)" + kPage);
  EXPECT_TRUE(line.paused);
  takeUntil(R"({"id":2,"history":)");
  EXPECT_FALSE(line.paused);
}

TEST_F(SessionTest, WhatIsAnsweredInAWordDoesNotWait) {
  connect();
  takeUntil(R"("connect":)");
  line.queued = 700 * 1024;
  session->received(R"({"id":2,"unsubscribe":{"channel":"room:a"}})");
  EXPECT_NE(line.sent.find(R"({"id":2,"unsubscribe":{}})"), std::string::npos);
}

TEST_F(SessionTest, OfManyPagesOnlyAsManyBeginAsFitTogether) {
  connect();
  takeUntil(R"("connect":)");
  session->received(R"({"id":2,)" + kPage + R"({"id":3,)" + kPage);
  EXPECT_FALSE(line.paused);
  session->received(R"({"id":4,)" + kPage + R"({"id":5,)" + kPage);
  EXPECT_TRUE(line.paused);
  takeUntil(R"({"id":5,"history":)");
  EXPECT_FALSE(line.paused);
}

// However small the queue: a frame that finds it empty is always taken.
TEST_F(SessionTest, WithASmallQueuePagesComeOneByOne) {
  options.queue_bytes_max = 64 * 1024;
  connect();
  takeUntil(R"("connect":)");
  session->received(R"({"id":2,)" + kPage + R"({"id":3,)" + kPage);
  EXPECT_TRUE(line.paused);
  takeUntil(R"({"id":3,"history":)");
}

// He has answered, perhaps: his pong is among what is not read while his commands wait.
TEST_F(SessionTest, WhoIsNotReadFromIsNotEndedForASilentPing) {
  connect();
  takeUntil(R"("connect":)");
  line.queued = 700 * 1024;
  session->received(R"({"id":2,)" + kPage);
  loop.advance(options.ping_interval + options.pong_timeout);
  EXPECT_EQ(line.code, 0);
  takeUntil(R"({"id":2,"history":)");
  loop.advance(options.pong_timeout);
  EXPECT_EQ(line.code, protocol::kNoPong.code);
}

TEST_F(SessionTest, ATokenThatNeverExpiresEndsTheWaitForTheOneBefore) {
  options.ping_interval = Milliseconds(3'600'000);
  connectBy(tokens.signHostToken("bob", 60)->token);
  takeUntil(R"("connect":)");
  session->received(R"({"id":2,"refresh":{"token":")" + tokens.signHostToken("bob", 0)->token + R"("}})");
  takeUntil(R"({"id":2,"refresh":)");
  loop.advance(Milliseconds(120'000));
  EXPECT_EQ(line.code, 0);
}

// The group's log was faster than the answer about the room.
TEST_F(SessionTest, WhoIsPutOutOfTheGroupWhileARoomOfItAttachesDoesNotHearTheRoom) {
  enterGroupAndRoom();
  connect();
  takeUntil(R"("connect":)");
  session->received(R"({"id":2,"subscribe":{"channel":"group:group"}})");
  takeUntil(R"({"id":2,"subscribe":)");
  store.afterRead(1, [this] { putOutWhileTheLoopTurns(); });  // the room is his still
  session->received(R"({"id":3,"subscribe":{"channel":"room:room"}})");
  takeUntil(R"({"id":3,)");
  EXPECT_NE(line.sent.find(R"({"id":3,"error":)"), std::string::npos);
  EXPECT_EQ(hub.subscriptions(), 1u);  // her own channel
}

TEST_F(SessionTest, WhoIsPutOutOfTheGroupWhileAllHerRoomsAttachDoesNotHearTheRoom) {
  enterGroupAndRoom();
  store.afterRead(6, [this] { putOutWhileTheLoopTurns(); });  // the last before the reply
  connect("all");
  turnUntilAnswered();
  EXPECT_EQ(line.sent.find("room:room"), std::string::npos);
  EXPECT_EQ(hub.subscriptions(), 1u);
}

// Her own log, which says that she is in again, was faster than the group's, which says that she went.
TEST_F(SessionTest, PlacesJoinedAgainRightAfterAKickAreListenedToAgain) {
  enterGroupAndRoom();
  connect("all");
  takeUntil(R"("connect":)");
  noticeGroupAdded();
  noticeRoomAdded();
  line.sent.clear();
  putOut(MemberState::Member);
  turnUntil([this] { return put_out.load(); });
  settle();
  for (const char* place : {"group:group", "room:room"}) {
    const auto ended = line.sent.find(R"("channel":")" + std::string(place) + R"(","unsubscribe":)");
    const auto begun = line.sent.find(R"("channel":")" + std::string(place) + R"(","subscribe":)");
    ASSERT_NE(ended, std::string::npos) << place;
    ASSERT_NE(begun, std::string::npos) << place;
    EXPECT_LT(ended, begun);
  }
}

TEST_F(SessionTest, APlaceJoinedWhileASubscriptionToItIsRefusedIsListenedTo) {
  connectAndSettle("all");
  store.afterRead(1, [this] { enterGroupAndRoom(); });
  session->received(R"({"id":2,"subscribe":{"channel":"group:group"}})");
  noticeGroupAdded();
  settle();
  EXPECT_NE(line.sent.find(R"({"id":2,"error":)"), std::string::npos);
  EXPECT_NE(line.sent.find(R"("channel":"group:group","subscribe":)"), std::string::npos);
}

// Names of rooms cost nothing: whoever makes them up must not fill the memory with places he may not enter.
TEST_F(SessionTest, ARoomThatWasRefusedIsForgottenAtOnceAndOneThatWasHeardAfterAWhile) {
  options.ping_interval = Milliseconds(3'600'000);
  enterGroupAndRoom();
  connect();
  takeUntil(R"("connect":)");
  const auto& followed = metrics.gauge("kith_followed_scopes", "");
  session->received(R"({"id":2,"subscribe":{"channel":"room:nowhere"}})");
  takeUntil(R"({"id":2,"error":)");
  loop.run();
  EXPECT_EQ(followed.value(), 1);  // her own
  session->received(R"({"id":3,"subscribe":{"channel":"room:room"}})");
  takeUntil(R"({"id":3,"subscribe":)");
  session->received(R"({"id":4,"unsubscribe":{"channel":"room:room"}})");
  loop.run();
  EXPECT_EQ(followed.value(), 3);  // the group too
  loop.advance(Milliseconds(60'000));
  EXPECT_EQ(followed.value(), 2);
}

// In mode all she hears of it once: a place that cannot be listened to now would stay silent.
TEST_F(SessionTest, APlaceThatIsAddedWhileTheStoreFailsEndsTheConnectionWhichComesAgain) {
  connect("all");
  takeUntil(R"("connect":)");
  store.failReads();
  noticeRoomAdded();
  loop.run();
  session->received(R"({"id":2,)" + kPage);  // is read behind it
  turnUntil([this] { return line.code != 0 || line.sent.find(R"({"id":2,)") != std::string::npos; });
  EXPECT_EQ(line.code, protocol::kInsufficientState.code);
}

// She is in again and opens a room of the group before her connection hears that she is.
TEST_F(SessionTest, AGroupThatIsHeardBesideItsRoomIsShownWhenItIsAdded) {
  connect("all");
  takeUntil(R"("connect":)");
  enterGroupAndRoom();
  session->received(R"({"id":2,"subscribe":{"channel":"room:room"}})");
  takeUntil(R"({"id":2,"subscribe":)");
  noticeGroupAdded();
  settle();
  EXPECT_NE(line.sent.find(R"("channel":"group:group","subscribe":)"), std::string::npos);
  EXPECT_EQ(hub.subscriptions(), 3u);
  putOut(MemberState::Left);
  turnUntil([this] { return put_out.load(); });
  settle();
  EXPECT_NE(line.sent.find(R"("channel":"group:group","unsubscribe":)"), std::string::npos);
  EXPECT_EQ(hub.subscriptions(), 1u);
}

TEST_F(SessionTest, AGroupThatIsAddedWhileItBeginsToBeHeardBesideItsRoomIsShown) {
  connectAndSettle("all");
  enterGroupAndRoom();
  std::atomic<bool> reached{false};
  std::promise<void> go_on;
  store.afterRead(2, [&] {  // the room, then the group
    reached = true;
    go_on.get_future().wait();
  });
  session->received(R"({"id":2,"subscribe":{"channel":"room:room"}})");
  turnUntil([&] { return reached.load(); });
  noticeGroupAdded();
  go_on.set_value();
  takeUntil(R"({"id":2,"subscribe":)");
  settle();
  EXPECT_NE(line.sent.find(R"("channel":"group:group","subscribe":)"), std::string::npos);
  EXPECT_EQ(hub.subscriptions(), 3u);
}

TEST_F(SessionTest, APlaceWhoseLogIsDamagedIsLeftOutOfTheConnectAndTheRestIsThere) {
  enterGroupAndRoom();
  damageLogOf(Scope::of(room));
  connect("all");
  takeUntil(R"({"id":1,)");
  EXPECT_NE(line.sent.find(R"("group:group":)"), std::string::npos) << line.sent;
  EXPECT_EQ(line.sent.find(R"("room:room":)"), std::string::npos);
  EXPECT_NE(line.sent.find(R"("passive":1)"), std::string::npos);
}

TEST_F(SessionTest, AConnectWhoseOwnLogIsDamagedIsRefused) {
  damageLogOf(Scope::of(ann));
  connect("all");
  takeUntil(R"({"id":1,)");
  EXPECT_NE(line.sent.find(R"({"id":1,"error":)"), std::string::npos) << line.sent;
}

}  // namespace
}  // namespace kith
