#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/task.h"
#include "eventlog/publication.h"
#include "eventlog/removals.h"
#include "eventlog/ring.h"
#include "store/reader.h"

namespace kith {

struct FollowLimits {
  std::size_t ring_entries_max = 128;
  std::size_t ring_bytes_max = 256 * 1024;
  std::size_t hold_entries_max = 256;  // beyond, the highest are dropped: the store has them
  std::size_t recovery_entries_max = 1000;
  std::size_t recovery_bytes_max = 256 * 1024;
};

/// What this node knows of one scope's log: how far it has applied, and the last publications.
///
/// Lives on the scope's owner loop. Every entry passes entry() in any order, any number of times;
/// each is applied once, in offset order, or not at all while the scope is Cold. Reads nothing
/// itself: the owner reads the store and tells it.
class Follow {
 public:
  enum class State { Cold, Positioning, Live };
  using Apply = Callback<void(const Publication&)>;

  Follow(const FollowLimits& limits, Apply apply);

  State state() const { return state_; }
  /// Cold -> Positioning: entries are held from now on. The head is to be read after this.
  void beginPositioning();
  /// Positioning -> Live, from a head read after beginPositioning().
  void positioned(const store::Head& head);

  /// An entry that is durable. At the next offset it is applied; above, it is held.
  void entry(const LoggedEntry& logged, const std::string& epoch);
  /// Entries below the first of the ring, read from the store, put in front of it.
  void remember(const std::vector<Publication>& older) { ring_.prepend(older); }

  Offset applied() const { return next_ - 1; }
  const std::string& epoch() const { return epoch_; }
  const Ring& ring() const { return ring_; }
  const Removals& removals() const { return removals_; }
  /// Whether something above applied() is known to be durable and not at hand: held entries wait for
  /// one below them, or more came than may be held. The store is to be read from applied() to
  /// known(), each entry given to entry(), then filled() called.
  bool wantsFill() const { return state_ == State::Live && (!hold_.empty() || overflowed_); }
  void filled() { overflowed_ = false; }
  /// The highest offset that came to entry(). The store may have more, that is still to be passed on in its
  /// order among the entries of other logs.
  Offset known() const { return known_; }

 private:
  void apply(Publication publication);
  void drainHold();

  const FollowLimits& limits_;
  Apply apply_;
  State state_ = State::Cold;
  Offset next_ = 1;
  Offset known_ = 0;
  std::string epoch_;
  std::map<Offset, Publication> hold_;
  bool overflowed_ = false;
  Ring ring_;
  Removals removals_;
};

}  // namespace kith
