#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "eventlog/event_log.h"
#include "eventlog/link.h"

namespace kith {

/// The scopes of one owner loop: their follow state, who waits to attach, who listens.
///
/// Lives on its loop's thread; reads run on workers and come back as posts.
class EventLog::Owner final : private Peers::Host {
 public:
  /// One attach on its way: access read, then perhaps the gap, then live.
  struct Waiter {
    AttachRequest request;
    AttachDone done;
    store::Head head{};  // of the snapshot that granted access
    Granted granted{};
    int reads = 0;                   // of access, bounded
    int gap_reads = 0;               // bounded too
    int lag_reads = 0;               // and those of a store that has less than the client
    std::vector<Publication> gap{};  // read from the store: (since, gap_last]
    Offset gap_last = 0;
    bool gap_read = false;
    bool wants_gap = false;  // by what the ring held when it began
  };
  using WaiterPtr = std::shared_ptr<Waiter>;

  Owner(Parts& parts, Loop& loop, Link* link);

  Loop& loop() { return loop_; }
  /// None on a node that is alone.
  Peers* peers() { return peers_.get(); }
  void apply(const store::CommittedEntry& committed);
  /// Applies and tells other nodes: once for each entry that was committed here.
  void passOn(const store::CommittedEntry& committed);
  void signal(const Scope& scope, const SharedBytes& data, Reach reach);
  void joinLeave(const Scope& scope, const std::vector<JoinLeave>& who);
  void attach(AttachRequest request, AttachDone done);
  void detach(const Scope& scope, std::size_t core);

  // attach() in steps, for many at once: all begin on their owners, one read judges them, each goes on.
  WaiterPtr begin(Attach attach);
  /// Runs `then` once the head of the scope may be read: whatever commits after that comes here.
  template <class Then>
  void whenHeard(const Scope& scope, Then then) {
    if (!peers_) return then();
    peers_->whenHeard(scope, std::move(then));
  }
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
    std::vector<WaiterPtr> behind;       // wait until the node has come to what their snapshot showed
    std::vector<WaiterPtr> gap_waiters;  // wait for the one gap read
    bool gap_reading = false;
    Loop::TimerId linger = 0;
    Loop::TimerId fill_timer = 0;  // what is missing may come by itself until then
    bool filling = false;          // it is being read
    bool head_reading = false;     // which log this is, is being read
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
  void goOnBehind(Place& place);
  void waitBehind(Place& place, const WaiterPtr& waiter);
  bool storeMayLag(Place& place, const WaiterPtr& waiter);

  // What did not come by itself, and what is needed no more: owner_fill.cc.
  void considerFill(Place& place);
  void readFill(Place& place);
  void fillRead(const Scope& scope, const Result<void>& result, const Position& head,
                const std::vector<LoggedEntry>& entries);
  void considerEpoch(Place& place);
  void readHead(Place& place);
  void headRead(Place& place, const store::Head& head);
  void forget(const Scope& scope);

  // Peers::Host
  bool isLive(const Scope& scope) const override;
  Offset applied(const Scope& scope) const override;
  void came(const Scope& scope, std::vector<Publication> entries, std::uint64_t epoch) override;
  void signalCame(const Scope& scope, const SharedBytes& data) override;
  void goesTo(const Scope& scope, Offset offset, Fill fill) override;
  void doubt(const Scope& scope) override;

  Parts& parts_;
  Loop& loop_;
  std::unordered_map<Scope, std::unique_ptr<Place>> places_;
  std::unique_ptr<Peers> peers_;
  Counter& recoveries_ring_;
  Counter& recoveries_store_;
  Counter& recoveries_failed_;
  Counter& client_ahead_;
  Counter& gaps_filled_;
  Counter& followed_scopes_;
};

}  // namespace kith
