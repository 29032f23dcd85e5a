#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/loop.h"
#include "model/scope.h"
#include "presence/presence.h"

namespace kith {

/// Where signals go: through Publish. Any thread.
using SendSignal = Callback<void(const Scope&, SharedBytes)>;

struct PresenceSignalOptions {
  Milliseconds gather{1'000};       // at most one signal per place in this time
  std::size_t names_max = 2'000;    // online in the place, or changed: above, signals carry the count alone,
  Milliseconds count_every{5'000};  // and at most this often
  std::size_t told_max = 200;  // online in the place, or changed: up to here, people are told one by one too
};

/// Gathers who came online and who went offline, place by place, and signals it.
///
/// `{"type":"presence","at","version","online":[ids],"offline":[ids],"count":N}`: who is named differs from
/// what was signalled before, so a user who went and came back meanwhile is not. One who goes to and fro is
/// named once he has held still for a gathering time. In a crowd `online` and `offline` are left out, not
/// empty: the count holds, and the names known to the reader no longer do, until he reads them anew.
/// `version` only rises, on this node.
///
/// Lives on one loop; owned by OnlineStatusService. A place at rest takes no memory and no timer. A signal
/// that fails is made again later from what is then true, never queued.
class PresenceSignals {
 public:
  using Options = PresenceSignalOptions;

  /// Whom a signal has just named, in a place that is small enough.
  using Names = std::vector<std::pair<UserId, PresenceChange::Now>>;
  using Tell = Callback<void(const Scope&, const Names&)>;

  PresenceSignals(Loop& loop, const Clock& clock, Presence& presence, SendSignal send, Tell tell,
                  Options options = {});

  /// The backend already shows the change.
  void changed(const Scope& place, const UserId& user, PresenceChange::Now now);

 private:
  using Now = PresenceChange::Now;
  struct Change {
    Now before;  // as last signalled
    Now now;
    bool wavered;  // changed more than once
    MonotonicMs at;
    std::uint64_t number;  // of the place's changes
  };
  struct Place {
    std::unordered_map<UserId, Change> changes;
    std::uint64_t last_number = 0;
    std::uint64_t asked_number = 0;  // the count asked for knows the changes up to here
    bool names_lost = false;         // a crowd went by unnamed
    bool crowd = false;              // at the last count
    MonotonicMs last_count = 0;
    Loop::TimerId timer = 0;  // 0 only while the count is asked for
  };

  void arm(const Scope& scope, Place& place, Milliseconds delay);
  void due(const Scope& scope);
  void counted(const Scope& scope, const Result<std::int64_t>& count);
  Names takeSettled(Place& place) const;
  void signal(const Scope& scope, const Names* names, std::int64_t count);

  Loop& loop_;
  const Clock& clock_;
  Presence& presence_;
  SendSignal send_;
  Tell tell_;
  const Options options_;
  std::unordered_map<Scope, Place> places_;
  WallMs version_ = 0;
};

}  // namespace kith
