#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/manual_loop.h"
#include "service/online_status.h"

namespace kith {
namespace {

/// A store that knows one user's end of log and rooms, and notes what it is asked, in order.
class OneUser final : public store::Store, private store::Reader {
 public:
  bool fails = false;
  std::vector<std::string> asked;

  void submit(store::WriteItem) override {}
  void setAnswered(Task) override {}
  Result<void> read(Callback<Result<void>(Reader&)> job) override { return job(*this); }
  Health health() const override { return {}; }

 private:
  template <class T>
  Result<T> no() {
    asked.push_back("something else");
    return T{};
  }
  Result<store::Head> head(const Scope& scope) override {
    asked.push_back("head of " + scope.name());
    if (fails) return Fault::unavailable("the disk is gone");
    return store::Head{{"epoch", 9}, 0, 0, 0};
  }
  Result<std::vector<RoomId>> roomsOf(const UserId& user, std::size_t limit) override {
    asked.push_back(std::to_string(limit) + " rooms of " + user.text());
    return std::vector{RoomId::trusted("a"), RoomId::trusted("b")};
  }
  using Text = std::optional<std::string>;
  Result<std::vector<LoggedEntry>> entries(const Scope&, Offset, Offset, const store::ReadBounds&) override {
    return no<std::vector<LoggedEntry>>();
  }
  Result<std::vector<bool>> haveEntries(const std::vector<std::pair<Scope, Offset>>&) override {
    return no<std::vector<bool>>();
  }
  Result<std::optional<LoggedEntry>> entryOfNonce(const Scope&, const UserId&, const std::string&) override {
    return no<std::optional<LoggedEntry>>();
  }
  Result<std::optional<Room>> room(const RoomId&) override { return no<std::optional<Room>>(); }
  Result<std::optional<RoomMember>> member(const RoomId&, const UserId&) override {
    return no<std::optional<RoomMember>>();
  }
  Result<std::vector<store::RoomRow>> rooms(const UserId&, const store::RoomQuery&) override {
    return no<std::vector<store::RoomRow>>();
  }
  Result<std::vector<GroupId>> groupsOf(const UserId& user, std::size_t limit) override {
    asked.push_back(std::to_string(limit) + " groups of " + user.text());
    return std::vector{GroupId::trusted("g")};
  }
  Result<std::size_t> placeCount(const UserId&, std::size_t) override { return no<std::size_t>(); }
  Result<std::vector<RoomId>> roomsIn(const GroupId&, const UserId&, std::size_t) override {
    return no<std::vector<RoomId>>();
  }
  Result<std::vector<RoomId>> roomsOfGroup(const GroupId&, std::size_t) override {
    return no<std::vector<RoomId>>();
  }
  Result<std::int64_t> roomCount(const GroupId&) override { return no<std::int64_t>(); }
  Result<std::optional<Group>> group(const GroupId&) override { return no<std::optional<Group>>(); }
  Result<std::optional<GroupMember>> groupMember(const GroupId&, const UserId&) override {
    return no<std::optional<GroupMember>>();
  }
  Result<std::vector<store::GroupRow>> groups(const UserId&, const store::GroupQuery&) override {
    return no<std::vector<store::GroupRow>>();
  }
  Result<std::optional<store::GroupRow>> groupRow(const UserId&, const GroupId&) override {
    return no<std::optional<store::GroupRow>>();
  }
  Result<bool> sharePlace(const UserId&, const UserId&) override { return no<bool>(); }
  Result<std::vector<store::GroupMemberRow>> groupMembers(const GroupId&, const UserId&,
                                                          std::size_t) override {
    return no<std::vector<store::GroupMemberRow>>();
  }
  Result<std::optional<JoinRequest>> request(const JoinRequestId&) override {
    return no<std::optional<JoinRequest>>();
  }
  Result<std::optional<JoinRequest>> openRequest(const GroupId&, const UserId&) override {
    return no<std::optional<JoinRequest>>();
  }
  Result<std::vector<store::RequestRow>> openRequests(const GroupId&, const JoinRequestId&,
                                                      std::size_t) override {
    return no<std::vector<store::RequestRow>>();
  }
  Result<std::int64_t> openRequestCount(const GroupId&) override { return no<std::int64_t>(); }
  Result<std::vector<JoinRequest>> openRequestsOf(const UserId&, std::size_t) override {
    return no<std::vector<JoinRequest>>();
  }
  Result<std::optional<StoredTask>> task(const std::string&) override {
    return no<std::optional<StoredTask>>();
  }
  Result<std::vector<StoredTask>> tasksDue(WallMs, std::size_t) override {
    return no<std::vector<StoredTask>>();
  }
  Result<std::optional<store::RoomRow>> roomRow(const UserId&, const RoomId&) override {
    return no<std::optional<store::RoomRow>>();
  }
  Result<std::vector<store::MemberRow>> members(const RoomId&, const UserId&, std::size_t) override {
    return no<std::vector<store::MemberRow>>();
  }
  Result<std::optional<Message>> message(const RoomId&, Offset) override {
    return no<std::optional<Message>>();
  }
  Result<store::MessagePage> page(const RoomId&, const store::PageQuery&) override {
    return no<store::MessagePage>();
  }
  Result<std::vector<MessageEdit>> edits(const RoomId&, Offset) override {
    return no<std::vector<MessageEdit>>();
  }
  Result<std::optional<User>> user(const UserId&) override { return no<std::optional<User>>(); }
  Result<std::vector<User>> users(const std::vector<UserId>&) override { return no<std::vector<User>>(); }
  Result<std::optional<User>> userByHandle(const std::string&) override { return no<std::optional<User>>(); }
  Result<bool> hasAdmin() override { return no<bool>(); }
  Result<std::optional<LoginSession>> session(const SessionId&) override {
    return no<std::optional<LoginSession>>();
  }
  Result<std::vector<LoginSession>> sessionsOf(const UserId&) override {
    return no<std::vector<LoginSession>>();
  }
  Result<Text> secret(const std::string&) override { return no<Text>(); }
};

class Nowhere final : public Sink {
  void applied(const Scope&, const Publication&, const CoreCounts&) override {}
  void signalled(const Scope&, const SharedBytes&, const CoreCounts&) override {}
  void joinedOrLeft(const Scope&, const std::vector<JoinLeave>&, const CoreCounts&) override {}
  void restarted(const Scope&, const CoreCounts&) override {}
  void ending(const Scope&, const UserId&, Offset) override {}
};

class ReadMembershipsTest : public testing::Test {
 protected:
  Result<Memberships> read() {
    std::promise<Result<Memberships>> answer;
    auto memberships = readMembershipsFrom(log, 50);
    memberships(UserId::trusted("ann"),
                [&](Result<Memberships> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  OneUser store;
  Nowhere sink;
  Log lines{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  ManualClock clock;
  ManualLoop loop{clock};
  WorkerPool workers{1, 10};
  EventLog log{{store, workers, {&loop}, sink, lines, metrics}};
};

// In the other order, a join between the two would be taken for known.
TEST_F(ReadMembershipsTest, VersionIsReadBeforeThePlaces) {
  const auto memberships = read();

  ASSERT_TRUE(memberships);
  EXPECT_EQ(memberships->version, (Position{"epoch", 9}));
  EXPECT_THAT(memberships->scopes,
              testing::ElementsAre(Scope::of(RoomId::trusted("a")), Scope::of(RoomId::trusted("b")),
                                   Scope::of(GroupId::trusted("g"))));
  EXPECT_THAT(store.asked, testing::ElementsAre("head of user:ann", "50 rooms of ann", "50 groups of ann"));
}

TEST_F(ReadMembershipsTest, FaultOfTheStoreIsPassedOn) {
  store.fails = true;
  const auto memberships = read();

  ASSERT_FALSE(memberships);
  EXPECT_TRUE(memberships.error().temporary);
}

}  // namespace
}  // namespace kith
