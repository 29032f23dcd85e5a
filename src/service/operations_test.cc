// Operations on all services, as the wiring makes them: what the table says is what holds.
#include "service/operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/manual_loop.h"
#include "presence/memory/memory_presence.h"
#include "service/behind_presence.h"
#include "service/chat.h"
#include "service/groups.h"
#include "service/online_status.h"
#include "service/rooms.h"
#include "service/thread_loop.h"
#include "store/sqlite/scratch_store.h"

namespace kith {
namespace {

using testing::HasSubstr;

/// Presence, and what happens after it has looked and before it answers.
class SlowPresence final : public BehindPresence {
 public:
  using BehindPresence::BehindPresence;
  std::function<void()> meanwhile = [] {};
  std::int64_t removes = 0;  // by each cleanup

  void cleanup(const Scope&, Answer<std::int64_t> answer) override { answer(removes); }

  void online(const Scope& scope, const std::string& cursor, std::size_t limit,
              Answer<OnlinePage> answer) override {
    std::exchange(meanwhile, [] {})();
    behind_.online(scope, cursor, limit, std::move(answer));
  }
  void count(const Scope& scope, Answer<std::int64_t> answer) override {
    std::exchange(meanwhile, [] {})();
    behind_.count(scope, std::move(answer));
  }
  void isOnline(const UserId& user, Answer<bool> answer) override {
    std::exchange(meanwhile, [] {})();
    behind_.isOnline(user, std::move(answer));
  }
};

class OperationsTest : public testing::Test {
 protected:
  OperationsTest() {
    log = std::make_unique<EventLog>(EventLog::Parts{*store, *workers, {loop.get()}, sink, lines, metrics});
    publish = std::make_unique<Publish>(*log);
    status = std::make_unique<OnlineStatusService>(
        OnlineStatusService::Parts{idle, clock, presence, readMembershipsFrom(*log),
                                   sendSignalsThrough(*publish), tellJoinLeaveThrough(*log, *publish)});
    typing = std::make_unique<TypingIndicator>(idle, clock, presence, sendTypingThrough(*publish),
                                               readNamesFrom(*log));
    chat = std::make_unique<ChatService>(*log, *publish, *typing, "key");
    tasks = std::make_unique<TaskRunner>(TaskRunner::Parts{idle, clock, *log, lines, metrics});
    rooms = std::make_unique<DiscussionRoomService>(
        DiscussionRoomService::Parts{*log, *publish, *status, *typing, *tasks, "key"});
    groups = std::make_unique<CommunityGroupService>(
        CommunityGroupService::Parts{*log, *publish, *status, *typing, *tasks, "key"});
    services = std::make_unique<Services>(Services{*chat, *rooms, *groups, *status, *log, {}});
    const auto made = run("ann", "room.create", R"({"name":"Lobby"})");
    room = roomOfJson(*made).text();
    EXPECT_TRUE(run("bob", "room.join", inRoom("")));
  }
  ~OperationsTest() override {
    // Those who answer end before what they answer into.
    workers.reset();
    store.reset();
    loop.reset();
  }

