#include <algorithm>
#include <memory>
#include <utility>

#include "base/digest.h"
#include "service/accounts.h"
#include "service/accounts_shared.h"
#include "service/text_rules.h"

namespace kith {
namespace {

// Own accounts have no issuer; users of a host application that gives none are kept under this one.
constexpr std::string_view kUnnamedIssuer = "host";

Fault faultOf(TokenRefusal refusal) {
  switch (refusal) {
    case TokenRefusal::Invalid:
      return {FaultCode::Unauthorized,
              {},
              "the token is not signed with this server's key (client.token.hmac_secret_key), or is no such "
              "token",
              false};
    case TokenRefusal::Expired:
      return Fault::of(FaultCode::TokenExpired);
    case TokenRefusal::ExpireAtPast:
      return Fault::of(FaultCode::Expired);
  }
  return Fault::of(FaultCode::Unauthorized);
}

bool isSame(const User& row, const User& wanted) {
  return row.issuer == wanted.issuer && row.external_id == wanted.external_id;
}

/// The row of a host application's user, made or brought up to date. Unauthorized if the id is an own
/// account's or belongs to another issuer.
Result<User> keptUser(store::Transaction& tx, User wanted, bool named) {
  auto row = TRY(tx.user(wanted.id));
  if (row) {
    if (!isSame(*row, wanted)) return Fault::of(FaultCode::Unauthorized);
    if (!named || row->display_name == wanted.display_name) return std::move(*row);
    row->display_name = wanted.display_name;
    TRY(tx.putUser(*row));
    return std::move(*row);
  }
  if (!wanted.handle.empty() && TRY(tx.userByHandle(wanted.handle))) wanted.handle.clear();
  wanted.created_at = tx.now();
  TRY(tx.putUser(wanted));
  return wanted;
}

}  // namespace

UserId hostUserId(std::string_view issuer, std::string_view subject) {
  if (auto id = UserId::parse(subject)) return *id;
  std::string both(issuer);
  both += '\0';
  both += subject;
  return UserId::trusted("h" + base64urlEncode(sha256(both)).substr(0, 21));
}

void AccountService::cookieCaller(std::string_view cookie, Reply<Caller> reply) {
  const auto dot = cookie.find('.');
  const auto id = SessionId::parse(cookie.substr(0, dot));
  if (dot == std::string_view::npos || !id || cookie.size() > 256)
    return reply(Fault::of(FaultCode::Unauthorized));
  auto caller = std::make_shared<Caller>();
  parts_.events.read(
      [caller, id = *id, hash = sha256(cookie.substr(dot + 1)),
       now = parts_.clock.wall()](store::Reader& reader) -> Result<void> {
        const auto live = TRY(liveSession(reader, id, now));
        if (!equalSecrets(live.session.secret_hash, hash)) return Fault::of(FaultCode::Unauthorized);
        *caller = callerOf(live.user, live.session.id);
        return {};
      },
      [caller, reply = std::move(reply)](Result<void> read) mutable {
        if (!read) return reply(std::move(read).error());
        reply(std::move(*caller));
      });
}

void AccountService::connectionToken(const Caller& caller, Reply<Tokens::Signed> reply) {
  if (caller.login.empty()) return reply(Fault::of(FaultCode::Unauthorized));
  auto token = std::make_shared<Tokens::Signed>();
  parts_.events.read(
      [this, token, caller, now = parts_.clock.wall()](store::Reader& reader) -> Result<void> {
        const auto live = TRY(liveSession(reader, caller.login, now));
        if (live.user.id != caller.user) return Fault::of(FaultCode::Unauthorized);
        const auto left_s = std::max<std::int64_t>((live.session.expires_at - now) / 1000, 1);
        *token = parts_.tokens.signConnectionToken(live.user.id, live.session.id, live.user.token_version,
                                                   std::min(left_s, Tokens::kConnectionTokenLife_s));
        return {};
      },
      [token, reply = std::move(reply)](Result<void> read) mutable {
        if (!read) return reply(std::move(read).error());
        reply(std::move(*token));
      });
}

void AccountService::authenticate(std::string_view token, Reply<Authenticated> reply) {
  const auto claims = parts_.tokens.verify(token);
  if (!claims) return reply(faultOf(claims.error()));
  if (claims->signer == Claims::Signer::Kith) return authenticateOwn(*claims, std::move(reply));
  if (claims->sub.empty()) return reply(Authenticated{{}, claims->expires_at_s});
  authenticateHost(*claims, std::move(reply));
}

void AccountService::authenticateOwn(const Claims& claims, Reply<Authenticated> reply) {
  auto out = std::make_shared<Authenticated>();
  parts_.events.read(
      [out, claims, now = parts_.clock.wall()](store::Reader& reader) -> Result<void> {
        const auto live = TRY(liveSession(reader, SessionId::trusted(claims.session), now));
        if (live.user.id.text() != claims.sub || live.user.token_version != claims.token_version) {
          return Fault::of(FaultCode::Unauthorized);
        }
        *out = {callerOf(live.user, live.session.id), claims.expires_at_s};
        return {};
      },
      [out, reply = std::move(reply)](Result<void> read) mutable {
        if (!read) return reply(std::move(read).error());
        reply(std::move(*out));
      });
}

void AccountService::authenticateHost(const Claims& claims, Reply<Authenticated> reply) {
  User wanted;
  wanted.id = hostUserId(claims.issuer, claims.sub);
  wanted.issuer = claims.issuer.empty() ? kUnnamedIssuer : claims.issuer;
  wanted.external_id = claims.sub;
  // A name or handle that will not do is no reason to keep somebody out.
  const auto name = checkedName(claims.name, "name");
  wanted.display_name = name ? *name : wanted.id.text();
  if (auto handle = checkedHandle(claims.handle)) wanted.handle = std::move(*handle);

  auto row = std::make_shared<std::optional<User>>();
  const auto expires_at_s = claims.expires_at_s;
  parts_.events.read(
      [row, id = wanted.id](store::Reader& reader) -> Result<void> {
        *row = TRY(reader.user(id));
        return {};
      },
      [this, row, wanted, named = name.ok(), expires_at_s,
       reply = std::move(reply)](Result<void> read) mutable {
        if (!read) return reply(std::move(read).error());
        const auto& now = *row;
        if (now && !isSame(*now, wanted)) return reply(Fault::of(FaultCode::Unauthorized));
        if (now && (!named || now->display_name == wanted.display_name)) {
          return reply(Authenticated{callerOf(*now, {}), expires_at_s});
        }
        keepHostUser(wanted, named, expires_at_s, std::move(reply));
      });
}

void AccountService::keepHostUser(const User& wanted, bool named, std::int64_t expires_at_s,
                                  Reply<Authenticated> reply) {
  auto kept = std::make_shared<User>();
  auto run = [kept, wanted, named](store::Transaction& tx) -> Result<store::Drafts> {
    *kept = TRY(keptUser(tx, wanted, named));
    return store::Drafts{};
  };
  write(wanted.id, std::move(run), [kept, expires_at_s, reply = std::move(reply)](Result<void> done) mutable {
    if (!done && done.error().code == FaultCode::Already) return reply(Fault::of(FaultCode::Unauthorized));
    if (!done) return reply(std::move(done).error());
    reply(Authenticated{callerOf(*kept, {}), expires_at_s});
  });
}

}  // namespace kith
