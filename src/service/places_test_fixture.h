#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "base/manual_loop.h"
#include "presence/memory/memory_presence.h"
#include "service/group_tasks.h"
#include "service/groups.h"
#include "service/online_status.h"
#include "service/operations.h"
#include "service/permissions.h"
#include "service/rooms.h"
#include "service/thread_loop.h"
#include "service/typing.h"
#include "store/sqlite/scratch_store.h"
#include "store/watched_store.h"

namespace kith {

/// Rooms and groups on a real store whose reads may be made to fail. The test's thread is the loop: it turns
/// while an answer is waited for, and time stands.
class PlacesTest : public testing::Test {
 protected:
  ~PlacesTest() override {
    workers.reset();
    real.reset();
  }
  /// The one called root is a site admin.
  static Caller caller(const std::string& id, Right right = Right::Nothing) {
    const auto site_role = id == "root" ? SiteRole::Admin : SiteRole::Member;
    return {UserId::trusted(id), id, site_role, {}, {}, false, right};
  }
  /// What `call` answers.
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
  template <class Question>
  auto read(Question question) {
    std::decay_t<decltype(*question(std::declval<store::Reader&>()))> answer;
    EXPECT_TRUE(real->read([&](store::Reader& reader) -> Result<void> {
      answer = TRY(question(reader));
      return {};
    }));
    return answer;
  }

  /// A request object of strings.
  static std::string object(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    for (const auto& [name, value] : fields) json.field(name, value);
    json.endObject();
    return out;
  }
  Result<std::string> run(const std::string& who, std::string_view method, const std::string& json) {
    return wait<std::string>([&](auto reply) {
      runOperation(*operationOf(method), services, caller(who), json, std::move(reply));
    });
  }
  /// The answer of what must succeed.
  std::string done(const std::string& who, std::string_view method, const std::string& json) {
    const auto result = run(who, method, json);
    EXPECT_TRUE(result) << method << ": " << result.error().message() << " " << result.error().detail;
    return result ? *result : std::string();
  }
  /// The fault of what must not.
  Fault refused(const std::string& who, std::string_view method, const std::string& json) {
    const auto result = run(who, method, json);
    EXPECT_FALSE(result) << method << ": " << *result;
    return result ? Fault{} : result.error();
  }
  std::string groupOf(const std::string& owner, const std::string& join_mode = "open") {
    return addedGroupOf(done(owner, "group.create", object({{"name", "Club"}, {"join_mode", join_mode}})))
        .first.text();
  }
  std::string roomIn(const std::string& group, const std::string& owner, const std::string& name = "Shed") {
    return roomOfJson(done(owner, "room.create", object({{"name", name}, {"group", group}}))).text();
  }
  bool isIn(const std::string& room, const std::string& who) {
    return isMember(read(
        [&](store::Reader& reader) { return reader.member(RoomId::trusted(room), UserId::trusted(who)); }));
  }
  bool isInGroup(const std::string& group, const std::string& who) {
    return isMember(read([&](store::Reader& reader) {
      return reader.groupMember(GroupId::trusted(group), UserId::trusted(who));
    }));
  }

  store::ScratchFolder folder;
  ManualClock clock;
  ManualLoop loop{clock};
  Log lines{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  NoSink sink;
  std::unique_ptr<store::Store> real = store::openScratchStore(folder, clock, lines, metrics);
  store::WatchedStore store{*real};
  std::unique_ptr<WorkerPool> workers = std::make_unique<WorkerPool>(1, 100);
  EventLog log{{store, *workers, {&loop}, sink, lines, metrics}};
  Publish publish{log};
  MemoryPresence presence{clock};
  OnlineStatusService online{{loop, clock, presence, readMembershipsFrom(log), sendSignalsThrough(publish),
                              tellJoinLeaveThrough(log, publish)}};
  TypingIndicator typing{loop, clock, presence, sendTypingThrough(publish), readNamesFrom(log)};
  TaskRunner tasks{{loop, clock, log, lines, metrics}};
  DiscussionRoomService rooms{{log, publish, online, typing, tasks, "key"}};
  CommunityGroupService groups{{log, publish, online, typing, tasks, "key"}};
  ChatService chat{log, publish, typing, "key"};
  Services services{chat, rooms, groups, online, log, {}};
};

}  // namespace kith
