#pragma once

#include <cstddef>
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

namespace kith {

/// Where typing signals go: through Publish. Any thread.
using SendTyping = Callback<void(const Scope&, SharedBytes)>;
SendTyping sendTypingThrough(Publish& publish);

struct TypingOptions {
  Milliseconds repeat{2'000};              // an `on` within this time of the last one that counted is dropped
  Milliseconds lasts{5'000};               // after the last `on` that counted
  Milliseconds gather{500};                // at most one signal per room in this time
  std::size_t named_online_max = 200;      // online in the room: up to here all are named,
  std::size_t counted_online_max = 2'000;  // up to here some, and the rest counted; above, there is no typing
  std::size_t names_max = 5;               // of those some
  std::size_t typists_max = 2'000;         // of this node per room; more are dropped
};

/// Who is typing in a room, told to all who watch it.
///
/// A signal carries the whole list and replaces the one before:
/// `{"type":"typing","at","users":[{"id","name"}],"more":N,"ttl_ms"}`. Typing ends 5 s after the last `on`,
/// at once by `off`, a disconnect or the end of a membership, and by the author's message without a signal.
/// Even if this node dies, `ttl_ms` (at most 5 s, and at most a second past the deadline of anybody on the
/// list) ends it at the reader's within 6 s.
///
/// Any thread may call; the work is done on the one loop given. Owned by the wiring; destroyed after the loop
/// has ended. Rights were judged by the caller. A room in which nobody types takes no memory and no timer;
/// what gets lost is never repeated, the next list says all; typing never gets an offset and is never stored.
class TypingIndicator {
 public:
  using Options = TypingOptions;
  enum class State { Off, On };

  TypingIndicator(Loop& loop, const Clock& clock, Presence& presence, SendTyping send, Options options = {});

  /// What the client said. `name` is what others see.
  void broadcastTyping(const RoomId& room, const UserId& user, const std::string& name, State state);
  /// Call it after the commit, before or after the broadcast: no list that names him stays after his message.
  void messageSent(const RoomId& room, const UserId& user);
  /// He left, was kicked, or may not write any more.
  void stopped(const RoomId& room, const UserId& user);
  /// His connection ended: nowhere.
  void stopped(const UserId& user);

 private:
  struct Typist {
    std::string name;
    MonotonicMs last_on = 0;
    MonotonicMs deadline = 0;
  };
  struct Place {
    std::unordered_map<UserId, Typist> typists;  // connected here
    std::set<UserId> stops;                      // not yet told to the backend
    std::set<UserId> shown;                      // by the last signal
    bool changed = false;  // since the list under way was asked for, so that a signal is due
    bool asking = false;
    MonotonicMs last_signal = 0;  // 0: none
    MonotonicMs look_at = 0;      // when the first typist ends; 0: there is none
    Loop::TimerId timer = 0;
  };

  void on(const RoomId& room, const UserId& user, const std::string& name, MonotonicMs at);
  void end(const RoomId& room, const UserId& user);
  void endQuietly(const RoomId& room, const UserId& user, MonotonicMs at);
  bool forget(const RoomId& room, Place& place, const UserId& user);

  void consider(const RoomId& room, Place& place);
  void ask(const RoomId& room, Place& place);
  void counted(const RoomId& room, const Result<std::int64_t>& count);
  void write(const RoomId& room, Place& place, std::size_t online);
  void writeStops(const RoomId& room, Place& place);
  void listed(const RoomId& room, std::size_t online, const Result<std::vector<Typing>>& typing);
  std::vector<Typing> stillTyping(const Place& place, const std::vector<Typing>& listed) const;
  void signal(const RoomId& room, Place& place, const std::vector<Typing>& typing, std::size_t names_max);
  void silence(const RoomId& room, Place& place);

  Loop& loop_;
  const Clock& clock_;
  Presence& presence_;
  SendTyping send_;
  const Options options_;
  std::unordered_map<RoomId, Place> places_;
  std::set<std::pair<UserId, RoomId>> where_;  // all typists of this node
};

}  // namespace kith
