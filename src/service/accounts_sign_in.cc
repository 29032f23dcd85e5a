#include <charconv>
#include <memory>
#include <utility>

#include "base/digest.h"
#include "service/accounts.h"
#include "service/accounts_shared.h"
#include "service/text_rules.h"

namespace kith {
namespace {

// Nobody writes here: it orders what belongs to the deployment and to no user yet.
const UserId& setupAuthor() {
  static const UserId author = UserId::trusted("setup");
  return author;
}

std::string setupSecret(const std::string& token, WallMs expires_at) {
  return std::to_string(expires_at) + " " + hexEncode(sha256(token));
}

Result<void> judgeSetup(store::Reader& reader, const std::string& token, WallMs now) {
  if (TRY(reader.hasAdmin())) return Fault{FaultCode::NotAvailable, {}, "there is an admin already", false};
  const Fault refused{FaultCode::PermissionDenied, "token", "is not valid, or no longer", false};
  const auto secret = TRY(reader.secret(std::string(kSetupSecret)));
  if (!secret) return refused;
  WallMs expires_at = 0;
  std::from_chars(secret->data(), secret->data() + secret->size(), expires_at);
  if (!equalSecrets(*secret, setupSecret(token, expires_at)) || expires_at <= now) return refused;
  return {};
}

}  // namespace

Result<CheckedAccount> checkedAccount(const NewAccount& raw) {
  CheckedAccount out;
  out.user.handle = TRY(checkedHandle(raw.handle));
  out.user.display_name = TRY(checkedName(raw.display_name, "display_name"));
  out.password = TRY(checkedPassword(raw.password, out.user.handle));
  return out;
}

void AccountService::createSetupLink(Reply<std::string> reply) {
  std::string token;
  {
    Lock lock(mutex_);
    token = random_.token(24);
  }
  const auto secret = setupSecret(token, parts_.clock.wall() + parts_.options.setup_link_life.count());
  auto run = [secret](store::Transaction& tx) -> Result<store::Drafts> {
    if (TRY(tx.hasAdmin())) return Fault{FaultCode::NotAvailable, {}, "there is an admin already", false};
    TRY(tx.putSecret(std::string(kSetupSecret), secret));
    return store::Drafts{};
  };
  write(setupAuthor(), std::move(run), [token, reply = std::move(reply)](Result<void> done) mutable {
    if (!done) return reply(std::move(done).error());
    reply(std::move(token));
  });
}

void AccountService::setup(std::string token, NewAccount account, std::string_view user_agent,
                           Reply<SignedIn> reply) {
  auto checked = checkedAccount(account);
  SignedIn made;
  if (checked) {
    made.user = std::move(checked->user);
    made.user.id = makeUserId();
    made.user.site_role = SiteRole::Admin;
    made.session = makeSession(made.user.id, user_agent, made.cookie);
  }
  // The token first, and before a password is hashed: who has none gets no work out of us, nor
  // learns whether his fields would do.
  Result<std::string> password =
      checked ? Result<std::string>(std::move(checked->password)) : Result<std::string>(checked.error());
  auto on_read = [this, password = std::move(password), token, made = std::move(made),
                  reply = std::move(reply)](Result<void> may) mutable {
    if (!may) return reply(std::move(may).error());
    if (!password) return reply(std::move(password).error());
    parts_.passwords.hash(std::move(*password), [this, token = std::move(token), made = std::move(made),
                                                 reply = std::move(reply)](Result<std::string> hash) mutable {
      if (!hash) return reply(std::move(hash).error());
      made.user.password_hash = std::move(*hash);
      createAdmin(std::move(token), std::move(made), std::move(reply));
    });
  };
  parts_.events.read(
      [token, now = parts_.clock.wall()](store::Reader& reader) { return judgeSetup(reader, token, now); },
      std::move(on_read));
}

// Nothing is said of a sign-in, in the log or to anybody, before it is stored.
void AccountService::writeSignIn(std::string_view event, SignedIn made, store::TransactionRun run,
                                 Reply<SignedIn> reply) {
  const UserId id = made.user.id;
  write(id, std::move(run),
        [this, event, made = std::move(made), reply = std::move(reply)](Result<void> done) mutable {
          if (!done) return reply(std::move(done).error());
          parts_.log.info(event, {{"user", made.user.id.text()}});
          made.user = shownUser(std::move(made.user));
          reply(std::move(made));
        });
}

// Judged again inside the write: what commits first wins, and takes the token with it.
void AccountService::createAdmin(std::string token, SignedIn made, Reply<SignedIn> reply) {
  made.user.created_at = parts_.clock.wall();
  auto run = [token = std::move(token), made](store::Transaction& tx) -> Result<store::Drafts> {
    TRY(judgeSetup(tx, token, tx.now()));
    TRY(tx.putUser(made.user));
    TRY(tx.putSession(made.session));
    TRY(tx.removeSecret(std::string(kSetupSecret)));
    return store::Drafts{};
  };
  writeSignIn("account.admin_created", std::move(made), std::move(run), std::move(reply));
}

void AccountService::registerAccount(NewAccount account, std::string_view user_agent, Reply<SignedIn> reply) {
  if (parts_.options.registration == Registration::Off) {
    return reply(Fault{FaultCode::PermissionDenied, {}, "registration is off on this server", false});
  }
  auto checked = checkedAccount(account);
  if (!checked) return reply(checked.error());
  // Whether the handle is free shows only after the hash: asking costs the same either way.
  auto then = [this, user = std::move(checked->user), agent = std::string(user_agent),
               reply = std::move(reply)](Result<std::string> hash) mutable {
    if (!hash) return reply(std::move(hash).error());
    SignedIn made;
    made.user = std::move(user);
    made.user.id = makeUserId();
    made.user.password_hash = std::move(*hash);
    made.user.created_at = parts_.clock.wall();
    made.session = makeSession(made.user.id, agent, made.cookie);
    auto run = [made](store::Transaction& tx) -> Result<store::Drafts> {
      TRY(tx.putUser(made.user));
      TRY(tx.putSession(made.session));
      return store::Drafts{};
    };
    writeSignIn("account.registered", std::move(made), std::move(run), std::move(reply));
  };
  parts_.passwords.hash(std::move(checked->password), std::move(then));
}

void AccountService::login(std::string_view handle, std::string_view password, std::string_view user_agent,
                           Reply<SignedIn> reply) {
  auto secret = password.size() <= 256 ? toNfc(password) : std::nullopt;
  if (!secret) return reply(Fault::of(FaultCode::Unauthorized));  // says nothing about any account
  const auto known = checkedHandle(handle);
  auto found = std::make_shared<std::optional<User>>();
  parts_.events.read(
      // What is no handle is looked up all the same; there is none.
      [found, name = known ? *known : std::string("-")](store::Reader& reader) -> Result<void> {
        *found = TRY(reader.userByHandle(name));
        return {};
      },
      [this, found, secret = std::move(*secret), agent = std::string(user_agent),
       reply = std::move(reply)](Result<void> read) mutable {
        if (!read) return reply(std::move(read).error());
        checkPassword(*found, std::move(secret), std::move(agent), std::move(reply));
      });
}

void AccountService::checkPassword(const std::optional<User>& user, std::string password,
                                   std::string user_agent, Reply<SignedIn> reply) {
  using Verified = PasswordPool::Verified;
  std::string stored = user ? user->password_hash : std::string();
  std::string again = password;
  auto then = [this, user = user, again = std::move(again), agent = std::move(user_agent),
               reply = std::move(reply)](Result<Verified> verified) mutable {
    if (!verified) return reply(std::move(verified).error());
    if (*verified == Verified::Wrong) {
      parts_.log.info("account.sign_in_refused", {{"user", user ? user->id.text() : "unknown"}});
      return reply(Fault::of(FaultCode::Unauthorized));
    }
    if (*verified == Verified::Right) return openSession(std::move(*user), {}, agent, std::move(reply));
    parts_.passwords.hash(std::move(again), [this, user = std::move(*user), agent = std::move(agent),
                                             reply = std::move(reply)](Result<std::string> hash) mutable {
      // Hashing anew may wait for a quieter time; the sign-in need not.
      openSession(std::move(user), hash ? std::move(*hash) : std::string(), agent, std::move(reply));
    });
  };
  parts_.passwords.verify(std::move(stored), std::move(password), std::move(then));
}

/// Writes the sign-in, unless the password has changed since it was verified.
void AccountService::openSession(User user, std::string new_hash, std::string_view user_agent,
                                 Reply<SignedIn> reply) {
  SignedIn made;
  made.session = makeSession(user.id, user_agent, made.cookie);
  made.user = std::move(user);
  auto run = [made, new_hash = std::move(new_hash)](store::Transaction& tx) -> Result<store::Drafts> {
    auto now = TRY(tx.user(made.user.id));
    if (!now || now->password_hash != made.user.password_hash) return Fault::of(FaultCode::Unauthorized);
    if (!new_hash.empty()) {
      now->password_hash = new_hash;
      TRY(tx.putUser(*now));
    }
    TRY(tx.putSession(made.session));
    return store::Drafts{};
  };
  writeSignIn("account.signed_in", std::move(made), std::move(run), std::move(reply));
}

}  // namespace kith
