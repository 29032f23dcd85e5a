#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "store/mongodb/documents.h"
#include "store/mongodb/mongo_options.h"
#include "store/mongodb/server.h"

namespace kith::store::mongodb {

/// The wall clock, which never falls. Any thread.
class SteadyWall {
 public:
  explicit SteadyWall(const Clock& clock) : clock_(clock) {}
  WallMs now();

 private:
  const Clock& clock_;
  std::atomic<WallMs> last_{0};
};

/// Whether the server answers, and what it said when it did not. Any thread.
class ServerState {
 public:
  void failed(const std::string& why);
  void answered();
  /// Empty: it answers.
  std::string why() const;

 private:
  std::atomic<bool> away_{false};
  mutable Mutex mutex_;
  std::string why_ GUARDED_BY(mutex_);
};

/// What all lanes of one store share.
struct Shared {
  Shared(Server& on, const Identity& of, DamageReport& report, const MongoOptions& given, const Clock& clock,
         Metrics& metrics);
  Server& server;
  const Identity& identity;
  DamageReport& damage;
  const MongoOptions& options;
  SteadyWall wall;
  Heads heads;
  ServerState state;
  std::atomic<bool> ending{false};  // then nobody is waited for any more
  Counter& commits;
  Counter& entries;
  Counter& failed_commits;
  Counter& tries_again;
};

/// How long one write is tried for, with pauses that grow. Real time: the server is real.
class Patience {
 public:
  explicit Patience(const Shared& shared);
  /// Pauses; false if there is no time left.
  bool wait();

 private:
  const Shared& shared_;
  const std::chrono::steady_clock::time_point until_;
  Random random_;
  std::int64_t pause_ms_ = 2;
};

/// One client with what it reads by. Lives on its writer's thread.
struct Lane {
  Lane(Shared& of, std::unique_ptr<Session> with);
  Shared& shared;
  std::unique_ptr<Session> session;
  Documents documents;
  Random random;
};

/// 12 bytes that no other write has.
std::string newWriteId(Random& random);

/// What entry a draft becomes behind `head`, which goes on to it.
LoggedEntry nextEntry(Head& head, const Scope& scope, EntryDraft draft, const WriteItem& item,
                      bool with_nonce, WallMs now);

/// Does the writes, all of one scope: one ordered insert behind the newest entry this node knows, judged by
/// the rows as they are. Gets in only if there is none newer; else all that is left is judged again.
std::vector<Result<Committed>> appendAll(Lane& lane, std::vector<WriteItem>& items);

/// Does one write that changes rows, as a transaction of the server.
Result<Committed> transact(Lane& lane, WriteItem& item);

}  // namespace kith::store::mongodb
