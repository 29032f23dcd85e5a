#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "base/manual_loop.h"
#include "hub/fanout.h"
#include "presence/memory/memory_presence.h"
#include "service/chat.h"
#include "service/groups.h"
#include "service/online_status.h"
#include "service/place_entries.h"
#include "service/rooms.h"
#include "session/session.h"
#include "store/sqlite/damaged_log.h"
#include "store/sqlite/scratch_store.h"
#include "store/watched_store.h"

namespace kith {

inline const std::string kPage = R"("history":{"channel":"user:ann","limit":1}})";

/// A connection that keeps what it is given.
class Line final : public Transport {
 public:
  void send(const FrameRef& frame, FrameKind) override {
    sent += frame.bytes();
    queued += frame.size();
  }
  std::size_t queuedBytes() const override { return queued; }
  void close(const protocol::Disconnect& why) override { code = why.code; }
  void pauseReading() override { paused = true; }
  void resumeReading() override { paused = false; }

  std::string sent;
  std::uint16_t code = 0;
  bool paused = false;
  std::size_t queued = 0;  // until the test lets it leave
};

/// A core with one session of somebody with an account, on a real store.
class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    commit([this](store::Transaction& now) -> Result<store::Drafts> {
      User user;
      user.id = ann;
      user.handle = "ann";
      user.display_name = "Ann";
      TRY(now.putUser(user));
      TRY(now.putSession(login));
      return store::Drafts{};
    });
    session->start();
  }
  ~SessionTest() override {
    session->closed(Session::Gone::Dropped);
    workers.reset();  // what is under way ends before what it answers into
    passwords.reset();
    real.reset();
    loop.run();
  }
  static Tokens::Options keys() {
    Tokens::Options out;
    out.own_key = "a key of thirty-two bytes or more";
    out.host_key = "another key of thirty-two bytes or more";
    return out;
  }
  /// Straight into the store: no loop has to turn for it.
  void commit(store::TransactionRun run) { commit(Scope::of(ann), std::move(run)); }
  void commit(const Scope& scope, store::TransactionRun run) {
    std::promise<bool> committed;
    store::WriteItem item;
    item.scopes = {scope};
    item.author = ann;
    item.run = std::move(run);
    item.done = [&committed](Result<store::Committed> result) { committed.set_value(result.ok()); };
    real->submit(std::move(item));
    ASSERT_TRUE(committed.get_future().get());
  }
  void damageLogOf(const Scope& scope) {
    commit(scope, [scope](store::Transaction&) -> Result<store::Drafts> {
      return store::Drafts{draftOf(scope, EntryType::MemberJoined, UserId(), "{}")};
    });
    store::damageLog(folder.path(), scope);
  }
  void revokeLogin() {
    commit([this](store::Transaction& now) -> Result<store::Drafts> {
      login.revoked_at = now.now();
      TRY(now.putSession(login));
      return store::Drafts{};
    });
  }
  void enterGroupAndRoom() {
    commit([this](store::Transaction& now) -> Result<store::Drafts> {
      TRY(now.putGroup({group, "group", "a group", ""}));
      TRY(now.putMember(GroupMember{group, ann}));
      TRY(now.putRoom({room, "a room of it", "", ann, now.now(), group}));
      TRY(now.putMember(RoomMember{room, ann}));
      return store::Drafts{};
    });
  }
  /// Puts her out of the group, as whoever listens hears it; she may have joined again at once.
  void putOut(MemberState then) {
    store::WriteItem item;
    item.scopes = {Scope::of(group)};
    item.author = ann;
    item.run = [this, then](store::Transaction& now) -> Result<store::Drafts> {
      TRY(now.putMember(GroupMember{group, ann, RoomRole::Member, then, 0, 1}));
      return store::Drafts{draftOf(Scope::of(group), EntryType::MemberLeft, ann, "{}", 0)};
    };
    item.done = [this](const Result<store::Committed>&) { put_out = true; };
    log.append(std::move(item));
  }
  void putOutWhileTheLoopTurns() {
    for (putOut(MemberState::Left); !put_out; std::this_thread::yield()) {
    }
  }
  /// What her own log tells her connection.
  void noticeRoomAdded() { notice(EntryType::RoomAdded, R"({"room":{"id":"room"}})"); }
  void noticeGroupAdded() { notice(EntryType::GroupAdded, R"({"group":{"id":"group"},"role":"member"})"); }
  void notice(EntryType type, const char* json) {
    Publication publication;
    publication.type = type;
    publication.data = shareBytes(json);
    session->noticed(publication);
  }
  void connect(const std::string& mode = "personal") {
    connectBy(tokens.signConnectionToken(ann, login.id, 0).token, mode);
  }
  void connectBy(const std::string& token, const std::string& mode = "personal") {
    session->received(R"({"id":1,"connect":{"token":")" + token + R"(","data":{"kith":{"subscriptions":")" +
                      mode + R"("}}}})");
  }
  /// What was sent leaves, and its answers too, until `text` is among them.
  void takeUntil(const std::string& text) {
    turnUntil([&] {
      line.queued = 0;
      session->sent();
      return line.sent.find(text) != std::string::npos;
    });
  }
  /// What was asked of the store is answered, and what those answers asked of it, and once more.
  void settle() {
    for (const char* id : {"97", "98", "99"}) {  // each is read after what was asked before it
      loop.run();
      session->received(R"({"id":)" + std::string(id) + "," + kPage);
      takeUntil(R"({"id":)" + std::string(id) + R"(,"history":)");
    }
  }
  /// No read of the connect is under way any more.
  void connectAndSettle(const std::string& mode) {
    connect(mode);
    takeUntil(R"("connect":)");
    settle();
    line.sent.clear();
  }
  template <class Condition>
  void turnUntil(Condition condition) {
    for (; !condition(); std::this_thread::yield()) loop.run();
  }
  /// Connects while so many frames come between the access to its own channel and the reply; ten may wait.
  void connectWhileComing(std::size_t frames) {
    options.connect_held_bytes_max = 10 * coming->size();
    std::atomic<bool> reached{false};
    std::promise<void> go_on;
    store.afterRead(2, [&] {  // its own channel, about to go live
      reached = true;
      go_on.get_future().wait();
    });
    connect();
    turnUntil([&] { return reached.load(); });
    for (std::size_t i = 0; i < frames; ++i)
      session->deliver(Scope::of(ann), FrameRef::share(coming), FrameKind::Entry);
    const auto held = coming.use_count() - 1;
    EXPECT_EQ(held, frames <= 10 ? static_cast<long>(frames) : 0);  // what cannot be sent is not kept either
    go_on.set_value();
    turnUntilAnswered();
  }
  void turnUntilAnswered() {
    turnUntil([this] { return line.code != 0 || !line.sent.empty(); });
  }

  const UserId ann = UserId::trusted("ann");
  const GroupId group = GroupId::trusted("group");
  const RoomId room = RoomId::trusted("room");
  std::atomic<bool> put_out{false};
  const SharedBytes coming = shareBytes(std::string(1000, 'x'));
  store::ScratchFolder folder;
  ManualClock clock;
  LoginSession login{SessionId::trusted("login"), ann, "hash", "test", 0, clock.wall() + 3'600'000, 0};
  ManualLoop loop{clock};
  Log lines{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  std::unique_ptr<store::Store> real = store::openScratchStore(folder, clock, lines, metrics);
  store::WatchedStore store{*real};
  std::unique_ptr<WorkerPool> workers = std::make_unique<WorkerPool>(1, 100);
  Hub hub{loop};
  Fanout fanout{{{&loop, &hub}}, protocol::jsonOverWebSocket(), metrics};
  EventLog log{{store, *workers, {&loop}, fanout, lines, metrics}};
  Publish publish{log};
  MemoryPresence presence{clock};
  OnlineStatusService online{{loop, clock, presence, readMembershipsFrom(log), sendSignalsThrough(publish),
                              tellJoinLeaveThrough(log, publish)}};
  TypingIndicator typing{loop, clock, presence, sendTypingThrough(publish), readNamesFrom(log)};
  ChatService chat{log, publish, typing, "key"};
  TaskRunner tasks{{loop, clock, log, lines, metrics}};
  DiscussionRoomService rooms{{log, publish, online, typing, tasks, "key"}};
  CommunityGroupService groups{{log, publish, online, typing, tasks, "key"}};
  Services services{chat, rooms, groups, online, log, {}};
  Tokens tokens{keys(), clock};
  std::unique_ptr<PasswordPool> passwords =
      std::make_unique<PasswordPool>(PasswordPool::Options{1, 1, 1, 64 * 1024});
  AccountService accounts{{log, *passwords, tokens, clock, lines}};
  SessionOptions options{};
  SessionCore core{0,     loop,  hub,     log,    services, accounts, typing, protocol::jsonOverWebSocket(),
                   clock, lines, metrics, options};
  Line line;
  std::shared_ptr<Session> session = std::make_shared<Session>(core, line);
};

}  // namespace kith
