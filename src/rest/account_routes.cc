#include <simdjson.h>

#include "base/json_writer.h"
#include "rest/credentials.h"
#include "rest/operation_request.h"
#include "rest/problem.h"
#include "rest/rest.h"

namespace kith {
namespace {

constexpr std::int64_t kCookieLife_s = 30 * 86'400;

/// Text fields of a body; each missing or mistyped one is a fault that names it.
class Body {
 public:
  static Result<Body> read(const http::Request& request) {
    TRY(checkedBody(request.body));
    Body out;
    out.text_ = request.body;
    return out;
  }
  Result<std::string> text(std::string_view name) const {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    std::string_view value;
    if (parser.parse(text_).get(object) != simdjson::SUCCESS ||
        object.at_key(name).get(value) != simdjson::SUCCESS) {
      return Fault::badField(std::string(name), "is required and must be a string");
    }
    return std::string(value);
  }
  /// False where it is missing.
  Result<bool> flag(std::string_view name) const {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    simdjson::dom::element found;
    bool value = false;
    if (parser.parse(text_).get(object) != simdjson::SUCCESS ||
        object.at_key(name).get(found) != simdjson::SUCCESS)
      return false;
    if (found.get(value) != simdjson::SUCCESS)
      return Fault::badField(std::string(name), "must be true or false");
    return value;
  }

