#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/loop.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/worker_pool.h"
#include "eventlog/answers.h"
#include "eventlog/cluster.h"
#include "eventlog/follow.h"
#include "eventlog/presence_channel.h"
#include "eventlog/publication.h"
#include "store/store.h"

namespace kith {

class Link;

/// The reply to an attach: where the subscriber stands, and what he missed.
struct Attached {
  Position position;       // of the last entry before the live ones, or `since` where recovered
  bool recovered = false;  // `publications` is the whole gap
  std::vector<Publication> publications;
};

/// What a read of access rights says. `since` below is what a fresh membership starts from.
struct Granted {
  std::optional<Offset> joined_at{};  // offset of the asker's `member.joined`, in a place
  std::optional<Scope> beside{};      // the log that says when this right ends, if it is not this one alone
};

/// May the asker read this scope? Judged in the snapshot given.
using MayRead = Callback<Result<Granted>(store::Reader&)>;
using AttachDone = Callback<void(Result<Attached>)>;

struct AttachRequest {
  Scope scope;
  UserId user;
  std::size_t core = 0;           // whose hub will hold the subscriber
  std::optional<Position> since;  // recover from here
  bool since_joined = false;      // or from right below the asker's own `member.joined`
  MayRead may_read;
};
/// An attach among others.
struct Attach {
  AttachRequest request;
  AttachDone done;
};

/// The log of every scope on this node: writes go in, applied entries come out.
///
/// Any thread may call it. Each scope belongs to one owner loop (by the hash of its name), where its
/// follow state lives and its entries are applied, in order. Nothing waits for a commit; nothing
/// blocks a loop: reads run on workers. With a cluster, what is committed here is published to other nodes,
/// and what they commit is applied as well (peers.h). Not owned: store, workers, loops, sink and cluster
/// outlive it.
class EventLog {
 public:
  struct Parts {
    store::Store& store;
    WorkerPool& workers;
    std::vector<Loop*> loops;
    Sink& sink;
    Log& log;
    Metrics& metrics;
    FollowLimits limits{};
    Milliseconds linger{60'000};
    const Cluster* cluster = nullptr;  // none: this node is the only one
  };
  explicit EventLog(Parts parts);
  ~EventLog();

  /// Submits a write. Its `done` runs on the owner loop of the first scope, after the commit and, for
  /// entries of that scope, in the order of their offsets. What a loop reads in one turn and
  /// appends goes to the store together: one commit, and one turn that delivers it.
  void append(store::WriteItem item);

  /// Runs `read` on a worker with one snapshot, then `done` on the worker's thread. Full queue or a
  /// failing store: `done` with a temporary fault.
  void read(Callback<Result<void>(store::Reader&)> read, Callback<void(Result<void>)> done);
  /// The same for a read that gives a value.
  template <class T>
  void readValue(Callback<Result<T>(store::Reader&)> read, Callback<void(Result<T>)> done) {
    auto value = std::make_shared<std::optional<T>>();
    this->read(
        [value, read = std::move(read)](store::Reader& reader) mutable -> Result<void> {
          value->emplace(TRY(read(reader)));
          return {};
        },
        [value, done = std::move(done)](Result<void> result) mutable {
          if (!result) return done(std::move(result).error());
          done(std::move(**value));
        });
  }

  /// Adds a subscriber of `core`: access, replay and going live are one. `done` is posted to the loop
  /// of that core before any later publication is. Fails with the fault of may_read, or a temporary one.
  void attach(AttachRequest request, AttachDone done);
  /// The same for each, with one read of the store for the rights to all of them, however many they are, and
  /// for what was missed where it is not at hand.
  void attachAll(std::vector<Attach> all);
  /// Takes one subscriber of `core` off.
  void detach(const Scope& scope, std::size_t core);

  /// Hands a committed entry to those who follow its scope. Idempotent. Called through Publish.
  void apply(const store::CommittedEntry& committed);
  enum class Reach { ThisNode, AllNodes };
  /// A state without an offset, to whoever listens now. May be dropped.
  void signal(const Scope& scope, SharedBytes data, Reach reach = Reach::ThisNode);
  /// The same, to whoever asked to be told of people one by one.
  void joinLeave(const Scope& scope, std::vector<JoinLeave> who);

  /// Who came online or went at this node, told to the others, and at them. A node that is alone tells and
  /// hears nothing. `heard` runs on the first loop.
  void tellPresence(PresenceChannel::Changes changes);
  void hearPresence(PresenceChannel::Heard heard);

 private:
  class Owner;
  struct Batch;
  void passOn(const store::CommittedEntry& committed);
  void readBatch(const std::shared_ptr<Batch>& batch);
  std::size_t ownerIndex(const Scope& scope) const;
  Owner& owner(const Scope& scope) const;
  Parts parts_;
  std::shared_ptr<Answers> answers_;
  /// What a loop has appended since its last post to itself. Locked: before it runs, a loop belongs to
  /// its maker, who may append while its thread begins.
  struct Gathered {
    Mutex mutex;
    std::vector<store::WriteItem> items GUARDED_BY(mutex);
  };
  void tellEnding(const Result<store::Committed>& result);
  void gather(std::size_t loop, store::WriteItem item);
  void submitGathered(std::size_t loop);
  std::vector<std::unique_ptr<Gathered>> gathered_;  // by loop
  std::unique_ptr<Link> link_;                       // with other nodes only; the owners use it
  std::vector<std::unique_ptr<Owner>> owners_;
};

}  // namespace kith
