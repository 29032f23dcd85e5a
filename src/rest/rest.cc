#include "rest/rest.h"

#include "base/json_writer.h"
#include "rest/credentials.h"
#include "rest/operation_request.h"
#include "rest/problem.h"

namespace kith {
namespace {

bool hasJsonBody(const http::Request& request) {
  const auto type = request.header("content-type");
  auto name = std::string_view(type).substr(0, type.find(';'));
  while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
  return http::equalIgnoringCase(name, "application/json");
}

}  // namespace

void Rest::addTo(http::Router& router) {
  for (const auto& operation : operations()) addOperation(router, operation);
  addAccountRoutes(router);
}

/// What is wrong with a request before anybody asks who sent it.
std::optional<http::Response> Rest::refusedAtDoor(const http::Request& request) const {
  if (!request.body.empty() && !hasJsonBody(request)) {
    return problemOf(415, "bad_request", "send the body as application/json", request.id);
  }
  if (mayBeForged(request, parts_.options.allowed_origins)) {
    return problemOf(403, "permission_denied",
                     "a change by cookie must come from this site's own pages: Origin does not match",
                     request.id);
  }
  return std::nullopt;
}

void Rest::addOperation(http::Router& router, const Operation& operation) {
  const auto method = http::parseMethod(operation.verb);
  auto handler = [this, &operation](http::Request request, http::Responder responder) {
    if (auto refused = refusedAtDoor(request)) return responder.answer(std::move(*refused));
    auto shared =
        std::make_shared<std::pair<http::Request, http::Responder>>(std::move(request), std::move(responder));
    auto identified = onLoop<Caller>([this, &operation, shared](Result<Caller> caller) {
      auto& [asked, respond] = *shared;
      if (!caller) return respond.answer(problemOf(caller.error(), asked.id));
      const auto json = operationRequest(operation, asked);
      if (!json) return respond.answer(problemOf(json.error(), asked.id));
      runOperation(operation, parts_.services, *caller, *json,
                   onLoop<std::string>([&operation, shared](Result<std::string> result) {
                     auto& [request, answer] = *shared;
                     if (!result) return answer.answer(problemOf(result.error(), request.id));
                     answer.answer(jsonResponse(operation.status, std::move(*result)));
                   }));
    });
    callerOf(parts_.accounts, parts_.options.api_key, shared->first, std::move(identified));
  };
  const http::RouteOptions limits{parts_.options.body_bytes_max};
  if (!operation.also.empty()) {
    router.add(http::Method::Post, "/api/v1" + std::string(operation.also), handler, limits);
  }
  if (!operation.route.starts_with(kPlacePath)) {
    return router.add(*method, "/api/v1" + std::string(operation.route), std::move(handler), limits);
  }
  for (const auto* place : {"/api/v1/rooms/{room}", "/api/v1/groups/{group}"}) {
    router.add(*method, place + std::string(operation.route.substr(kPlacePath.size())), handler, limits);
  }
}

}  // namespace kith
