#include "app/commands.h"

#include <charconv>

#include "rest/problem.h"

namespace kith {
namespace {

constexpr std::int64_t kTokenLifeMax_s = std::int64_t{3'650} * 86'400;

Reply<std::string> plainText(http::Responder responder) {
  return [responder = std::move(responder)](Result<std::string> result) {
    auto& loop = responder.loop();
    const int status = result ? 200 : statusOf(result.error().code);
    auto text = result ? *result : sentenceOf(result.error());
    loop.post([responder, status, text = std::move(text)] {
      responder.answer(http::Response::of(status, "text/plain; charset=utf-8", text));
    });
  };
}

}  // namespace

void OperatorCommands::setupLink(Reply<std::string> reply) {
  accounts_.createSetupLink([url = page_url_, reply = std::move(reply)](Result<std::string> token) mutable {
    if (!token) return reply(token.error());
    reply(url + "/setup#" + *token);
  });
}

void OperatorCommands::createToken(const std::string& user, std::int64_t life_s, Reply<std::string> reply) {
  auto shared = std::make_shared<Reply<std::string>>(std::move(reply));
  accounts_.user(UserId::trusted(user), [this, user, life_s, shared](Result<std::optional<User>> there) {
    if (!there) return (*shared)(there.error());
    if (*there && (*there)->issuer.empty()) {
      return (*shared)(Fault{
          FaultCode::Already, "user",
          "\"" + user + "\" is an account of this server: its tokens come from signing in, not from here",
          false});
    }
    const auto made = tokens_.signHostToken(user, life_s, user);
    if (!made) return (*shared)(Fault::unavailable("no key for host tokens is set"));
    (*shared)(made->token);
  });
}

void OperatorCommands::createUser(NewAccount account, Reply<std::string> reply) {
  accounts_.createAccount(std::move(account),
                          [url = page_url_, reply = std::move(reply)](Result<User> made) mutable {
                            if (!made) return reply(std::move(made).error());
                            reply("The account " + made->handle + " is made; it signs in at " + url + ".");
                          });
}

void OperatorCommands::resetPassword(const std::string& handle, const std::string& password,
                                     Reply<std::string> reply) {
  accounts_.resetPassword(handle, password, [reply = std::move(reply)](Result<User> done) mutable {
    if (!done) return reply(std::move(done).error());
    reply("The account " + done->handle + " has a new password, and all its sign-ins have ended.");
  });
}

void OperatorCommands::addTo(http::Router& router) {
  router.add(http::Method::Post, "/user", [this](http::Request request, http::Responder responder) {
    NewAccount account;
    account.handle = request.queryValue("handle").value_or("");
    account.display_name = request.queryValue("name").value_or("");
    account.password = request.body;
    createUser(std::move(account), plainText(std::move(responder)));
  });
  router.add(http::Method::Post, "/password", [this](http::Request request, http::Responder responder) {
    const std::string handle(request.queryValue("handle").value_or(""));
    resetPassword(handle, request.body, plainText(std::move(responder)));
  });
  router.add(http::Method::Post, "/setup-link", [this](http::Request, http::Responder responder) {
    setupLink(plainText(std::move(responder)));
  });
  router.add(http::Method::Post, "/token", [this](http::Request request, http::Responder responder) {
    const auto user = request.queryValue("user"), life = request.queryValue("ttl_s");
    std::int64_t life_s = 0;
    if (life) std::from_chars(life->data(), life->data() + life->size(), life_s);
    if (!isIdText(user.value_or("")) || life_s <= 0 || life_s > kTokenLifeMax_s) {
      return responder.answer(
          http::Response::of(422, "text/plain; charset=utf-8", "user must be an id, ttl_s 1 to ten years"));
    }
    createToken(std::string(user.value_or("")), life_s, plainText(std::move(responder)));
  });
}

std::string sentenceOf(const Fault& fault) {
  if (fault.code == FaultCode::Already && fault.detail.empty()) return "the " + fault.field + " is taken";
  if (fault.detail.empty()) return fault.message();
  return fault.field.empty() ? fault.detail : fault.field + ": " + fault.detail;
}

std::optional<std::int64_t> parseDuration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number <= 0 || end + 1 != text.data() + text.size()) return std::nullopt;
  const std::int64_t unit = *end == 's'   ? 1
                            : *end == 'm' ? 60
                            : *end == 'h' ? 3600
                            : *end == 'd' ? 86'400
                                          : 0;
  if (unit == 0 || number > kTokenLifeMax_s / unit) return std::nullopt;
  return number * unit;
}

}  // namespace kith
