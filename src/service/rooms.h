#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "service/chat.h"
#include "service/place_broadcast.h"
#include "service/task_runner.h"

namespace kith {

struct CreateRoom {
  std::string name;
  std::string topic;
  GroupId group;  // empty: a room of its own
  std::int64_t capacity = 0;
  std::string nonce;
};
/// What is not given stays as it is.
struct UpdateRoom {
  RoomId room;
  std::optional<std::string> name;
  std::optional<std::string> topic;
  std::optional<std::int64_t> capacity;
  std::string nonce;
};
struct KickMember {
  RoomId room;
  UserId user;
  std::string reason;
  std::string nonce;
};

/// A room as the asker sees it, with what was written.
struct RoomWritten {
  store::RoomRow room;
  Written written;
  bool shown = true;  // false: of the room he is told its id alone
};

struct RoomPage {
  std::vector<store::RoomRow> rooms;
  bool more = false;
};
struct MemberPage {
  std::vector<store::MemberRow> members;
  bool more = false;
};

struct RoomLimits {
  std::size_t places_per_user_max = 2000;  // rooms and groups together
  std::size_t rooms_per_group_max = 500;
  std::int64_t keep_deleted_ms = 7LL * 24 * 3600 * 1000;  // then the texts of a deleted room are removed
  std::size_t rows_per_step = 50;                         // of a task
};

/// The room that a `room.added` or `room.removed` object speaks of: an entry's data, or a publication's.
RoomId roomOfJson(std::string_view json);

/// Rooms and who is in them: makes and lists rooms, lets people in and out, and tells the room.
///
/// Any thread; replies come on any thread, after the commit. Every change is one commit in the logs
/// of the room and of the person it concerns.
class DiscussionRoomService {
 public:
  struct Parts {
    EventLog& log;
    Publish& publish;
    OnlineStatusService& online;
    TypingIndicator& typing;
    TaskRunner& tasks;
    std::string hash_key;
    RoomLimits limits{};
  };
  explicit DiscussionRoomService(Parts parts);

  void createRoom(const Caller& caller, CreateRoom request, Reply<RoomWritten> reply);
  /// Joining twice is success without an entry.
  void joinRoom(const Caller& caller, const RoomId& room, const std::string& nonce, Reply<RoomWritten> reply);
  void leaveRoom(const Caller& caller, const RoomId& room, const std::string& nonce, Reply<Written> reply);
  void kickMember(const Caller& caller, KickMember request, Reply<Written> reply);

  void updateRoom(const Caller& caller, UpdateRoom request, Reply<RoomWritten> reply);
  /// Archived rooms can be read and left, not written to or joined. Both ways; to be so already is success.
  void archiveRoom(const Caller& caller, const RoomId& room, bool archived, const std::string& nonce,
                   Reply<RoomWritten> reply);
  /// Gone for everybody at once. Its texts are removed a week later.
  void deleteRoom(const Caller& caller, const RoomId& room, const std::string& nonce, Reply<Written> reply);

  void listRooms(const Caller& caller, store::RoomQuery query, Reply<RoomPage> reply);
  void getRoom(const Caller& caller, const RoomId& room, Reply<store::RoomRow> reply);
  void getMembers(const Caller& caller, const RoomId& room, const UserId& cursor, std::size_t limit,
                  Reply<MemberPage> reply);

 private:
  void broadcast(const store::Committed& committed);
  void broadcastUserJoined(const store::CommittedEntry& entry) { places_.joined(entry); }
  void broadcastUserLeft(const store::CommittedEntry& entry) { places_.left(entry); }
  /// The last of a write that answers with the room: from what the commit made; of a repeat, as it is now.
  Callback<void(Result<store::Committed>)> answerRoom(const Caller& caller, const RoomId& room,
                                                      std::shared_ptr<RoomWritten> made,
                                                      Reply<RoomWritten> reply);
  /// Of a repeat: the room as it is now, to whom may see it. To others what was written is said all the same.
  void answerAgain(const Caller& caller, const RoomId& room, const store::Committed& first,
                   Reply<RoomWritten> reply);
  // Steps of tasks, each repeatable.
  void letMembersGo(const StoredTask& task, Reply<TaskRunner::Next> reply);
  void purgeTexts(const StoredTask& task, Reply<TaskRunner::Next> reply);
  /// The logs that a change of the room is told in.
  void withGroup(const RoomId& room, Callback<void(Result<std::vector<Scope>>)> then);
  RoomId newRoomId();

  Parts parts_;
  PlaceBroadcast places_;
  Mutex random_mutex_;
  Random random_ GUARDED_BY(random_mutex_);
};

}  // namespace kith
