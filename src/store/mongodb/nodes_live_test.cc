#include <chrono>
#include <set>
#include <thread>

#include "store/mongodb/mongo_test_fixture.h"

// Two nodes on one database.
namespace kith::store {
namespace {

class MongoNodesTest : public MongoTest {
 protected:
  void putMember(Store& by, MemberState state) {
    EXPECT_TRUE(
        submit(by,
               change({scope},
                      [this, state](Transaction& rows) -> Result<Drafts> {
                        TRY(rows.putMember(RoomMember{room, bob, RoomRole::Member, state, rows.now(), 1}));
                        const bool in = state == MemberState::Member;
                        return drafts(scope, in ? EntryType::MemberJoined : EntryType::MemberLeft,
                                      in ? 1 : -1);
                      }))
            .get()
            .ok());
  }
  WriteItem asMember() const {
    auto item = itemOf({scope}, bob);
    item.run = AppendRun([user = bob](ScopeState& now) -> Result<EntryDraft> {
      const auto row = TRY(now.member(user));
      if (!row || row->state != MemberState::Member) return Fault::of(FaultCode::NotMember);
      EntryDraft draft;
      draft.message = NewMessage{"hi", TextFormat::Plain, 0};
      return draft;
    });
    return item;
  }
};

TEST_F(MongoNodesTest, NodesThatWriteToOneRoomAtOnceMakeOneLogWithoutHoles) {
  const auto one = open();
  const auto two = open();
  constexpr int kEach = 40;
  std::vector<std::future<Result<Committed>>> answers[2];
  std::thread other([&] {
    for (int i = 0; i < kEach; ++i) answers[1].push_back(submit(*two, message("two")));
  });
  for (int i = 0; i < kEach; ++i) answers[0].push_back(submit(*one, message("one")));
  other.join();
  std::set<Offset> offsets;
  for (auto& of_node : answers) {
    for (auto& answer : of_node) {
      const auto committed = answer.get();
      ASSERT_TRUE(committed.ok()) << committed.error().detail;
      EXPECT_TRUE(offsets.insert(committed->entries.front().logged.entry.offset).second);
    }
  }
  EXPECT_EQ(*offsets.rbegin(), Offset{2 * kEach});
  EXPECT_EQ(entriesOf(*one, scope).size(), std::size_t{2 * kEach});
  EXPECT_EQ(entriesOf(*two, scope).back().entry.messages, 2 * kEach);
}

TEST_F(MongoNodesTest, NodesHaveTheSameEpochs) {
  const auto one = open();
  const auto two = open();
  const auto first = submit(*one, message("one")).get();
  const auto second = submit(*two, message("two")).get();
  EXPECT_EQ(first->entries.front().epoch, second->entries.front().epoch);
}

TEST_F(MongoNodesTest, ARepeatAtAnotherNodeIsAnsweredWithTheFirstEntry) {
  const auto one = open();
  const auto two = open();
  ASSERT_TRUE(submit(*one, message("hello", "n1")).get().ok());
  const auto repeat = submit(*two, message("hello", "n1")).get();
  ASSERT_TRUE(repeat.ok());
  EXPECT_TRUE(repeat->duplicate);
  EXPECT_EQ(entriesOf(*two, scope).size(), 1u);
}

TEST_F(MongoNodesTest, RepeatsAtBothNodesAtOnceMakeOneEntry) {
  const auto one = open();
  const auto two = open();
  for (int round = 0; round < 10; ++round) {
    const auto nonce = "n" + std::to_string(round);
    auto first = submit(*one, message("hello", nonce));
    auto second = submit(*two, message("hello", nonce));
    const auto a = first.get();
    const auto b = second.get();
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_NE(a->duplicate, b->duplicate);
    EXPECT_EQ(a->entries.front().logged.entry.offset, b->entries.front().logged.entry.offset);
  }
  EXPECT_EQ(entriesOf(*one, scope).size(), 10u);
}

/// A node that died between the insert of its transaction and the commit.
class DeadNode {
 public:
  explicit DeadNode(ScratchDatabase& database) : database_(database) {
    bson_error_t error;
    session_ = mongoc_client_start_session(database.client(), nullptr, &error);
    EXPECT_TRUE(mongoc_client_session_start_transaction(session_, nullptr, &error)) << error.message;
  }
  ~DeadNode() { mongoc_client_session_destroy(session_); }

  void inserts(const Scope& scope, Offset offset) {
    insert("entries",
           BCON_NEW("s", BCON_UTF8(scope.name().c_str()), "o", BCON_INT64(static_cast<std::int64_t>(offset))),
           session_);
  }
  void leavesItsRow() {
    insert("nodes",
           BCON_NEW("_id", BCON_UTF8("dead"), "beat", BCON_INT64(7), "sessions", "[",
                    BCON_DOCUMENT(mongoc_client_session_get_lsid(session_)), "]"),
           nullptr);
  }

 private:
  void insert(const char* to, bson_t* row, const mongoc_client_session_t* in) {
    bson_error_t error;
    bson_t with;
    bson_init(&with);
    if (in != nullptr) {
      EXPECT_TRUE(mongoc_client_session_append(in, &with, &error)) << error.message;
    }
    auto* collection = mongoc_client_get_collection(database_.client(), database_.name().c_str(), to);
    EXPECT_TRUE(mongoc_collection_insert_one(collection, row, &with, nullptr, &error)) << error.message;
    mongoc_collection_destroy(collection);
    bson_destroy(&with);
    bson_destroy(row);
  }

