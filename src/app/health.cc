// Health and metrics, on the internal listener only.
#include "app/core.h"
#include "app/node.h"
#include "app/version.h"
#include "base/json_writer.h"
#include "broker/redis/redis_broker.h"
#include "presence/redis/redis_presence.h"

namespace kith {
namespace {

http::Response json(int status, const std::string& text) {
  return http::Response::of(status, "application/json", text);
}

}  // namespace

void Node::addInternalRoutes(http::Router& router) {
  using http::Method;
  router.add(Method::Get, "/healthz", [](http::Request, http::Responder responder) {
    responder.answer(json(200, R"({"status":"alive"})"));
  });
  router.add(Method::Get, "/readyz", [this](http::Request, http::Responder responder) {
    const auto health = store_->health();
    std::string out;
    JsonWriter writer(out);
    writer.beginObject().field("status", draining_ ? "draining" : health.ok ? "ready" : "store away");
    writer.key("degraded").beginArray();
    if (health.read_only) writer.string("store read only");
    if (redis_presence_ != nullptr && !redis_presence_->trouble().empty())
      writer.string(redis_presence_->trouble());
    if (redis_broker_ != nullptr && !redis_broker_->isConnected()) writer.string("broker away");
    writer.endArray();
    if (!health.reason.empty()) writer.field("reason", health.reason);
    writer.endObject();
    responder.answer(json(health.ok && !draining_ ? 200 : 503, out));
  });
  router.add(Method::Get, "/version", [](http::Request, http::Responder responder) {
    responder.answer(json(200, "{\"version\":\"" + std::string(kVersion) + "\"}"));
  });
  router.add(Method::Get, "/metrics", [this](http::Request, http::Responder responder) {
    metrics_.gauge("kith_build_info", "The version that runs", "version=\"" + std::string(kVersion) + "\"")
        .set(1);
    responder.answer(http::Response::of(200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text()));
  });
}

}  // namespace kith
