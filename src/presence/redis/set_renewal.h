#pragma once

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include "presence/redis/held_users.h"

namespace kith {

struct SetRenewalOptions {
  Milliseconds look_every{20'000};      // a third of the shortest time that may be chosen
  Milliseconds renew_every{3'600'000};  // at the latest; each third of its time if that is sooner
  std::size_t slice = 100;
};

/// Keeps the Sets of the places that have members on this node from expiring.
///
/// Lives on its loop, owned by RedisPresence. Only a belt: nobody goes offline by it. A Set that is gone
/// though its members are here is filled again.
class SetRenewal {
 public:
  using Options = SetRenewalOptions;
  SetRenewal(EventLoop& loop, PresenceServer& server, HeldUsers& held, const Options& options);
  ~SetRenewal();
  SetRenewal(const SetRenewal&) = delete;
  SetRenewal& operator=(const SetRenewal&) = delete;

  void connected();
  void lost();

 private:
  using Chosen = std::unordered_map<Scope, std::chrono::seconds>;
  void look();
  void readChosen(const std::string& cursor, std::shared_ptr<Chosen> chosen);
  void renewDue(const Chosen& chosen);
  void renew(const std::vector<std::string>& places);

  EventLoop& loop_;
  PresenceServer& server_;
  HeldUsers& held_;
  const Options options_;
  Loop::TimerId timer_ = 0;
};

}  // namespace kith
