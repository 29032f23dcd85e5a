#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "eventlog/publish.h"
#include "service/caller.h"
#include "service/join_leave.h"
#include "service/presence_signals.h"

namespace kith {

/// How a connection ended. Clean: the user meant it (closed with 1000 or without a code, logged out, session
/// revoked). Dropped: everything else, a page reload (1001), a cut line, a slow consumer: he may be back.
enum class CloseKind { Clean, Dropped };

/// Reads the user's memberships, version first, and answers once, on any thread.
using ReadMemberships = Callback<void(const UserId&, Callback<void(Result<Memberships>)>)>;

/// From the store, in one snapshot, at most `places_max` rooms: the most recently active.
ReadMemberships readMembershipsFrom(EventLog& log, std::size_t places_max = 2'000);
SendSignal sendSignalsThrough(Publish& publish);

struct OnlineStatusOptions {
  Milliseconds grace{10'000};      // after the last connection dropped
  std::size_t reads_max = 16;      // of memberships at once: a storm waits here, not in front of other reads
  Milliseconds read_again{1'000};  // after a read that failed
  std::size_t page_users_max = 1'000;
  PresenceSignalOptions signals{};
};

/// Who is online: counts the connections of this node's users and tells the backend of whole users.
///
/// A user is online in every room he is a member of while he has a connection: offline at once when the last
/// one is closed cleanly, after the grace when it dropped, and nothing is said of a reload or a second tab.
/// Any thread may call; the work is done on the one loop given. Owned by the wiring; destroyed after the loop
/// has ended. No connect reply, close or commit waits for it, and it judges no rights: callers did.
class OnlineStatusService {
 public:
  using Options = OnlineStatusOptions;
  struct Parts {
    Loop& loop;
    const Clock& clock;
    Presence& presence;
    ReadMemberships read_memberships;
    SendSignal send_signal;
    TellJoinLeave tell_join_leave;
    Options options{};
  };
  explicit OnlineStatusService(Parts parts);

  /// A connection was accepted, respectively has ended. Repeats and an end without a begin are harmless;
  /// both calls for one connection come from one thread.
  void connected(const UserId& user, const ConnectionId& connection);
  void disconnected(const UserId& user, const ConnectionId& connection, CloseKind how);
  /// After a commit that made him a member of a place or ended that: his memberships are read anew.
  void membershipChanged(const UserId& user);

  /// A subscription asks to be told who comes online in a place and who goes, respectively has ended. Up to
  /// 200 who are online there; a second connection, a reload and who goes to and fro are not told.
  void watchJoinLeave(const Scope& place);
  void unwatchJoinLeave(const Scope& place);

  /// `limit` is 1 to page_users_max, `cursor` empty or a former page's; else BadRequest with the field.
  void getOnlineUsersInRoom(const RoomId& room, const std::string& cursor, std::size_t limit,
                            Reply<OnlinePage> reply) {
    getOnlineUsers(Scope::of(room), cursor, limit, std::move(reply));
  }
  void getOnlineUsersInGroup(const GroupId& group, const std::string& cursor, std::size_t limit,
                             Reply<OnlinePage> reply) {
    getOnlineUsers(Scope::of(group), cursor, limit, std::move(reply));
  }
  void getOnlineCountInRoom(const RoomId& room, Reply<std::int64_t> reply) {
    presence_.count(Scope::of(room), std::move(reply));
  }
  void getOnlineCountInGroup(const GroupId& group, Reply<std::int64_t> reply) {
    presence_.count(Scope::of(group), std::move(reply));
  }
  void isUserOnline(const UserId& user, Reply<bool> reply) { presence_.isOnline(user, std::move(reply)); }
  /// Everybody who is online anywhere; limit and cursor as above.
  void getAllOnlineUsers(const std::string& cursor, std::size_t limit, Reply<OnlinePage> reply);

  /// Takes out of the set whoever is not online or not a member; the answer is how many.
  void cleanupStaleConnectionsInRoom(const RoomId& room, Reply<std::int64_t> reply) {
    presence_.cleanup(Scope::of(room), std::move(reply));
  }
  void cleanupStaleConnectionsInGroup(const GroupId& group, Reply<std::int64_t> reply) {
    presence_.cleanup(Scope::of(group), std::move(reply));
  }
  /// How long the set is kept without a node that keeps it up, at least a second: a belt only.
  void setRoomOnlineTTL(const RoomId& room, std::chrono::seconds ttl, Reply<void> reply) {
    presence_.setTtl(Scope::of(room), ttl, std::move(reply));
  }
  void setGroupOnlineTTL(const GroupId& group, std::chrono::seconds ttl, Reply<void> reply) {
    presence_.setTtl(Scope::of(group), ttl, std::move(reply));
  }

 private:
  enum class Reading { No, Waiting, UnderWay, UnderWayAndStale };
  struct Person {
    std::vector<ConnectionId> connections;  // few
    Loop::TimerId grace = 0;
    Reading reading = Reading::No;
    std::uint64_t ticket = 0;  // of the read under way
    bool up = false;           // the backend was told
  };

  void getOnlineUsers(const Scope& place, const std::string& cursor, std::size_t limit,
                      Reply<OnlinePage> reply);
  std::optional<Fault> limitFault(std::size_t limit) const;
  void opened(const UserId& user, const ConnectionId& connection);
  void closed(const UserId& user, const ConnectionId& connection, CloseKind how);
  void endGrace(Person& person);
  void goOffline(const UserId& user);

  void wantRead(const UserId& user, Person& person);
  void startReads();
  void startRead(const UserId& user, Person& person);
  void readDone(const UserId& user, std::uint64_t ticket, Result<Memberships> read);

  void changed(const PresenceChange& change);

  Loop& loop_;
  Presence& presence_;
  ReadMemberships read_memberships_;
  const Options options_;
  JoinLeaves join_leaves_;
  PresenceSignals signals_;
  std::unordered_map<UserId, Person> people_;
  std::deque<UserId> waiting_;  // for a read; may name some who are gone
  std::size_t reads_ = 0;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace kith
