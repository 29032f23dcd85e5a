#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mutex.h"
#include "base/random.h"
#include "eventlog/event_log.h"
#include "service/caller.h"
#include "service/password_pool.h"
#include "service/tokens.h"

namespace kith {

/// A sign-in that has just been made. The cookie is known here and to the browser, nowhere else.
struct SignedIn {
  User user;  // without the password's hash
  LoginSession session;
  std::string cookie;
};

/// Who a connection token stands for, and until when (seconds since 1970; 0: no end).
struct Authenticated {
  Caller caller;
  std::int64_t expires_at_s = 0;
};

/// A person as he comes: nothing of it is checked yet.
struct NewAccount {
  std::string handle;
  std::string display_name;
  std::string password;
};

enum class LogoutReach { ThisSession, Everywhere };

/// Accounts: who somebody is, and how he proves it.
///
/// Any thread may call it; each reply comes once, on any thread, sometimes before the call returns.
/// Owned by the wiring; the workers, the password pool and the event log answer into it, so they end
/// before it does. Who has no account and who has the wrong password get the same answer for the same
/// work. No secret is stored but as a hash, and none is ever logged.
class AccountService {
 public:
  enum class Registration { Open, Off };
  struct Options {
    Registration registration = Registration::Open;
    Milliseconds session_life{std::int64_t{30} * 24 * 3600 * 1000};
    Milliseconds setup_link_life{std::int64_t{30} * 60 * 1000};
  };
  struct Parts {
    EventLog& events;
    PasswordPool& passwords;
    const Tokens& tokens;
    const Clock& clock;
    Log& log;
    Options options{};
  };
  explicit AccountService(Parts parts) : parts_(parts) {}

  // The first admin. Both answer NotAvailable once there is one (HTTP: 410).
  /// A new one-time token; the one before it is void.
  void createSetupLink(Reply<std::string> reply);
  /// Of any number who race with the same token exactly one becomes admin. A wrong, used or expired
  /// token: PermissionDenied with the field "token".
  void setup(std::string token, NewAccount account, std::string_view user_agent, Reply<SignedIn> reply);
  void hasAdmin(Reply<bool> reply);

  /// Faults: PermissionDenied (registration is off), BadRequest with a field, Already with "handle",
  /// TooManyRequests.
  void registerAccount(NewAccount account, std::string_view user_agent, Reply<SignedIn> reply);
  // The operator's acts, whether registration is open or not. The reply is the account, by its handle's one
  // form.
  /// An account that its owner signs in to later. Faults as of registerAccount.
  void createAccount(NewAccount account, Reply<User> reply);
  /// Ends all sign-ins as logout does. NotFound with "handle" if no account of this server has it.
  void resetPassword(std::string_view handle, std::string_view password, Reply<User> reply);
  /// Unauthorized whatever does not fit; TooManyRequests when the pool is full.
  void login(std::string_view handle, std::string_view password, std::string_view user_agent,
             Reply<SignedIn> reply);
  /// Ends the caller's sign-in, or all of his, with an entry `sessions.revoked` in `user:ID`: nodes
  /// that apply it close the connections. Idempotent.
  void logout(const Caller& caller, LogoutReach reach, Reply<void> reply);

  /// Who the page's cookie stands for; else Unauthorized.
  void cookieCaller(std::string_view cookie, Reply<Caller> reply);
  /// A token for the realtime connection of somebody who signed in here; never outlives the sign-in.
  void connectionToken(const Caller& caller, Reply<Tokens::Signed> reply);
  /// Who a connection token stands for, at connect, at refresh and as a bearer. Unauthorized (invalid:
  /// close 3500), TokenExpired, Expired (`expire_at` is past), or a temporary fault.
  ///
  /// A token of the host application with a subject makes or updates that user's row here, which is
  /// the earliest of the moments when it must exist; usually that is one read and no write. An
  /// anonymous one gives a caller without an id.
  void authenticate(std::string_view token, Reply<Authenticated> reply);

  void user(const UserId& user, Reply<std::optional<User>> reply);

 private:
  LoginSession makeSession(const UserId& user, std::string_view user_agent, std::string& cookie);
  UserId makeUserId();
  void write(const UserId& author, store::TransactionRun run, Reply<void> reply);
  void checkPassword(const std::optional<User>& user, std::string password, std::string user_agent,
                     Reply<SignedIn> reply);
  void openSession(User user, std::string new_hash, std::string_view user_agent, Reply<SignedIn> reply);
  /// `event`: a string literal, for the log.
  void writeSignIn(std::string_view event, SignedIn made, store::TransactionRun run, Reply<SignedIn> reply);
  void writePassword(User user, std::string hash, Reply<User> reply);
  void createAdmin(std::string token, SignedIn made, Reply<SignedIn> reply);
  void authenticateOwn(const Claims& claims, Reply<Authenticated> reply);
  void authenticateHost(const Claims& claims, Reply<Authenticated> reply);
  void keepHostUser(const User& wanted, bool named, std::int64_t expires_at_s, Reply<Authenticated> reply);

  const Parts parts_;
  Mutex mutex_;
  Random random_ GUARDED_BY(mutex_);
};

/// The user a host application's subject stands for: the subject itself if it has the form of an id,
/// else `h` and 21 characters of the hash of both.
UserId hostUserId(std::string_view issuer, std::string_view subject);

}  // namespace kith
