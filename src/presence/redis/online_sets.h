#pragma once

#include <string>
#include <vector>

#include "presence/presence.h"
#include "presence/redis/presence_server.h"

namespace kith {

/// Reads and tidies the Sets of who is online, and the Hashes of who types.
///
/// Lives on its loop, owned by RedisPresence. Never a command over more than about a thousand members at
/// once: it would stop the server for all.
class OnlineSets {
 public:
  template <class T>
  using Answer = Presence::Answer<T>;

  explicit OnlineSets(PresenceServer& server) : server_(server) {}

  /// A page of a Set; `cursor` is one that was given, or empty.
  void page(const std::string& set, const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer);
  void count(const Scope& place, Answer<std::int64_t> answer);
  void isOnline(const UserId& user, Answer<bool> answer);
  void cleanup(const Scope& place, Answer<std::int64_t> answer);
  void setTtl(const Scope& place, std::chrono::seconds ttl, Answer<void> answer);
  void ttl(const Scope& place, Answer<std::chrono::seconds> answer);
  void setTyping(const Scope& place, const std::vector<Typing>& changes, Answer<std::vector<Typing>> answer);

 private:
  struct Cleaning;
  void scan(const std::string& set, const std::string& cursor, std::size_t limit, Answer<OnlinePage> answer);
  void all(const std::string& set, Answer<OnlinePage> answer);
  void cleanPage(const std::shared_ptr<Cleaning>& cleaning, const std::string& cursor);
  void clean(const std::shared_ptr<Cleaning>& cleaning, const std::vector<RedisReply>& users, bool last);

  PresenceServer& server_;
};

}  // namespace kith
