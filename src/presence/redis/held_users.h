#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "presence/redis/presence_changes.h"
#include "presence/redis/presence_server.h"

namespace kith {

struct HeldUsersOptions {
  std::size_t slice = 100;  // users at once in whatever goes over all of them: about 45 us of Redis each
  std::size_t dirty_max = 10'000;  // users to be told again one by one; above it all are
};

/// The users that are connected to this node, and how Redis is made to agree with that.
///
/// Lives on its loop, owned by RedisPresence. What up() and down() say is kept here and is the truth; a
/// command to Redis says what stands here at that moment, so one that is lost is made good by the next: the
/// user's own, the next beat's for those that failed, or resync() for all. While parted nothing is sent.
class HeldUsers {
 public:
  using Options = HeldUsersOptions;
  struct Parts {
    PresenceServer& server;
    PresenceChanges& changes;
    Log& log;
    Callback<void(const std::string& node)> fenced;  // an up was refused: that incarnation is no more
    Options options{};
  };
  explicit HeldUsers(Parts parts);

  void up(const UserId& user, Memberships memberships, MonotonicMs now);
  void down(const UserId& user);
  bool holds(const UserId& user) const { return users_.contains(user); }
  std::size_t size() const { return users_.size(); }

  /// From now on commands go out, for this incarnation.
  void join(const std::string& node);
  /// The connection is lost: nothing goes out, and what was under way is forgotten.
  void part();

  /// Everything said is with Redis or on its way: the count there can be compared with size().
  bool isSaid() const { return joined_ && !resyncing_ && dirty_.empty() && !all_dirty_; }
  /// Makes the whole Set of this incarnation agree, in slices. Anew from the start if one is under way.
  void resync();
  /// Says again what failed.
  void retry();
  /// Looks at the next `users` of them, in slices, and mends what others wrote.
  void check(std::size_t users);
  /// The Sets of these places are gone though they have members online: mends those of this node.
  void mend(const std::vector<std::string>& places);

  /// Another node says somebody is gone: should Redis have lost him too, his next up is news here again.
  void doubt(const UserId& user);

  /// A place with members on this node, and when its Set was last given its time.
  struct Place {
    std::size_t users = 0;
    MonotonicMs renewed = 0;
  };
  std::unordered_map<Scope, Place>& places() { return places_; }

 private:
  using Held = std::shared_ptr<const Memberships>;  // shared by what is so and what was told
  struct Told {
    Held memberships;
    bool doubted = false;
  };
  using Reply = Expected<RedisReply, RedisError>;

  void setHeld(const UserId& user, Held held, MonotonicMs now);
  void say(const UserId& user);
  void sayUp(const UserId& user, const Held& held, Callback<void()> then = {});
  /// `scopes` for one of whom nothing was told here: filled by then.
  void sayDown(const UserId& user, std::shared_ptr<std::vector<Scope>> scopes = {});
  void sayDownOfUnknown(const UserId& user);
  bool failed(const UserId& user, const Reply& reply);
  void cameUp(const UserId& user, const Held& held, bool came_online);
  void tellDifference(const UserId& user, const Memberships& before, const Memberships& now);
  void wentDown(const UserId& user, bool went_offline, std::vector<Scope> scopes);

  void resyncSet(const std::string& cursor, std::uint64_t round);
  void resyncUsers(const UserId& after, std::uint64_t round);
  void forgetGone(std::uint64_t round);
  void checkSlice(std::size_t left);
  void checkUsers(const std::vector<std::string>& users, Callback<void()> then);

  PresenceServer& server_;
  PresenceChanges& changes_;
  Log& log_;
  Callback<void(const std::string& node)> fenced_;
  const Options options_;
  std::string node_;
  bool joined_ = false;
  std::map<UserId, Held> users_;           // ordered, so that slices can go on after any id
  std::unordered_map<UserId, Told> told_;  // online, as listeners here were told
  std::unordered_map<Scope, Place> places_;
  std::set<UserId> dirty_;
  bool all_dirty_ = false;
  bool resyncing_ = false;
  std::uint64_t round_ = 0;  // of resync(); what belongs to an older one is not gone on with
  bool checking_ = false;
  UserId checked_;  // the last one looked at
};

/// "room:1 group:7" as scopes; what is none is left out.
std::vector<Scope> parseScopes(std::string_view text);

}  // namespace kith