 private:
  std::string text_;
};

std::string setCookie(const std::string& value, std::int64_t life_s) {
  return std::string(kCookieName) + "=" + value +
         "; HttpOnly; SameSite=Lax; Path=/; Max-Age=" + std::to_string(life_s);
}

// Each field in a statement of its own: g++ 12 leaks what stands in braces when a TRY in them returns.
Result<NewAccount> newAccountOf(const Body& body) {
  NewAccount account;
  account.handle = TRY(body.text("handle"));
  account.display_name = TRY(body.text("display_name"));
  account.password = TRY(body.text("password"));
  return account;
}

}  // namespace

void Rest::addAccountRoutes(http::Router& router) {
  using Route = void (Rest::*)(const http::Request&, Answer);
  auto add = [&](http::Method method, const char* path, Route route) {
    router.add(method, path,
               [this, route](http::Request request, http::Responder responder) {
                 if (auto refused = refusedAtDoor(request)) return responder.answer(std::move(*refused));
                 auto shared = std::make_shared<http::Responder>(std::move(responder));
                 (this->*route)(request,
                                [shared](http::Response response) { shared->answer(std::move(response)); });
               },
               {parts_.options.body_bytes_max});
  };
  add(http::Method::Post, "/api/v1/setup", &Rest::setup);
  add(http::Method::Post, "/api/v1/register", &Rest::registerAccount);
  add(http::Method::Post, "/api/v1/login", &Rest::login);
  add(http::Method::Post, "/api/v1/logout", &Rest::logout);
  add(http::Method::Get, "/api/v1/me", &Rest::me);
}

void Rest::setup(const http::Request& request, Answer answer) {
  auto made = [&]() -> Result<std::pair<std::string, NewAccount>> {
    const auto body = TRY(Body::read(request));
    auto token = TRY(body.text("token"));
    auto account = TRY(newAccountOf(body));
    return std::pair{std::move(token), std::move(account)};
  }();
  if (!made) return answer(problemOf(made.error(), request.id));
  parts_.accounts.setup(
      made->first, std::move(made->second), request.header("user-agent"),
      onLoop<SignedIn>([this, request, answer = std::move(answer)](Result<SignedIn> result) mutable {
        answerSignedIn(request, std::move(result), std::move(answer));
      }));
}

void Rest::registerAccount(const http::Request& request, Answer answer) {
  auto account = [&]() -> Result<NewAccount> { return newAccountOf(TRY(Body::read(request))); }();
  if (!account) return answer(problemOf(account.error(), request.id));
  parts_.accounts.registerAccount(
      std::move(*account), request.header("user-agent"),
      onLoop<SignedIn>([this, request, answer = std::move(answer)](Result<SignedIn> result) mutable {
        answerSignedIn(request, std::move(result), std::move(answer));
      }));
}

void Rest::login(const http::Request& request, Answer answer) {
  auto fields = [&]() -> Result<std::pair<std::string, std::string>> {
    const auto body = TRY(Body::read(request));
    auto handle = TRY(body.text("handle"));
    auto password = TRY(body.text("password"));
    return std::pair{std::move(handle), std::move(password)};
  }();
  if (!fields) return answer(problemOf(fields.error(), request.id));
  parts_.accounts.login(
      fields->first, fields->second, request.header("user-agent"),
      onLoop<SignedIn>([this, request, answer = std::move(answer)](Result<SignedIn> result) mutable {
        answerSignedIn(request, std::move(result), std::move(answer));
      }));
}

void Rest::answerSignedIn(const http::Request& request, Result<SignedIn> result, Answer answer) {
  if (!result) return answer(problemOf(result.error(), request.id));
  const auto& user = result->user;
  const Caller caller{user.id, user.display_name, user.site_role, result->session.id};
  auto shared = std::make_shared<std::pair<SignedIn, Answer>>(std::move(*result), std::move(answer));
  parts_.accounts.connectionToken(
      caller, onLoop<Tokens::Signed>([this, request, shared](Result<Tokens::Signed> token) {
        auto& [signed_in, answer] = *shared;
        if (!token) return answer(problemOf(token.error(), request.id));
        auto response =
            jsonResponse(request.rawPath().ends_with("/login") ? 200 : 201, meJson(signed_in.user, &*token));
        response.with("Set-Cookie", setCookie(signed_in.cookie, kCookieLife_s));
        answer(std::move(response));
      }));
}

void Rest::logout(const http::Request& request, Answer answer) {
  const auto body = request.body.empty() ? Result<Body>(Body{}) : Body::read(request);
  if (!body) return answer(problemOf(body.error(), request.id));
  const auto everywhere = body->flag("everywhere");
  if (!everywhere) return answer(problemOf(everywhere.error(), request.id));
  auto done = onLoop<bool>([request, answer = std::move(answer)](Result<bool> result) mutable {
    if (!result) return answer(problemOf(result.error(), request.id));
    auto response = jsonResponse(200, "{}");
    response.with("Set-Cookie", setCookie("", 0));
    answer(std::move(response));
  });
  auto shared = std::make_shared<Reply<bool>>(std::move(done));
  callerOf(parts_.accounts, parts_.options.api_key, request,
           [this, everywhere = *everywhere, shared](Result<Caller> caller) {
             if (!caller) return (*shared)(caller.error());
             const auto reach = everywhere ? LogoutReach::Everywhere : LogoutReach::ThisSession;
             parts_.accounts.logout(*caller, reach, [shared](Result<void> result) {
               if (!result) return (*shared)(result.error());
               (*shared)(true);
             });
           });
}

void Rest::me(const http::Request& request, Answer answer) {
  auto shared = std::make_shared<Answer>(std::move(answer));
  callerOf(parts_.accounts, parts_.options.api_key, request,
           onLoop<Caller>([this, request, shared](Result<Caller> caller) {
             if (!caller && caller.error().code == FaultCode::Unauthorized)
               return answerSignInWays(request, caller.error(), std::move(*shared));
             if (!caller) return (*shared)(problemOf(caller.error(), request.id));
             answerMe(request, *caller, shared);
           }));
}

void Rest::answerMe(const http::Request& request, const Caller& caller,
                    const std::shared_ptr<Answer>& answer) {
  parts_.accounts.user(
      caller.user,
      onLoop<std::optional<User>>([this, request, answer, caller](Result<std::optional<User>> user) {
        if (!user) return (*answer)(problemOf(user.error(), request.id));
        if (!*user) return (*answer)(problemOf(Fault::of(FaultCode::Unauthorized), request.id));
        // Who came with a token of his own application has one already.
        if (caller.login.empty()) return (*answer)(jsonResponse(200, meJson(**user, nullptr)));
        parts_.accounts.connectionToken(
            caller, onLoop<Tokens::Signed>(
                        [this, request, answer, user = std::move(**user)](Result<Tokens::Signed> token) {
                          if (!token) return (*answer)(problemOf(token.error(), request.id));
                          (*answer)(jsonResponse(200, meJson(user, &*token)));
                        }));
      }));
}

// Nobody is signed in: how it can be done.
void Rest::answerSignInWays(const http::Request& request, const Fault& fault, Answer answer) {
  auto shared = std::make_shared<Answer>(std::move(answer));
  parts_.accounts.hasAdmin(onLoop<bool>([this, request, fault, shared](Result<bool> has_admin) {
    (*shared)(problemOf(fault, request.id, [&](JsonWriter& json) {
      json.key("sign_in").beginObject().field("registration",
                                              parts_.options.registration_open ? "open" : "off");
      json.flag("setup", has_admin && !*has_admin).endObject();
    }));
  }));
}

std::string Rest::meJson(const User& user, const Tokens::Signed* token) const {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("user").beginObject().field("id", user.id.text()).field("handle", user.handle);
  json.field("name", user.display_name)
      .field("role", user.site_role == SiteRole::Admin ? "admin" : "member")
      .endObject();
  if (token != nullptr) {
    json.field("connection_token", token->token)
        .field("token_expires_at", formatTime(token->expires_at_s * 1000));
  }
  json.key("limits").beginObject();
  json.field("text", static_cast<std::uint64_t>(parts_.services.limits.message_text_max));
  json.field("room_name", static_cast<std::uint64_t>(parts_.services.limits.room_name_max));
  json.field("topic", static_cast<std::uint64_t>(parts_.services.limits.topic_max));
  json.field("frame", static_cast<std::uint64_t>(parts_.options.frame_bytes_max)).endObject();
  json.field("server", parts_.options.server_version).endObject();
  return out;
}

}  // namespace kith
