#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/task.h"
#include "model/fault.h"
#include "model/id.h"
#include "model/scope.h"

namespace kith {

/// The places a user belongs to, as read from the store.
struct Memberships {
  /// The end of `user:UID` up to which they were read: read the position first, then the places.
  Position version;
  std::vector<Scope> scopes;
};

/// A user is now online in these places, or no longer is: he came or went, or entered or left them. Of one
/// who came or went, all his places are named, perhaps none.
struct PresenceChange {
  enum class Now { Online, Offline };
  UserId user;
  Now now = Now::Online;
  std::vector<Scope> scopes;
};

/// How long a place's online set is kept when nobody has chosen.
inline constexpr std::chrono::seconds kOnlineTtl{24 * 60 * 60};

/// Part of a listing. `next` is the cursor of the next page; empty: this was the last.
struct OnlinePage {
  std::vector<UserId> users;
  std::string next;
};

/// Somebody's typing, and for how long it still counts. Zero in a change: it has ended.
struct Typing {
  UserId user;
  Milliseconds left{0};
  friend bool operator==(const Typing&, const Typing&) = default;
};

/// Who is online where, and who types: of all nodes, not of this one alone.
///
/// A user is online in a place while he is up and the place is among his memberships. Connections and
/// the grace after the last one are counted above this interface: it hears of whole users only.
///
/// Any thread may call; nothing blocks. up() and down() of one user come from one thread and take
/// effect in that order; a question is answered from a state that includes every command its caller
/// gave before it. Commands have no answer: one that is repeated, late or lost does no harm, since an
/// implementation knows what its node was told and makes the shared state agree with it.
/// Answers come once, on any thread, perhaps before the call returns; a backend that cannot be reached
/// answers a temporary fault. No call is made while a lock of the implementation is held.
/// Every implementation passes presence_conformance.h.
class Presence {
 public:
  template <class T>
  using Answer = Callback<void(Result<T>)>;
  using Changes = Callback<void(const PresenceChange&)>;

  virtual ~Presence() = default;

  /// Who hears of changes, on whichever node they began. Set once, before the first command.
  /// Called on any thread after the change is in force, for one user in the order of his changes, and once
  /// for each: not for a repeat, nor for a further node that holds him. Only where he enters or leaves a
  /// place while several nodes hold him, each may tell. May be lost with the backend: a signal, not a record.
  virtual void onChange(Changes changes) = 0;

  /// The user is connected to this node, and these are his memberships. The first up brings him online.
  /// A version of the epoch known that is not above the version known leaves the places as they are;
  /// one of another epoch replaces them.
  virtual void up(const UserId& user, Memberships memberships) = 0;
  /// The user is no longer connected to this node. He goes offline if no other holds him.
  virtual void down(const UserId& user) = 0;

  /// Who is online in a place, in no order that means anything. `limit` (at least 1) is about how many a
  /// page holds. A user who is online during the whole listing is on at least one page; one page never
  /// names a user twice. `cursor` is empty or a former page's `next`; any other is BadRequest, "cursor".
  virtual void online(const Scope& scope, const std::string& cursor, std::size_t limit,
                      Answer<OnlinePage> answer) = 0;
  /// The same of everybody who is online anywhere, also without any membership.
  virtual void allOnline(const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer) = 0;
  /// Exact and cheap.
  virtual void count(const Scope& scope, Answer<std::int64_t> answer) = 0;
  /// Also true for a user without any membership.
  virtual void isOnline(const UserId& user, Answer<bool> answer) = 0;

  /// Takes out of the place's online set whoever stands there though he is not online, or not a member by the
  /// memberships known of him, and answers how many. Nobody gets there by up() and down(): it mends what
  /// another program wrote, or what an accident left. Tells no change: none of them ever came.
  virtual void cleanup(const Scope& scope, Answer<std::int64_t> answer) = 0;
  /// For how long the place's online set outlives the last node that kept it up: a belt, never the way a user
  /// goes offline. At least a second; kept until it is set anew, kOnlineTtl until then.
  virtual void setTtl(const Scope& scope, std::chrono::seconds ttl, Answer<void> answer) = 0;
  virtual void ttl(const Scope& scope, Answer<std::chrono::seconds> answer) = 0;

  /// Applies the changes, then answers who types: one step. Deadlines are kept by the backend's clock and
  /// never returned once past; a typist needs to be neither online nor a member, the caller judged that.
  virtual void setTyping(const Scope& scope, std::vector<Typing> changes,
                         Answer<std::vector<Typing>> answer) = 0;
  void typing(const Scope& scope, Answer<std::vector<Typing>> answer) {
    setTyping(scope, {}, std::move(answer));
  }
};

}  // namespace kith
