#pragma once

#include <string>
#include <string_view>

#include "service/accounts.h"

namespace kith {

/// What the files of AccountService share. Plain functions; any thread.

/// The name under which the store keeps the hash of the one-time setup token.
inline constexpr std::string_view kSetupSecret = "setup_token";

/// A sign-in that is still good, with its user.
struct LiveSession {
  User user;
  LoginSession session;
};

/// Unauthorized if there is none, whatever the reason: unknown, revoked, expired.
Result<LiveSession> liveSession(store::Reader& reader, const SessionId& id, WallMs now);

/// A new account whose fields will do.
struct CheckedAccount {
  User user;  // without id and hash
  std::string password;
};
Result<CheckedAccount> checkedAccount(const NewAccount& raw);

/// Ends sign-ins of the caller; `sessions.revoked` if there were any.
Result<store::Drafts> revokeSessions(store::Transaction& tx, const Caller& caller, LogoutReach reach);

/// The user without what nobody outside the store needs.
User shownUser(User user);
Caller callerOf(const User& user, const SessionId& login);

}  // namespace kith
