#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "eventlog/event_log.h"

namespace kith {

/// The scopes of one owner loop: their follow state, who waits to attach, who listens.
///
/// Lives on its loop's thread; reads run on workers and come back as posts.
class EventLog::Owner {
 public:
  /// One attach on its way: access read, then perhaps the gap, then live.
  struct Waiter {
    AttachRequest request;
    AttachDone done;
    store::Head head{};  // of the snapshot that granted access
    Granted granted{};
    int reads = 0;                   // of access, bounded
    int gap_reads = 0;               // bounded too
    std::vector<Publication> gap{};  // read from the store: (since, gap_last]
    Offset gap_last = 0;
    bool gap_read = false;
    bool wants_gap = false;  // by what the ring held when it began
  };
  using WaiterPtr = std::shared_ptr<Waiter>;

  Owner(Parts& parts, Loop& loop);

  Loop& loop() { return loop_; }
  void apply(const store::CommittedEntry& committed);
  void signal(const Scope& scope, const SharedBytes& data);
  void joinLeave(const Scope& scope, const std::vector<JoinLeave>& who);
  void attach(AttachRequest request, AttachDone done);
  void detach(const Scope& scope, std::size_t core);

  // attach() in steps, for many at once: all begin on their owners, one read judges them, each goes on.
  WaiterPtr begin(Attach attach);
  /// On a worker. `gap_bytes`: what may still be read for positions; less afterwards.
  static Result<void> readTogether(store::Reader& reader, const FollowLimits& limits, Waiter& waiter,
                                   std::size_t& gap_bytes);
  void goOn(const WaiterPtr& waiter, const Result<void>& result) {
    accessRead(waiter->request.scope, waiter, result);
  }

 private:
  struct Place {
    Place(const Scope& scope, Owner& owner);
    const Scope& scope;  // its key in places_
    Follow follow;
    CoreCounts cores;
    std::uint32_t listeners = 0;
    bool was_heard = false;  // somebody has listened
    std::size_t attaching = 0;
    std::vector<WaiterPtr> behind;       // wait until the node has applied what their snapshot showed
    std::vector<WaiterPtr> gap_waiters;  // wait for the one gap read
    bool gap_reading = false;
    Loop::TimerId linger = 0;
    bool filling = false;  // a timer or a read for what is missing is under way
  };

  Place& place(const Scope& scope);
  void readAccess(const Scope& scope, const WaiterPtr& waiter);
  void accessRead(const Scope& scope, const WaiterPtr& waiter, const Result<void>& result);
  void proceed(Place& place, const WaiterPtr& waiter);
  bool needsGap(Place& place, const WaiterPtr& waiter, Offset since);
  void readGap(Place& place);
  void gapRead(const Scope& scope, Offset after, Offset last, Result<std::vector<Publication>> read);
  void remember(Place& place, const std::vector<Publication>& read, Offset last);
  void goLive(Place& place, const WaiterPtr& waiter);
  Attached answer(Place& place, Waiter& waiter, std::optional<Position> since) const;
  void fail(Place& place, const WaiterPtr& waiter, Fault fault);
  void answerOn(const WaiterPtr& waiter, Result<Attached> result);
  void entryApplied(Place& place, const Publication& publication);
  void considerRest(Place& place);
  void considerFill(Place& place);
  void readFill(const Scope& scope);
  void goOnBehind(Place& place);

  Parts& parts_;
  Loop& loop_;
  std::unordered_map<Scope, std::unique_ptr<Place>> places_;
  Counter& recoveries_ring_;
  Counter& recoveries_store_;
  Counter& recoveries_failed_;
  Counter& client_ahead_;
  Counter& gaps_filled_;
  Counter& followed_scopes_;
};

}  // namespace kith
