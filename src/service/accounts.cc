#include "service/accounts.h"

#include <memory>
#include <utility>

#include "base/digest.h"
#include "base/json_writer.h"
#include "service/accounts_shared.h"

namespace kith {
namespace {

constexpr std::size_t kSecretBytes = 24;  // 192 bits
constexpr std::size_t kUserAgentMax = 256;

/// For the list of one's sign-ins: what is not plain ASCII is no browser's name.
std::string cleanUserAgent(std::string_view raw) {
  std::string out(raw.substr(0, kUserAgentMax));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return out;
}

std::string revokedData(const std::vector<SessionId>& sessions, LogoutReach reach) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  if (reach == LogoutReach::Everywhere) {
    json.flag("all", true);
  } else {
    json.key("sessions").beginArray();
    for (const auto& id : sessions) json.string(id.text());
    json.endArray();
  }
  json.endObject();
  return out;
}

}  // namespace

Result<store::Drafts> revokeSessions(store::Transaction& tx, const Caller& caller, LogoutReach reach) {
  const bool everywhere = reach == LogoutReach::Everywhere;
  std::vector<SessionId> revoked;
  for (auto session : TRY(tx.sessionsOf(caller.user))) {
    if (session.revoked_at != 0 || (!everywhere && session.id != caller.login)) continue;
    session.revoked_at = tx.now();
    TRY(tx.putSession(session));
    revoked.push_back(session.id);
  }
  if (revoked.empty()) return store::Drafts{};
  if (everywhere) {
    // Tokens already handed out carry the old version: one number ends them all.
    auto user = TRY(tx.user(caller.user));
    if (!user) return Fault::of(FaultCode::Unauthorized);
    ++user->token_version;
    TRY(tx.putUser(*user));
  }
  store::EntryDraft draft;
  draft.type = EntryType::SessionsRevoked;
  draft.data = revokedData(revoked, reach);
  return store::Drafts{{Scope::of(caller.user), std::move(draft)}};
}

Result<LiveSession> liveSession(store::Reader& reader, const SessionId& id, WallMs now) {
  auto session = TRY(reader.session(id));
  if (!session || session->revoked_at != 0 || session->expires_at <= now)
    return Fault{FaultCode::Unauthorized, {}, "the sign-in has ended, or there was none", false};
  auto user = TRY(reader.user(session->user));
  if (!user) return Fault::of(FaultCode::Unauthorized);
  return LiveSession{std::move(*user), std::move(*session)};
}

User shownUser(User user) {
  user.password_hash.clear();
  return user;
}

Caller callerOf(const User& user, const SessionId& login) {
  return {user.id, user.display_name, user.site_role, login};
}

LoginSession AccountService::makeSession(const UserId& user, std::string_view user_agent,
                                         std::string& cookie) {
  std::string secret;
  LoginSession session;
  {
    Lock lock(mutex_);
    session.id = SessionId::trusted(random_.id());
    secret = random_.token(kSecretBytes);
  }
  session.user = user;
  session.secret_hash = sha256(secret);
  session.user_agent = cleanUserAgent(user_agent);
  session.created_at = parts_.clock.wall();
  session.expires_at = session.created_at + parts_.options.session_life.count();
  cookie = session.id.text() + "." + secret;
  return session;
}

UserId AccountService::makeUserId() {
  Lock lock(mutex_);
  return UserId::trusted(random_.id());
}

// Whatever a person does to his account is judged in the order of his own scope.
void AccountService::write(const UserId& author, store::TransactionRun run, Reply<void> reply) {
  store::WriteItem item;
  item.scopes = {Scope::of(author)};
  item.author = author;
  item.run = std::move(run);
  item.done = [reply = std::move(reply)](Result<store::Committed> committed) mutable {
    if (!committed) return reply(std::move(committed).error());
    reply({});
  };
  parts_.events.append(std::move(item));
}

void AccountService::logout(const Caller& caller, LogoutReach reach, Reply<void> reply) {
  if (caller.user.empty()) return reply(Fault::of(FaultCode::Unauthorized));
  if (caller.login.empty()) {
    return reply(
        Fault{FaultCode::PermissionDenied, {}, "the host application ends its sign-ins itself", false});
  }
  auto run = [caller, reach](store::Transaction& tx) { return revokeSessions(tx, caller, reach); };
  write(caller.user, std::move(run),
        [this, user = caller.user, reply = std::move(reply)](Result<void> done) mutable {
          if (done) parts_.log.info("account.signed_out", {{"user", user.text()}});
          reply(std::move(done));
        });
}

void AccountService::hasAdmin(Reply<bool> reply) {
  auto found = std::make_shared<bool>(false);
  parts_.events.read(
      [found](store::Reader& reader) -> Result<void> {
        *found = TRY(reader.hasAdmin());
        return {};
      },
      [found, reply = std::move(reply)](Result<void> read) mutable {
        if (!read) return reply(std::move(read).error());
        reply(*found);
      });
}

void AccountService::user(const UserId& user, Reply<std::optional<User>> reply) {
  auto found = std::make_shared<std::optional<User>>();
  parts_.events.read(
      [found, user](store::Reader& reader) -> Result<void> {
        *found = TRY(reader.user(user));
        return {};
      },
      [found, reply = std::move(reply)](Result<void> read) mutable {
        if (!read) return reply(std::move(read).error());
        if (*found) **found = shownUser(std::move(**found));
        reply(std::move(*found));
      });
}

}  // namespace kith
