#pragma once

#include <string>
#include <vector>

#include "base/log.h"
#include "presence/redis/presence_scripts.h"
#include "redis/connection.h"

namespace kith {

/// The Redis server of presence: its connection, and the scripts that are loaded there.
///
/// Lives on its loop, owned by RedisPresence. At each new connection the scripts go out first, so that
/// whatever follows finds them. A script that somebody threw away meanwhile (NOSCRIPT) is loaded again; the
/// run that met it fails, and whoever asked asks again as for any other failure: repeating it here would
/// change the order.
class PresenceServer {
 public:
  using Answer = RedisConnection::Answer;

  PresenceServer(EventLoop& loop, RedisOptions options, Log& log, RedisConnection::Changed changed,
                 const RedisConnectionLimits& limits);

  bool isConnected() const { return connection_.isConnected(); }
  std::size_t waiting() const { return connection_.waiting(); }
  /// "host:port/database", for logs.
  const std::string& name() const { return name_; }

  const PresenceScripts& scripts() const { return scripts_; }
  void run(const RedisScript& script, const std::vector<std::string>& keys,
           const std::vector<std::string>& arguments, Answer answer);
  void logRefusal(std::string_view event, const std::string& why);
  void command(std::initializer_list<std::string_view> words, Answer answer = {}) {
    connection_.command(words, std::move(answer));
  }

 private:
  void onState(RedisState state, const std::string& why);
  void loadScripts();
  void lookAtSettings();

  const std::string name_;
  Log& log_;
  const PresenceScripts scripts_;
  RedisConnection::Changed changed_;
  std::string last_failure_;
  RedisConnection connection_;
};

}  // namespace kith
