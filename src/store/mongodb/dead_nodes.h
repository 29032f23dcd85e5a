#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/mutex.h"
#include "store/mongodb/session.h"

namespace kith::store::mongodb {

/// Ends the transactions that nodes left behind when they died: what these had inserted keeps everybody else
/// out of the same logs, for a minute, until the server itself ends them.
///
/// A thread of its own, owned by the store. Once a second it counts this node's row on, which names the
/// sessions that the node writes by, and looks at the rows of the others. One that is not counted on is of a
/// dead node: its sessions are killed, and its row is removed. No two clocks are compared. A node that was
/// only slow runs its transaction again, and writes its row again.
class DeadNodes {
 public:
  /// `watched`: the sessions of this node's lanes, by their ids. `session`: for this thread.
  DeadNodes(std::unique_ptr<Session> session, std::vector<Document> watched, Log& log);
  /// The row goes with it: there is nothing left to end.
  ~DeadNodes();
  DeadNodes(const DeadNodes&) = delete;
  DeadNodes& operator=(const DeadNodes&) = delete;

 private:
  struct Seen {
    std::int64_t beat = 0;
    int unchanged = 0;  // so many looks in a row
  };
  void run();
  bool waits();
  Result<void> beat();
  Result<void> look();
  Result<void> bury(const std::string& node, const std::vector<Document>& sessions);

  const std::unique_ptr<Session> session_;
  const std::vector<Document> watched_;
  Log& log_;
  const std::string node_;
  std::int64_t beats_ = 0;
  std::map<std::string, Seen> seen_;

  Mutex mutex_;
  Condition changed_;
  bool ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace kith::store::mongodb
