#pragma once

#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/random.h"
#include "eventlog/publish.h"
#include "service/caller.h"
#include "service/chat.h"
#include "service/online_status.h"

namespace kith {

struct CreateRoom {
  std::string name;
  std::string topic;
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
  std::size_t rooms_per_user_max = 2000;
};

/// The room that a `room.added` or `room.removed` object speaks of: an entry's data, or a publication's.
RoomId roomOfJson(std::string_view json);

/// Rooms and who is in them: makes and lists rooms, lets people in and out, and tells the room.
///
/// Any thread; replies come on any thread, after the commit. Every change is one commit in the logs
/// of the room and of the person it concerns.
class DiscussionRoomService {
 public:
  DiscussionRoomService(EventLog& log, Publish& publish, OnlineStatusService& online, TypingIndicator& typing,
                        std::string hash_key, RoomLimits limits);

  void createRoom(const Caller& caller, CreateRoom request, Reply<RoomWritten> reply);
  /// Joining twice is success without an entry.
  void joinRoom(const Caller& caller, const RoomId& room, const std::string& nonce, Reply<RoomWritten> reply);
  void leaveRoom(const Caller& caller, const RoomId& room, const std::string& nonce, Reply<Written> reply);
  void kickMember(const Caller& caller, KickMember request, Reply<Written> reply);

  void listRooms(const Caller& caller, bool joined, const RoomId& cursor, std::size_t limit,
                 Reply<RoomPage> reply);
  void getRoom(const Caller& caller, const RoomId& room, Reply<store::RoomRow> reply);
  void getMembers(const Caller& caller, const RoomId& room, const UserId& cursor, std::size_t limit,
                  Reply<MemberPage> reply);

 private:
  void broadcastUserJoined(const store::Committed& committed);
  void broadcastUserLeft(const store::Committed& committed);
  void publishOthers(const store::Committed& committed);
  /// Of a repeat: the room as it is now.
  void answerWithRoom(const Caller& caller, const RoomId& room, const Written& written,
                      Reply<RoomWritten> reply);
  RoomId newRoomId();

  EventLog& log_;
  Publish& publish_;
  OnlineStatusService& online_;
  TypingIndicator& typing_;
  std::string hash_key_;
  RoomLimits limits_;
  Mutex random_mutex_;
  Random random_ GUARDED_BY(random_mutex_);
};

}  // namespace kith