  std::string inRoom(const std::string& more) const {
    return R"({"room":")" + room + "\"" + (more.empty() ? "" : "," + more) + "}";
  }
  Result<std::string> run(const std::string& who, const Operation& operation, const std::string& json) {
    std::promise<Result<std::string>> answer;
    Caller caller;
    caller.user = UserId::trusted(who);
    caller.name = who;
    if (who == "root") caller.site_role = SiteRole::Admin;
    runOperation(operation, *services, caller, json,
                 [&](Result<std::string> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }
  Result<std::string> run(const std::string& who, std::string_view method, const std::string& json) {
    return run(who, *operationOf(method), json);
  }
  /// The code of what must fail.
  FaultCode refused(const std::string& who, const Operation& operation, const std::string& json) {
    const auto result = run(who, operation, json);
    EXPECT_FALSE(result) << *result;
    return result ? FaultCode::BadRequest : result.error().code;
  }

  ManualClock clock;
  ManualLoop idle{clock};  // of presence and typing: nothing of it is looked at here
  Log lines{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  NoSink sink;
  MemoryPresence memory{clock};
  SlowPresence presence{memory};
  store::ScratchFolder folder_;
  std::unique_ptr<ThreadLoop> loop = std::make_unique<ThreadLoop>();
  std::unique_ptr<store::Store> store = store::openScratchStore(folder_, clock, lines, metrics);
  std::unique_ptr<WorkerPool> workers = std::make_unique<WorkerPool>(2, 1000);
  std::unique_ptr<EventLog> log;
  std::unique_ptr<Publish> publish;
  std::unique_ptr<OnlineStatusService> status;
  std::unique_ptr<TypingIndicator> typing;
  std::unique_ptr<ChatService> chat;
  std::unique_ptr<TaskRunner> tasks;
  std::unique_ptr<DiscussionRoomService> rooms;
  std::unique_ptr<CommunityGroupService> groups;
  std::unique_ptr<Services> services;
  std::string room;
};

// The services once judged by constants of their own, and the table's right was for show.
TEST_F(OperationsTest, RightOfTheRowIsTheOneThatIsJudged) {
  for (const auto& row : operations()) {
    SCOPED_TRACE(row.method);
    std::string json = R"({"seq":1,"text":"x","on":true,"name":"x","user":"bob","request":"r","seconds":60)";
    for (const auto& field : row.fields) {
      if (field.name == "room") json += R"(,"room":")" + room + "\"";
      if (field.name == "group" && field.need == Field::Need::Required) json += R"(,"group":"g")";
    }
    json += "}";
    auto denied = row;
    denied.right = static_cast<Right>(1'000);  // one that the policy does not know
    const auto result = run("bob", denied, json);
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().code == FaultCode::PermissionDenied ||
                result.error().code == FaultCode::NotFound)
        << result.error().message();
  }
}

TEST_F(OperationsTest, RowWithAnotherRightAllowsAndDeniesByThat) {
  auto send = *operationOf("chat.send");
  EXPECT_TRUE(run("bob", send, inRoom(R"("text":"one")")));
  EXPECT_EQ(refused("eve", send, inRoom(R"("text":"one")")), FaultCode::NotMember);
  send.right = Right::KickMember;
  EXPECT_EQ(refused("bob", send, inRoom(R"("text":"two")")), FaultCode::PermissionDenied);
  send.right = Right::JoinRoom;
  EXPECT_TRUE(run("eve", send, inRoom(R"("text":"three")")));

  auto history = *operationOf("chat.history");
  EXPECT_EQ(refused("eve", history, inRoom("")), FaultCode::NotMember);
  history.right = Right::JoinRoom;
  EXPECT_THAT(*run("eve", history, inRoom("")), HasSubstr("three"));
}

// The right was judged first, and the answer given to somebody who had no right any more.
TEST_F(OperationsTest, WhoIsKickedWhilePresenceAnswersIsToldNothing) {
  for (const std::string_view method : {"presence.room", "presence.count"}) {
    EXPECT_TRUE(run("bob", "room.join", inRoom("")));
    EXPECT_TRUE(run("bob", method, inRoom("")));
    presence.meanwhile = [&] { EXPECT_TRUE(run("ann", "room.kick", inRoom(R"("user":"bob")"))); };
    EXPECT_EQ(refused("bob", *operationOf(method), inRoom("")), FaultCode::NotMember);
  }
}

TEST_F(OperationsTest, WhoKickedSomebodyWhilePresenceAnsweredIsNotToldOfHim) {
  const auto& operation = *operationOf("presence.user");
  EXPECT_THAT(*run("ann", operation, R"({"user":"bob"})"), R"({"user":"bob","status":"offline"})");
  presence.meanwhile = [&] { EXPECT_TRUE(run("ann", "room.kick", inRoom(R"("user":"bob")"))); };
  EXPECT_EQ(refused("ann", operation, R"({"user":"bob"})"), FaultCode::NotFound);
  EXPECT_EQ(refused("bob", operation, R"({"user":"ann"})"), FaultCode::NotFound);
  EXPECT_EQ(refused("bob", operation, R"({"user":"nobody"})"), FaultCode::NotFound);
}

TEST_F(OperationsTest, SiteAdminSeesWhoIsOnlineAnywhereAndWhoeverItIsAbout) {
  const auto& all = *operationOf("presence.all");
  EXPECT_EQ(refused("ann", all, ""), FaultCode::PermissionDenied);
  EXPECT_THAT(*run("root", all, ""), R"({"users":[]})");
  EXPECT_EQ(refused("root", *operationOf("presence.user"), R"({"user":"nobody"})"), FaultCode::NotFound);
}

TEST_F(OperationsTest, SiteAdminSetsHowLongTheOnlineOfAPlaceIsKept) {
  const auto& set = *operationOf("presence.setTTL");
  const auto ttl = [&] {
    std::chrono::seconds out{0};
    memory.ttl(Scope::of(RoomId::trusted(room)), [&](Result<std::chrono::seconds> kept) { out = *kept; });
    return out;
  };
  EXPECT_EQ(refused("ann", set, inRoom(R"("seconds":600)")), FaultCode::PermissionDenied);
  for (const char* seconds : {"59", "604801", "-1", "1.5", "\"60\""}) {
    EXPECT_EQ(refused("root", set, inRoom(std::string(R"("seconds":)") + seconds)), FaultCode::BadRequest);
  }
  EXPECT_EQ(ttl(), kOnlineTtl);
  EXPECT_EQ(refused("root", set, R"({"room":"none","seconds":600})"), FaultCode::NotFound);
  EXPECT_THAT(*run("root", set, inRoom(R"("seconds":600)")), "{}");
  EXPECT_EQ(ttl(), std::chrono::seconds(600));
}

TEST_F(OperationsTest, SiteAdminCleansUpAPlaceThatIsThere) {
  const auto& cleanup = *operationOf("presence.cleanup");
  EXPECT_EQ(refused("ann", cleanup, inRoom("")), FaultCode::PermissionDenied);
  EXPECT_EQ(refused("ann", cleanup, R"({"room":"none"})"), FaultCode::PermissionDenied);
  EXPECT_EQ(refused("root", cleanup, R"({"room":"none"})"), FaultCode::NotFound);
  EXPECT_EQ(refused("root", cleanup, R"({"group":"none"})"), FaultCode::NotFound);
  presence.removes = 3;
  EXPECT_THAT(*run("root", cleanup, inRoom("")), R"({"removed":3})");
}

}  // namespace
}  // namespace kith
