// What the operator does for those who cannot help themselves: registration is off, or a password is lost.
#include <memory>
#include <utility>

#include "service/accounts.h"
#include "service/accounts_shared.h"
#include "service/text_rules.h"

namespace kith {

void AccountService::createAccount(NewAccount account, Reply<User> reply) {
  auto checked = checkedAccount(account);
  if (!checked) return reply(checked.error());
  auto then = [this, user = std::move(checked->user),
               reply = std::move(reply)](Result<std::string> hash) mutable {
    if (!hash) return reply(std::move(hash).error());
    user.id = makeUserId();
    user.password_hash = std::move(*hash);
    user.created_at = parts_.clock.wall();
    auto run = [user](store::Transaction& tx) -> Result<store::Drafts> {
      TRY(tx.putUser(user));
      return store::Drafts{};
    };
    write(user.id, std::move(run), [this, user, reply = std::move(reply)](Result<void> done) mutable {
      if (!done) return reply(std::move(done).error());
      parts_.log.info("account.created_by_operator", {{"user", user.id.text()}});
      reply(shownUser(std::move(user)));
    });
  };
  parts_.passwords.hash(std::move(checked->password), std::move(then));
}

void AccountService::resetPassword(std::string_view handle, std::string_view password, Reply<User> reply) {
  auto known = checkedHandle(handle);
  if (!known) return reply(known.error());
  auto checked = checkedPassword(password, *known);
  if (!checked) return reply(checked.error());
  auto found = std::make_shared<User>();
  parts_.events.read(
      [found, name = std::move(*known)](store::Reader& reader) -> Result<void> {
        auto user = TRY(reader.userByHandle(name));
        // A user of the host application has no password here, and gets none.
        if (!user || !user->issuer.empty())
          return Fault{FaultCode::NotFound, "handle", "no account of this server has it", false};
        *found = std::move(*user);
        return {};
      },
      [this, found, password = std::move(*checked), reply = std::move(reply)](Result<void> read) mutable {
        if (!read) return reply(std::move(read).error());
        auto then = [this, found, reply = std::move(reply)](Result<std::string> hash) mutable {
          if (!hash) return reply(std::move(hash).error());
          writePassword(std::move(*found), std::move(*hash), std::move(reply));
        };
        parts_.passwords.hash(std::move(password), std::move(then));
      });
}

void AccountService::writePassword(User user, std::string hash, Reply<User> reply) {
  auto run = [id = user.id, hash = std::move(hash)](store::Transaction& tx) -> Result<store::Drafts> {
    auto now = TRY(tx.user(id));
    if (!now) return Fault::of(FaultCode::NotFound);
    now->password_hash = hash;
    TRY(tx.putUser(*now));
    Caller owner;
    owner.user = id;
    return revokeSessions(tx, owner, LogoutReach::Everywhere);
  };
  const UserId id = user.id;
  write(id, std::move(run),
        [this, user = std::move(user), reply = std::move(reply)](Result<void> done) mutable {
          if (!done) return reply(std::move(done).error());
          parts_.log.info("account.password_reset", {{"user", user.id.text()}});
          reply(shownUser(std::move(user)));
        });
}

}  // namespace kith
