#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
  // Beyond these, the highest held are dropped: the store has them.
  std::size_t hold_entries_max = 256;
  std::size_t hold_bytes_max = 1024 * 1024;
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
  /// Live -> Live at another place: the log is not the one that was followed. Nothing of that is kept.
  void restart(const store::Head& head);

  /// An entry that is durable. At the next offset it is applied; above, it is held.
  void entry(const LoggedEntry& logged, const std::string& epoch);
  /// The same of one that another node committed, its epoch by broker::fingerprint().
  void entry(Publication publication, std::uint64_t epoch);
  /// The log goes up to `offset`, whether its entries have come or not.
  void goesTo(Offset offset) { known_ = std::max(known_, offset); }
  /// Entries below the first of the ring, read from the store, put in front of it.
  void remember(const std::vector<Publication>& older) { ring_.prepend(older); }

  Offset applied() const { return next_ - 1; }
  const std::string& epoch() const { return epoch_; }
  /// Whether something came of another epoch than this one; it was dropped. The head is to be read, then
  /// restart() called, or trustEpoch() if the store says that the epoch is still the same.
  bool doubtsEpoch() const { return state_ == State::Live && doubts_epoch_; }
  void trustEpoch() { doubts_epoch_ = false; }
  const Ring& ring() const { return ring_; }
  const Removals& removals() const { return removals_; }
  /// Whether something above applied() is known to be durable and not at hand: held entries wait for
  /// one below them, more came than may be held, or it did not come at all. The store is to be read from
  /// applied() to known(), each entry given to entry(), then filled() called.
  bool wantsFill() const { return state_ == State::Live && known_ >= next_; }
  /// The store was read, and its log went up to `head` then.
  void filled(Offset head);
  /// The highest offset that was heard of. The store may have more, that is still to be passed on in its
  /// order among the entries of other logs.
  Offset known() const { return known_; }

 private:
  struct Held {
    Publication publication;
    std::uint64_t epoch;
  };
  bool wants(Offset offset) const {
    return state_ != State::Cold && !(state_ == State::Live && offset < next_);
  }
  void start(const store::Head& head);
  void hold(Publication publication, std::uint64_t epoch);
  void apply(Publication publication);
  void drainHold();

  const FollowLimits& limits_;
  Apply apply_;
  State state_ = State::Cold;
  bool doubts_epoch_ = false;
  Offset next_ = 1;
  Offset known_ = 0;
  std::string epoch_;
  std::uint64_t epoch_print_ = 0;  // its fingerprint, once it was asked for
  std::uint64_t print();
  std::map<Offset, Held> hold_;
  std::size_t held_bytes_ = 0;
  Ring ring_;
  Removals removals_;
};

}  // namespace kith
