#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "service/chat.h"
#include "service/place_broadcast.h"
#include "service/place_entries.h"
#include "service/task_runner.h"

namespace kith {

struct CreateGroup {
  std::string name;
  std::string slug;  // empty: made from the name
  std::string description;
  JoinMode join_mode = JoinMode::Open;
  std::int64_t capacity = 0;
  std::string nonce;
};
/// What is not given stays as it is.
struct UpdateGroup {
  GroupId group;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<JoinMode> join_mode;
  std::optional<std::int64_t> capacity;
  std::optional<std::vector<RoomId>> default_rooms;
  std::string nonce;
};
struct KickFromGroup {
  GroupId group;
  UserId user;
  std::string reason;
  std::string nonce;
};
struct DecideRequest {
  GroupId group;
  JoinRequestId request;
  std::string reason;  // of a rejection
  std::string nonce;
};

/// A group as the asker sees it, with what was written.
struct GroupWritten {
  store::GroupRow group;
  Written written;
  bool shown = true;      // false: it is gone, and its id alone is told
  bool accepted = false;  // committed, and the rest of the work goes on
};
/// What became of a request, or of who asked.
struct RequestWritten {
  JoinRequest request;
  Written written;
  bool accepted = false;
};
/// What became of who wants in: he is a member, or his request waits.
using JoinWritten = std::variant<GroupWritten, RequestWritten>;
struct LeftGroup {
  Written written;
  bool accepted = false;
};

struct GroupPage {
  std::vector<store::GroupRow> groups;
  bool more = false;
};
struct GroupMemberPage {
  std::vector<store::GroupMemberRow> members;
  bool more = false;
};
struct RequestPage {
  std::vector<store::RequestRow> requests;
  std::int64_t open = 0;  // in all
  bool more = false;
};

struct GroupLimits {
  std::size_t places_per_user_max = 2000;  // rooms and groups together
  std::size_t open_requests_per_user_max = 20;
  std::size_t members_per_step = 50;  // of a task
};

/// Communities: founds and lists them, lets people in at once or by request, and out again.
///
/// Any thread; replies come on any thread, after the commit. What spans more than a group and its main room
/// is a task: the first commit shuts or opens the doors, the steps follow and survive a crash.
class CommunityGroupService {
 public:
  struct Parts {
    EventLog& log;
    Publish& publish;
    OnlineStatusService& online;
    TypingIndicator& typing;
    TaskRunner& tasks;
    std::string hash_key;
    GroupLimits limits{};
  };
  explicit CommunityGroupService(Parts parts);

  void createGroup(const Caller& caller, CreateGroup request, Reply<GroupWritten> reply);
  void updateGroup(const Caller& caller, UpdateGroup request, Reply<GroupWritten> reply);
  /// Its rooms go with it.
  void deleteGroup(const Caller& caller, const GroupId& group, const std::string& nonce,
                   Reply<LeftGroup> reply);

  /// Of an open group: a member at once. Joining twice is success without an entry.
  void joinGroup(const Caller& caller, const GroupId& group, const std::string& nonce,
                 Reply<JoinWritten> reply);
  /// Of a group that is joined by approval. A repeat of either is answered by what it did the first time.
  void requestJoin(const Caller& caller, const GroupId& group, const std::string& nonce,
                   Reply<JoinWritten> reply);
  void approveJoinRequest(const Caller& caller, DecideRequest request, Reply<RequestWritten> reply);
  void rejectJoinRequest(const Caller& caller, DecideRequest request, Reply<RequestWritten> reply);
  void cancelJoinRequest(const Caller& caller, DecideRequest request, Reply<RequestWritten> reply);
  /// Its rooms first, the group last.
  void leaveGroup(const Caller& caller, const GroupId& group, const std::string& nonce,
                  Reply<LeftGroup> reply);
  /// The group first: all doors are shut at once.
  void kickMember(const Caller& caller, KickFromGroup request, Reply<LeftGroup> reply);

  void listGroups(const Caller& caller, store::GroupQuery query, Reply<GroupPage> reply);
  void getGroup(const Caller& caller, const GroupId& group, Reply<store::GroupRow> reply);
  void getMembers(const Caller& caller, const GroupId& group, const UserId& cursor, std::size_t limit,
                  Reply<GroupMemberPage> reply);
  void getRequests(const Caller& caller, const GroupId& group, const JoinRequestId& cursor, std::size_t limit,
                   Reply<RequestPage> reply);

 private:
  // Steps of tasks, each repeatable.
  void handleTasks();
  void enterDefaultRoom(const StoredTask& task, Reply<TaskRunner::Next> reply);
  void leaveOneRoom(const StoredTask& task, Reply<TaskRunner::Next> reply);
  void endOnePart(const StoredTask& task, Reply<TaskRunner::Next> reply);

  void leaveRoomOf(const StoredTask& task, const RoomId& room, Reply<TaskRunner::Next> reply);
  void leaveAtLast(const StoredTask& task, const std::string& nonce, Reply<TaskRunner::Next> reply);
  void endRoom(const StoredTask& task, const RoomId& id, bool has_log, Reply<TaskRunner::Next> reply);
  void closeRequests(const StoredTask& task, std::vector<store::RequestRow> open,
                     std::unordered_set<Scope> logs, Reply<TaskRunner::Next> reply);
  void letMembersGo(const StoredTask& task, std::vector<store::GroupMemberRow> members,
                    std::unordered_set<Scope> logs, Reply<TaskRunner::Next> reply);
  /// In whose name a step writes, and where.
  struct StepBy {
    std::vector<Scope> scopes;
    UserId author;
    std::string nonce;
    std::string hash;
  };
  /// Commits a step and broadcasts it; then the task stands as `next` says.
  void appendStep(StepBy by, store::TransactionRun run, TaskRunner::Next next, Reply<TaskRunner::Next> reply);
  void appendStep(StepBy by, store::TransactionRun run, Callback<TaskRunner::Next()> next,
                  Reply<TaskRunner::Next> reply);

  void broadcast(const store::Committed& committed);
  void broadcastUserJoined(const store::CommittedEntry& entry) { places_.joined(entry); }
  void broadcastUserLeft(const store::CommittedEntry& entry) { places_.left(entry); }
  /// Answers once `task` (if there is one) has ended, or the patience is over.
  template <class T>
  void answerAfter(std::optional<StoredTask> task, T answer, Reply<T> reply) {
    if (!task) return reply(std::move(answer));
    auto held = std::make_shared<std::pair<T, Reply<T>>>(std::move(answer), std::move(reply));
    parts_.tasks.run(std::move(*task), [held](bool done) {
      held->first.accepted = !done;
      held->second(std::move(held->first));
    });
  }
  void answerWithGroup(const Caller& caller, const GroupId& group, const Written& written,
                       Reply<GroupWritten> reply);
  void answerWithRequest(const JoinRequestId& request, const Written& written, Reply<RequestWritten> reply);
  void answerJoinAgain(const Caller& caller, const store::Committed& first, Reply<JoinWritten> reply);
  void readRequest(const Caller& caller, const DecideRequest& request, Reply<JoinRequest> reply);
  void close(const Caller& caller, const JoinRequest& known, JoinRequest::State state,
             const std::string& reason, const std::string& nonce, Reply<RequestWritten> reply);
  std::string newId();

  Parts parts_;
  PlaceBroadcast places_;
  Mutex random_mutex_;
  Random random_ GUARDED_BY(random_mutex_);
};

}  // namespace kith
