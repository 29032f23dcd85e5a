#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/worker_pool.h"
#include "broker/replay_guard.h"
#include "eventlog/check_plan.h"
#include "eventlog/frames.h"
#include "eventlog/high_water.h"
#include "store/store.h"

namespace kith {

/// Of the logs of users, which say whose sign-in has ended: at every node within 2 s.
inline constexpr Milliseconds kUserPollInterval{1000};

/// What the scopes of one owner have to do with other nodes: subscribing to what these publish, passing it
/// on, publishing what was committed here, and asking the store whether something was missed.
///
/// Lives on the owner's loop and belongs to the owner, which is its Host; exists only where nodes are joined.
/// Applies nothing itself, and waits for nothing but the store, on a worker.
class Peers {
 public:
  /// The owner, as this sees it. Scopes are those it follows.
  class Host {
   public:
    virtual ~Host() = default;
    virtual bool isLive(const Scope& scope) const = 0;
    virtual Offset applied(const Scope& scope) const = 0;
    virtual void came(const Scope& scope, std::vector<Publication> entries, std::uint64_t epoch) = 0;
    virtual void signalCame(const Scope& scope, const SharedBytes& data) = 0;
    enum class Fill { Soon, Now };
    /// The log goes up to `offset`, and what is missing is to be read.
    virtual void goesTo(const Scope& scope, Offset offset, Fill fill) = 0;
    /// The store has not what was applied: is this still the same log?
    virtual void doubt(const Scope& scope) = 0;
  };
  struct Parts {
    Host& host;
    Loop& loop;
    const Cluster& cluster;
    Frames& frames;
    HighWater& high_water;
    store::Store& store;
    WorkerPool& workers;
    Metrics& metrics;
    std::size_t owners;  // of this node
  };
  explicit Peers(Parts parts);

  // From the owner.
  void follow(const Scope& scope);
  void unfollow(const Scope& scope);
  /// Runs `then` once a position may be read: what is published of the scope arrives here, or it will not
  /// soon.
  void whenHeard(const Scope& scope, Task then);
  /// Something may have been missed, and the store has not been asked yet.
  bool mayHaveMissed(const Scope& scope) const { return at(scope).verify; }
  /// An entry of this node's own, applied here before. What a turn brings to a scope leaves as one frame.
  void committed(const Scope& scope, const std::string& epoch, Publication publication);
  void signal(const Scope& scope, const SharedBytes& data);

  // From the link, on the loop.
  void start();
  void connected() { connected_ = true; }
  void lost();
  void subscribed(const Scope& scope);
  void received(const Scope& scope, const SharedBytes& bytes);
  void marked(const std::vector<broker::Mark>& marks);
  /// Every scope is to be compared with the store; `missed`: something surely was missed.
  void checkAll(bool missed);

 private:
  struct Joint {
    explicit Joint(const Scope& scope) : print(broker::fingerprint(scope.name())) {}
    const std::uint64_t print;
    bool hears = false;   // what is published arrives
    bool waits = true;    // for that, before a position is read
    bool verify = false;  // something may have been missed
    std::vector<Task> waiting{};
    Loop::TimerId timer = 0;
    MonotonicMs active = 0;
    broker::ReplayGuard signals{};
  };
  /// One scope in a question to the store.
  struct Check {
    Scope scope;
    Offset applied;
    bool heard;         // when it was asked
    Offset head = 0;    // if the log goes on
    bool gone = false;  // what was applied is not there
  };
  const Joint& at(const Scope& scope) const { return joints_.at(scope); }
  MonotonicMs now() const { return parts_.cluster.clock.monotonic(); }
  void waitNoMore(const Scope& scope, Joint& joint);
  void miss(Joint& joint);
  void flush();
  void step();
  void check(std::vector<Scope> due);
  static Result<void> ask(store::Reader& reader, std::vector<Check>& checks);
  void checked(const std::vector<Check>& checks, bool answered);
  void planNext(const Scope& scope, const Joint& joint);
  void entriesCame(const Scope& scope, broker::Entries entries);

  Parts parts_;
  bool connected_ = false;
  std::unordered_map<Scope, Joint> joints_;
  std::unordered_map<std::uint64_t, Scope> by_print_;
  CheckPlan plan_;
  bool checking_ = false;
  struct Outgoing {
    std::string epoch;
    std::vector<Publication> entries;
  };
  std::unordered_map<Scope, Outgoing> outgoing_;  // of this turn
  Counter& checks_;
  Counter& missed_;
  Counter& unverified_;
  Counter& not_published_;
};

}  // namespace kith
