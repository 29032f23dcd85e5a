#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/task.h"
#include "model/fault.h"
#include "model/user.h"

namespace kith {

/// Who asks: judged once where he came in (token or cookie), then passed along by value.
struct Caller {
  UserId user;
  std::string name;  // shown to others
  SiteRole site_role = SiteRole::Member;
  SessionId login;  // the sign-in of an own account, or empty
};

/// The answer of an operation. Called once, on any thread: who asked hops to his own loop.
template <class T>
using Reply = Callback<void(Result<T>)>;

}  // namespace kith
