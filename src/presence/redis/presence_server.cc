#include "presence/redis/presence_server.h"

#include <utility>

#include "redis/advice.h"

namespace kith {
namespace {

constexpr std::string_view kOption = "redis.presence";

// The value of a "name:value" line of INFO, or nothing.
std::string_view infoOf(std::string_view info, std::string_view name) {
  for (std::size_t at = info.find(name); at != std::string_view::npos; at = info.find(name, at + 1)) {
    const bool begins = at == 0 || info[at - 1] == '\n';
    const auto rest = info.substr(at + name.size());
    if (begins && rest.starts_with(':')) return rest.substr(1, rest.find_first_of("\r\n") - 1);
  }
  return {};
}

}  // namespace

PresenceServer::PresenceServer(EventLoop& loop, RedisOptions options, Log& log,
                               RedisConnection::Changed changed, const RedisConnectionLimits& limits)
    : name_(options.name()),
      log_(log),
      changed_(std::move(changed)),
      connection_(
          loop, std::move(options), [this](RedisState state, const std::string& why) { onState(state, why); },
          limits) {}

void PresenceServer::onState(RedisState state, const std::string& why) {
  if (state == RedisState::Connected) {
    log_.info("presence_connected", {{"redis", name_}});
    last_failure_.clear();
    loadScripts();
    lookAtSettings();
  } else if (why != last_failure_) {  // once, not with each attempt
    last_failure_ = why;
    log_.warn("presence_disconnected", {{"redis", name_}, {"why", why}, {"do", redisAdvice(why, kOption)}});
  }
  changed_(state, why);
}

// Of many commands that are refused for one reason, and of each beat again, once.
void PresenceServer::logRefusal(std::string_view event, const std::string& why) {
  if (why == last_failure_) return;
  last_failure_ = why;
  log_.error(event, {{"redis", name_}, {"why", why}, {"do", redisAdvice(why, kOption)}});
}

void PresenceServer::loadScripts() {
  for (const RedisScript* script : scripts_.all()) {
    connection_.command({"SCRIPT", "LOAD", script->text},
                        [this](const Expected<RedisReply, RedisError>& reply) {
                          if (!reply && reply.error().kind == RedisError::Kind::Refused)
                            logRefusal("presence_script_refused", reply.error().text);
                        });
  }
}

/// A server that throws keys away makes people look offline: the operator must know.
void PresenceServer::lookAtSettings() {
  connection_.command({"INFO", "everything"}, [this](const Expected<RedisReply, RedisError>& reply) {
    if (!reply && reply.error().kind == RedisError::Kind::Refused)
      logRefusal("presence_settings_unknown", reply.error().text);
    if (!reply) return;
    const auto policy = infoOf(reply->text, "maxmemory_policy");
    const auto evicted = infoOf(reply->text, "evicted_keys");
    if (policy.empty() || (policy == "noeviction" && evicted == "0")) return;
    log_.error("presence_may_be_evicted", {{"redis", name_},
                                           {"maxmemory_policy", std::string(policy)},
                                           {"evicted_keys", std::string(evicted)},
                                           {"do", "set maxmemory-policy noeviction"}});
  });
}

void PresenceServer::run(const RedisScript& script, const std::vector<std::string>& keys,
                         const std::vector<std::string>& arguments, Answer answer) {
  const std::string key_count = std::to_string(keys.size());
  std::vector<std::string_view> words{"EVALSHA", script.sha, key_count};
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  connection_.command(words,
                      [this, answer = std::move(answer)](Expected<RedisReply, RedisError> reply) mutable {
                        if (!reply && reply.error().isCode("NOSCRIPT")) loadScripts();
                        answer(std::move(reply));
                      });
}

}  // namespace kith
