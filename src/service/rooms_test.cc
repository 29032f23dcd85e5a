#include "service/rooms.h"

#include "service/places_test_fixture.h"

namespace kith {
namespace {

using testing::HasSubstr;
using testing::Not;

class RoomsTest : public PlacesTest {};

// A fault here would say that nothing was done; the client would make the room, or join, once more.
TEST_F(RoomsTest, WhatWasCommittedIsAnsweredThoughTheStoreCanNotBeReadAnyMore) {
  store.failReads();
  const auto made = wait<RoomWritten>([&](auto reply) {
    rooms.createRoom(caller("ann", Right::CreateRoom), {"a room", "", {}, 0, "made"}, std::move(reply));
  });
  ASSERT_TRUE(made);
  const RoomId room = made->room.room.id;
  EXPECT_EQ(made->room.members, 1);
  EXPECT_EQ(made->room.mine->role, RoomRole::Owner);
  EXPECT_EQ(made->written.position.offset, made->room.mine->join_offset);

  const auto joined = wait<RoomWritten>(
      [&](auto reply) { rooms.joinRoom(caller("bob", Right::JoinRoom), room, "joined", std::move(reply)); });
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->room.members, 2);
  EXPECT_EQ(joined->room.room.name, "a room");
  EXPECT_EQ(joined->written.position.offset, 2u);
}

// It was answered with the offset at which the asker had joined.
TEST_F(RoomsTest, RepeatOfAnUpdateAnswersWithItsOwnOffset) {
  const auto made = done("ann", "room.create", object({{"name", "Shed"}, {"nonce", "made"}}));
  const auto room = roomOfJson(made).text();
  const auto update = object({{"room", room}, {"name", "Barn"}, {"nonce", "renamed"}});
  EXPECT_THAT(done("ann", "room.update", update), HasSubstr(R"("offset":2,)"));
  const auto archive = object({{"room", room}, {"nonce", "archived"}});
  EXPECT_THAT(done("ann", "room.archive", archive), HasSubstr(R"("offset":3,)"));

  EXPECT_THAT(done("ann", "room.update", update), HasSubstr(R"("offset":2,)"));
  EXPECT_THAT(done("ann", "room.archive", archive), HasSubstr(R"("offset":3,)"));
  const auto again = done("ann", "room.create", object({{"name", "Shed"}, {"nonce", "made"}}));
  EXPECT_THAT(again, HasSubstr(R"("offset":1,)"));
  EXPECT_THAT(again, HasSubstr(R"("duplicate":true)"));
}

// The room was shown as it is now to whoever had a nonce of old.
TEST_F(RoomsTest, WhoMayNotSeeARoomAnyMoreIsToldByARepeatWhatHeWroteAndNoMore) {
  const auto group = groupOf("ann");
  const auto room = roomIn(group, "ann", "Secret plans");
  done("bob", "group.join", object({{"group", group}}));
  const auto join = object({{"room", room}, {"nonce", "in"}});
  done("bob", "room.join", join);
  const auto create = object({{"name", "My secret"}, {"group", group}, {"nonce", "made"}});
  const auto own = roomOfJson(done("bob", "room.create", create)).text();
  EXPECT_THAT(done("bob", "room.join", join), HasSubstr("Secret plans"));

  done("ann", "group.kick", object({{"group", group}, {"user", "bob"}}));
  const auto repeat = done("bob", "room.join", join);
  EXPECT_THAT(repeat, HasSubstr(R"({"room":{"id":")" + room + R"("},"offset":2,)"));
  EXPECT_THAT(repeat, HasSubstr(R"("duplicate":true)"));
  EXPECT_THAT(done("bob", "room.create", create),
              HasSubstr(R"({"room":{"id":")" + own + R"("},"offset":1,)"));
}

TEST_F(RoomsTest, RepeatIsAnsweredThoughTheRoomIsGone) {
  const auto room = roomOfJson(done("ann", "room.create", object({{"name", "Shed"}}))).text();
  const auto join = object({{"room", room}, {"nonce", "in"}});
  done("bob", "room.join", join);
  done("ann", "room.delete", object({{"room", room}}));
  EXPECT_THAT(done("bob", "room.join", join), HasSubstr(R"({"room":{"id":")" + room + R"("},"offset":2,)"));
}

// Both could be set, and neither held: the main room is entered with its group.
TEST_F(RoomsTest, MainRoomHasNoCapacityOfItsOwnAndIsNotArchived) {
  const auto group = groupOf("ann");
  const auto capacity = refused("ann", "room.update", R"({"room":")" + group + R"(","capacity":1})");
  EXPECT_EQ(capacity.message(), "bad_request:capacity");
  EXPECT_THAT(capacity.detail, HasSubstr("the group's"));
  const auto archive = refused("ann", "room.archive", object({{"room", group}}));
  EXPECT_EQ(archive.code, FaultCode::PermissionDenied);
  EXPECT_THAT(archive.detail, HasSubstr("group"));
  EXPECT_THAT(done("ann", "room.update", object({{"room", group}, {"topic", "All of us"}})),
              HasSubstr("All of us"));
  EXPECT_THAT(done("ann", "room.get", object({{"room", group}})), Not(HasSubstr("archived_at")));
}

// Leaving once more told whoever had been in a hidden room whether it was still there.
TEST_F(RoomsTest, WhoLeftARoomAndItsGroupLearnsNothingOfItByLeavingAgain) {
  const auto group = groupOf("ann");
  const auto room = object({{"room", roomIn(group, "ann")}});
  done("bob", "group.join", object({{"group", group}}));
  done("bob", "room.join", room);
  done("bob", "room.leave", room);
  EXPECT_EQ(done("bob", "room.leave", room), R"({"changed":false})");
  done("bob", "group.leave", object({{"group", group}}));
  EXPECT_EQ(refused("bob", "room.leave", room).code, FaultCode::NotFound);
}

TEST_F(RoomsTest, NobodyTypesOnInARoomThatIsArchivedOrDeleted) {
  const auto typists = [&](const Scope& room) {
    loop.advance(Milliseconds(600));  // a list and the next are half a second apart
    std::size_t count = 0;
    presence.typing(room, [&](const Result<std::vector<Typing>>& typing) { count = typing->size(); });
    return count;
  };
  for (const char* ended_by : {"room.archive", "room.delete"}) {
    const auto made = done("ann", "room.create", object({{"name", "Shed"}}));
    const auto room = object({{"room", roomOfJson(made).text()}});
    done("ann", "chat.typing", R"({"room":")" + roomOfJson(made).text() + R"(","on":true})");
    EXPECT_EQ(typists(Scope::of(roomOfJson(made))), 1u);
    done("ann", ended_by, room);
    EXPECT_EQ(typists(Scope::of(roomOfJson(made))), 0u) << ended_by;
  }
}

}  // namespace
}  // namespace kith
