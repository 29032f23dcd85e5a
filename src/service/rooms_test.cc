#include "service/rooms.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/manual_loop.h"
#include "presence/memory/memory_presence.h"
#include "service/online_status.h"
#include "service/typing.h"
#include "store/sqlite/sqlite_store.h"
#include "store/watched_store.h"

namespace kith {
namespace {

class Nobody final : public Sink {
  void applied(const Scope&, const Publication&, const CoreCounts&) override {}
  void signalled(const Scope&, const SharedBytes&, const CoreCounts&) override {}
  void joinedOrLeft(const Scope&, const std::vector<JoinLeave>&, const CoreCounts&) override {}
};

/// Rooms on a real store whose reads may be made to fail.
class RoomsTest : public testing::Test {
 protected:
  ~RoomsTest() override {
    workers.reset();
    real.reset();
    std::filesystem::remove_all(folder);
  }
  std::unique_ptr<store::Store> open() {
    folder = ::mkdtemp(folder.data());
    store::SqliteOptions options;
    options.folder = folder;
    options.free_space_low_bytes = 0;
    return std::move(store::SqliteStore::open(std::move(options), clock, lines, metrics)).value();
  }
  template <class T, class Call>
  Result<T> wait(Call call) {
    std::atomic<bool> answered{false};
    std::optional<Result<T>> answer;
    call([&](Result<T> result) {
      answer.emplace(std::move(result));
      answered = true;
    });
    for (; !answered; std::this_thread::yield()) loop.run();
    return std::move(*answer);
  }
  Result<RoomWritten> create(const Caller& caller) {
    return wait<RoomWritten>([&](auto reply) {
      rooms.createRoom(caller, {"a room", "", {}, 0, "made"}, std::move(reply));
    });
  }
  Result<RoomWritten> join(const Caller& caller, const RoomId& room) {
    return wait<RoomWritten>([&](auto reply) { rooms.joinRoom(caller, room, "joined", std::move(reply)); });
  }

  const Caller ann{UserId::trusted("ann"), "Ann", SiteRole::Member, {}, {}, false, Right::CreateRoom};
  const Caller bob{UserId::trusted("bob"), "Bob", SiteRole::Member, {}, {}, false, Right::JoinRoom};
  std::string folder = "/tmp/kith-rooms-XXXXXX";
  ManualClock clock;
  ManualLoop loop{clock};
  Log lines{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  Nobody sink;
  std::unique_ptr<store::Store> real = open();
  store::WatchedStore store{*real};
  std::unique_ptr<WorkerPool> workers = std::make_unique<WorkerPool>(1, 100);
  EventLog log{{store, *workers, {&loop}, sink, lines, metrics}};
  Publish publish{log};
  MemoryPresence presence{clock};
  OnlineStatusService online{{loop, clock, presence, readMembershipsFrom(log), sendSignalsThrough(publish),
                              tellJoinLeaveThrough(log, publish)}};
  TypingIndicator typing{loop, clock, presence, sendTypingThrough(publish)};
  TaskRunner tasks{{loop, clock, log, lines, metrics}};
  DiscussionRoomService rooms{{log, publish, online, typing, tasks, "key"}};
};

// A fault here would say that nothing was done; the client would make the room, or join, once more.
TEST_F(RoomsTest, WhatWasCommittedIsAnsweredThoughTheStoreCanNotBeReadAnyMore) {
  store.failReads();
  const auto made = create(ann);
  ASSERT_TRUE(made);
  const RoomId room = made->room.room.id;
  EXPECT_EQ(made->room.members, 1);
  EXPECT_EQ(made->room.mine->role, RoomRole::Owner);
  EXPECT_EQ(made->written.position.offset, made->room.mine->join_offset);

  const auto joined = join(bob, room);
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->room.members, 2);
  EXPECT_EQ(joined->room.room.name, "a room");
  EXPECT_EQ(joined->written.position.offset, 2u);
}

}  // namespace
}  // namespace kith
