#include "protocol/json_codec.h"

#include "base/json_writer.h"

namespace kith::protocol {
namespace {

std::string startReply(std::uint32_t id, std::string_view method) {
  std::string out = "{";
  if (id != 0) out += "\"id\":" + std::to_string(id) + ",";
  out += '"';
  out += method;
  out += "\":";
  return out;
}

void writePublications(JsonWriter& json, const std::vector<OutPublication>& publications) {
  json.key("publications").beginArray();
  for (const auto& publication : publications) {
    json.beginObject().key("data").raw(*publication.data).field("offset", publication.offset).endObject();
  }
  json.endArray();
}

void writeSubscribeResult(JsonWriter& json, const SubscribeResult& result) {
  json.beginObject();
  if (result.recoverable) json.flag("recoverable", true);
  if (!result.epoch.empty()) json.field("epoch", result.epoch);
  if (!result.publications.empty()) writePublications(json, result.publications);
  if (result.recovered) json.flag("recovered", true);
  if (result.offset != 0) json.field("offset", result.offset);
  if (result.positioned) json.flag("positioned", true);
  if (result.was_recovering) json.flag("was_recovering", true);
  json.endObject();
}

/// A person is one client to others, however many connections he has.
void writeClientInfo(JsonWriter& json, const PresenceUser& user) {
  json.beginObject().field("user", user.user).field("client", user.user);
  if (!user.name.empty()) json.key("chan_info").beginObject().field("name", user.name).endObject();
  json.endObject();
}

std::string pushInfo(std::string_view type, const std::string& channel, const PresenceUser& user) {
  std::string out = "{\"push\":";
  JsonWriter json(out);
  json.beginObject().field("channel", channel).key(type).beginObject().key("info");
  writeClientInfo(json, user);
  json.endObject().endObject();
  return out += '}';
}

}  // namespace

std::string JsonCodec::error(std::uint32_t id, const Fault& fault) const {
  auto out = startReply(id, "error");
  JsonWriter json(out);
  json.beginObject().field("code", static_cast<std::uint64_t>(fault.code)).field("message", fault.message());
  if (fault.temporary) json.flag("temporary", true);
  json.endObject();
  return out += '}';
}

std::string JsonCodec::connect(std::uint32_t id, const ConnectResult& result) const {
  auto out = startReply(id, "connect");
  JsonWriter json(out);
  json.beginObject().field("client", result.client).field("version", result.version);
  if (result.expires) json.flag("expires", true).field("ttl", static_cast<std::uint64_t>(result.ttl_s));
  if (!result.data.empty()) json.key("data").raw(result.data);
  if (!result.subs.empty()) {
    json.key("subs").beginObject();
    for (const auto& [channel, sub] : result.subs) {
      json.key(channel);
      writeSubscribeResult(json, sub);
    }
    json.endObject();
  }
  if (result.ping_s != 0) json.field("ping", static_cast<std::uint64_t>(result.ping_s));
  if (result.pong) json.flag("pong", true);
  json.field("time", result.time_ms).endObject();
  return out += '}';
}

std::string JsonCodec::subscribe(std::uint32_t id, const SubscribeResult& result) const {
  auto out = startReply(id, "subscribe");
  JsonWriter json(out);
  writeSubscribeResult(json, result);
  return out += '}';
}

std::string JsonCodec::done(std::uint32_t id, std::string_view method) const {
  return startReply(id, method) += "{}}";
}

std::string JsonCodec::presence(std::uint32_t id, const std::vector<PresenceUser>& users) const {
  auto out = startReply(id, "presence");
  JsonWriter json(out);
  json.beginObject().key("presence").beginObject();
  for (const auto& user : users) {
    json.key(user.user);
    writeClientInfo(json, user);
  }
  json.endObject().endObject();
  return out += '}';
}

std::string JsonCodec::presenceStats(std::uint32_t id, std::uint64_t users) const {
  auto out = startReply(id, "presence_stats");
  JsonWriter json(out);
  json.beginObject().field("num_clients", users).field("num_users", users).endObject();
  return out += '}';
}

std::string JsonCodec::history(std::uint32_t id, const HistoryResult& result) const {
  auto out = startReply(id, "history");
  JsonWriter json(out);
  json.beginObject();
  writePublications(json, result.publications);
  json.field("epoch", result.epoch).field("offset", result.offset).endObject();
  return out += '}';
}

std::string JsonCodec::rpc(std::uint32_t id, std::string_view data) const {
  auto out = startReply(id, "rpc");
  JsonWriter json(out);
  json.beginObject().key("data").raw(data).endObject();
  return out += '}';
}

std::string JsonCodec::refresh(std::uint32_t id, const RefreshResult& result) const {
  auto out = startReply(id, "refresh");
  JsonWriter json(out);
  json.beginObject().field("client", result.client).field("version", result.version);
  if (result.expires) json.flag("expires", true).field("ttl", static_cast<std::uint64_t>(result.ttl_s));
  json.endObject();
  return out += '}';
}

std::string JsonCodec::pushPublication(const std::string& channel, std::string_view data,
                                       Offset offset) const {
  std::string out = "{\"push\":";
  out.reserve(data.size() + channel.size() + 80);
  JsonWriter json(out);
  json.beginObject().field("channel", channel).key("pub").beginObject().key("data").raw(data);
  if (offset != 0) json.field("offset", offset);
  json.endObject().endObject();
  return out += '}';
}

std::string JsonCodec::pushJoin(const std::string& channel, const PresenceUser& user) const {
  return pushInfo("join", channel, user);
}

std::string JsonCodec::pushLeave(const std::string& channel, const PresenceUser& user) const {
  return pushInfo("leave", channel, user);
}

std::string JsonCodec::pushSubscribe(const std::string& channel, const SubscribeResult& result) const {
  std::string out = "{\"push\":";
  JsonWriter json(out);
  json.beginObject().field("channel", channel).key("subscribe").beginObject();
  json.flag("recoverable", true).field("epoch", result.epoch);
  if (result.offset != 0) json.field("offset", result.offset);
  json.flag("positioned", true).endObject().endObject();
  return out += '}';
}

std::string JsonCodec::pushUnsubscribe(const std::string& channel, std::uint16_t code,
                                       std::string_view reason) const {
  std::string out = "{\"push\":";
  JsonWriter json(out);
  json.beginObject().field("channel", channel).key("unsubscribe").beginObject();
  json.field("code", static_cast<std::uint64_t>(code)).field("reason", reason).endObject().endObject();
  return out += '}';
}

}  // namespace kith::protocol
