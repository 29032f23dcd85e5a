#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/loop.h"
#include "eventlog/publish.h"
#include "presence/presence.h"
#include "service/caller.h"

namespace kith {

/// Where typing signals go: through Publish. Any thread.
using SendTyping = Callback<void(const Scope&, SharedBytes)>;
SendTyping sendTypingThrough(Publish& publish);

/// What users are called; who is not known is left out. Answers once, on any thread.
using UserNames = std::map<UserId, std::string>;
using ReadNames = Callback<void(std::vector<UserId>, Callback<void(Result<UserNames>)>)>;
ReadNames readNamesFrom(EventLog& log);

struct TypingOptions {
  Milliseconds repeat{2'000};              // an `on` within this time of the last one that counted is dropped
  Milliseconds lasts{5'000};               // after the last `on` that counted
  Milliseconds gather{500};                // at most one signal per room in this time
  std::size_t named_online_max = 200;      // online in the room: up to here all are named,
  std::size_t counted_online_max = 2'000;  // up to here some, and the rest counted; above, there is no typing
  std::size_t names_max = 5;               // of those some
  std::size_t typists_max = 2'000;         // of this node per room; more are dropped
  std::size_t connections_max = 16;        // of one typist in a room; more are dropped
};

/// Who is typing in a room, told to all who watch it.
///
/// A signal carries the whole list and replaces the one before:
/// `{"type":"typing","at","users":[{"id","name"}],"more":N,"ttl_ms"}`. Who types at another node has no name
/// here: it is read once for as long as he is on the list, and without it he is one of `more`. Typing ends 5
/// s after the last `on`, at once by `off`, a disconnect, the end of a membership or of the room, and by the
/// author's message without a signal. Of somebody with several connections, `off` and a disconnect end what
/// that one showed, no more. What ends typing ends the signs that came before it, also one whose rights are
/// read until later. Even if this node dies, `ttl_ms` (at most 5 s, and at most a second past the deadline of
/// anybody on the list) ends it at the reader's within 6 s.
///
/// Any thread may call; the work is done on the one loop given. Owned by the wiring; destroyed after the loop
/// has ended. Rights were judged by the caller. A room in which nobody types takes no memory and no timer;
/// what gets lost is never repeated, the next list says all; typing never gets an offset and is never stored.
class TypingIndicator {
 public:
  using Options = TypingOptions;
  enum class State { Off, On };

  TypingIndicator(Loop& loop, const Clock& clock, Presence& presence, SendTyping send, ReadNames read_names,
                  Options options = {});

  /// The order in which things came from clients.
  using Turn = std::uint64_t;
  Turn turn() { return ++last_turn_; }

  /// What a client said, from when it came.
  struct Sign {
    RoomId room;
    UserId user;
    std::string name;  // what others see
    ConnectionId connection;
    State state = State::Off;
    Turn turn = 0;
    MonotonicMs at = 0;
  };
  /// To be called when the sign comes. broadcastTyping() or drop() must follow, once it is judged.
  Sign take(const RoomId& room, const Caller& caller, State state);
  void broadcastTyping(const Sign& sign);
  void drop(const Sign& sign);

  /// Call it after the commit, before or after the broadcast: no list that names him stays after his message,
  /// unless he types on. `turn` is of when the message came.
  void messageSent(const RoomId& room, const UserId& user, Turn turn);
  /// He left, was kicked, or may not write any more.
  void stopped(const RoomId& room, const UserId& user);
  /// Nobody may write in this room any more.
  void stoppedAll(const RoomId& room);
  /// This connection of his ended.
  void closed(const UserId& user, const ConnectionId& connection);

 private:
  struct Shown {
    ConnectionId connection;
    Turn turn = 0;
    MonotonicMs last_on = 0;
    MonotonicMs deadline = 0;
  };
  struct Typist {
    std::string name;
    std::vector<Shown> by;  // connections that show it; few
    MonotonicMs deadline() const;
  };
  /// Which typing has ended: all of before a turn, or what one connection showed.
  struct End {
    Turn turn = 0;
    std::optional<ConnectionId> connection{};
  };
  /// Signs of a user in a room that are being judged, and what has ended meanwhile.
  struct Judged {
    std::size_t signs = 0;
    Turn ended = 0;
    std::map<ConnectionId, Turn> ended_by{};
  };
  struct Place {
    std::unordered_map<UserId, Typist> typists;  // connected here
    std::set<UserId> stops;                      // not yet told to the backend
    std::set<UserId> shown;                      // by the last signal
    UserNames elsewhere;                         // names of those on it who type at other nodes
    bool changed = false;  // since the list under way was asked for, so that a signal is due
    bool asking = false;
    MonotonicMs last_signal = 0;  // 0: none
    MonotonicMs look_at = 0;      // when the first typist ends; 0: there is none
    Loop::TimerId timer = 0;
  };

  bool judged(const Sign& sign);
  void note(const RoomId& room, const UserId& user, const End& end);
  void on(const Sign& sign);
  void end(const RoomId& room, const UserId& user, const End& end);
  void endQuietly(const RoomId& room, const UserId& user, const End& end, MonotonicMs at);
  bool forget(const RoomId& room, Place& place, const UserId& user, const End& end);

  void consider(const RoomId& room, Place& place);
  void ask(const RoomId& room, Place& place);
  void counted(const RoomId& room, const Result<std::int64_t>& count);
  void write(const RoomId& room, Place& place, std::size_t online);
  void writeStops(const RoomId& room, Place& place);
  void listed(const RoomId& room, std::size_t online, Result<std::vector<Typing>> typing);
  std::vector<UserId> nameless(const Place& place, const std::vector<Typing>& typing) const;
  void show(const RoomId& room, std::size_t online, const std::vector<Typing>& typing);
  std::vector<Typing> stillTyping(const Place& place, const std::vector<Typing>& listed) const;
  void signal(const RoomId& room, Place& place, const std::vector<Typing>& typing, std::size_t names_max);
  static const std::string* nameIn(const Place& place, const UserId& user);
  void silence(const RoomId& room, Place& place);

  Loop& loop_;
  const Clock& clock_;
  Presence& presence_;
  SendTyping send_;
  ReadNames read_names_;
  const Options options_;
  std::unordered_map<RoomId, Place> places_;
  std::set<std::pair<UserId, RoomId>> where_;  // all typists of this node
  std::map<std::pair<UserId, RoomId>, Judged> judged_;
  std::atomic<Turn> last_turn_{0};
};

}  // namespace kith
