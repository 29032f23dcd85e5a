#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/task.h"
#include "model/fault.h"
#include "model/user.h"
#include "service/right.h"

namespace kith {

/// One client connection of this node.
using ConnectionId = Id<struct ConnectionKind>;

/// Who asks: judged once where he came in (token or cookie), then passed along by value.
struct Caller {
  UserId user;
  std::string name;  // shown to others
  SiteRole site_role = SiteRole::Member;
  SessionId login;            // the sign-in of an own account, or empty
  ConnectionId connection{};  // of a realtime client; empty over REST
  /// The application's back end by its own key, for nobody in particular: it may see and manage everything,
  /// as a site admin, and do nothing that only a person can.
  bool back_end = false;
  /// Of the operation that he runs: what a service judges, so that no operation can be judged by another
  /// right than its row of the table says.
  Right right = Right::Nothing;
};

/// Who acts in entries where a back end acted for nobody. No user can have this id: it is not well-formed.
inline UserId backEndUser() {
  return UserId::trusted("kith.api");
}

/// The answer of an operation. Called once, on any thread: who asked hops to his own loop.
template <class T>
using Reply = Callback<void(Result<T>)>;

}  // namespace kith