  ScratchDatabase& database_;
  mongoc_client_session_t* session_ = nullptr;
};

// It held the next offset of the room: nobody got in until the server ended it, after a minute.
TEST_F(MongoNodesTest, ATransactionThatADeadNodeLeftKeepsNobodyOut) {
  const auto store = open();
  DeadNode dead(*database);
  dead.inserts(scope, 1);
  dead.leavesItsRow();
  const auto sent = submit(*store, message("hello")).get();
  ASSERT_TRUE(sent.ok()) << sent.error().detail;
  EXPECT_EQ(sent->entries.front().logged.entry.offset, 1u);
}

// Its head is an old one, and so is whatever it could remember of the room.
TEST_F(MongoNodesTest, AMessageAfterAKickAtAnotherNodeIsRefused) {
  const auto one = open();
  const auto two = open();
  putMember(*one, MemberState::Member);
  ASSERT_TRUE(submit(*two, asMember()).get().ok());
  putMember(*one, MemberState::Left);
  const auto late = submit(*two, asMember()).get();
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, FaultCode::NotMember);
}

// Refused by an old head it would be for ever: nothing else tells this node of the join.
TEST_F(MongoNodesTest, AMessageAfterAJoinAtAnotherNodeIsNotRefused) {
  const auto one = open();
  const auto two = open();
  EXPECT_FALSE(submit(*two, asMember()).get().ok());
  putMember(*one, MemberState::Member);
  EXPECT_TRUE(submit(*two, asMember()).get().ok());
}

TEST_F(MongoNodesTest, ALimitHoldsAcrossNodes) {
  const auto one = open();
  const auto two = open();
  const auto limited = [this] {
    auto item = itemOf({scope}, ann);
    item.run = AppendRun([](ScopeState& now) -> Result<EntryDraft> {
      if (TRY(now.head()).messages >= 3) return Fault::of(FaultCode::Full);
      EntryDraft draft;
      draft.message = NewMessage{"one of three", TextFormat::Plain, 0};
      return draft;
    });
    return item;
  };
  std::vector<std::future<Result<Committed>>> answers;
  for (int i = 0; i < 5; ++i) {
    answers.push_back(submit(*one, limited()));
    answers.push_back(submit(*two, limited()));
  }
  int accepted = 0;
  for (auto& answer : answers) accepted += answer.get().ok() ? 1 : 0;
  EXPECT_EQ(accepted, 3);
}

// Both read how many rooms there are, and neither has anything to say in the group's log.
TEST_F(MongoNodesTest, TransactionsThatNameOneLogAreJudgedOneAfterTheOtherThoughNoneWritesThere) {
  const auto one = open();
  const auto two = open();
  const auto club = GroupId::trusted("club");
  std::vector<std::future<Result<Committed>>> first;
  const auto only_room = [&](const std::string& id, Task meanwhile) {
    auto then = std::make_shared<Task>(std::move(meanwhile));
    return change({Scope::of(club)}, [this, club, id, then](Transaction& rows) -> Result<Drafts> {
      if (TRY(rows.roomCount(club)) > 0) return Fault::of(FaultCode::Full);
      if (*then) std::exchange(*then, {})();
      Room made{RoomId::trusted(id), id, "", ann, 1};
      made.group = club;
      TRY(rows.putRoom(made));
      return Drafts();
    });
  };
  const auto second = submit(*two, only_room("r2", [&] {
                        first.push_back(submit(*one, only_room("r1", {})));
                        first.back().wait();
                      })).get();
  EXPECT_TRUE(first.front().get().ok());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, FaultCode::Full);
}

// The join reads his row in the group and writes to the room's log; the kick changes that row and writes to
// the group's log. Both could succeed, and he be left in a room of a group that he is not in.
TEST_F(MongoNodesTest, AJoinAndBeingPutOutOfTheGroupDoNotPassEachOther) {
  const auto one = open();
  const auto two = open();
  const auto club = GroupId::trusted("club");
  const auto in_group = [&](MemberState state) {
    return change({Scope::of(club)}, [club, user = bob, state](Transaction& rows) -> Result<Drafts> {
      TRY(rows.putMember(GroupMember{club, user, RoomRole::Member, state, rows.now(), 1}));
      return drafts(Scope::of(club), EntryType::MemberJoined);
    });
  };
  ASSERT_TRUE(submit(*one, in_group(MemberState::Member)).get().ok());
  std::vector<std::future<Result<Committed>>> kicks;
  const auto joined = submit(*two, change({scope}, [&](Transaction& rows) -> Result<Drafts> {
                        const auto row = TRY(rows.groupMember(club, bob));
                        if (!row || row->state != MemberState::Member) return Fault::of(FaultCode::NotMember);
                        if (kicks.empty()) kicks.push_back(submit(*one, in_group(MemberState::Left)));
                        // Until one of the two had to give way, or nothing held the kick back.
                        const auto kicked = [&] {
                          return kicks.front().wait_for(std::chrono::seconds(0)) == std::future_status::ready;
                        };
                        while (figure("kith_store_retries_total") == 0 && !kicked())
                          std::this_thread::yield();
                        TRY(rows.putMember(RoomMember{room, bob}));
                        return drafts(scope, EntryType::MemberJoined, 1);
                      })).get();
  EXPECT_TRUE(joined.ok());
  EXPECT_TRUE(kicks.front().get().ok());
  EXPECT_GE(figure("kith_store_retries_total"), 1);
}

}  // namespace
}  // namespace kith::store
