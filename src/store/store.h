#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/reader.h"
#include "store/write_item.h"

namespace kith::store {

/// Where everything durable lives. Every implementation passes store_conformance.h.
///
/// submit() is safe from any thread and never blocks. Per scope, items are judged in the order
/// submitted, each against all before it; offsets are 1, 2, 3, … without holes; `at` never falls.
/// `done` comes after the commit is durable. A store that cannot say whether a commit happened
/// answers a temporary fault: the nonce resolves it.
///
/// Bounds: 1000 items or 4 MiB waiting per scope, 64 MiB in all; beyond, a temporary fault at once.
class Store {
 public:
  virtual ~Store() = default;

  virtual void submit(WriteItem item) = 0;
  /// As submit() of each, in order, and so that one commit may take all of them.
  virtual void submitAll(std::vector<WriteItem> items) {
    for (auto& item : items) submit(std::move(item));
  }
  /// `answered` runs after the last `done` of a commit (or of a refusal), on the same thread: who passes
  /// answers on can do so once for all of them. Set it before the items it is meant for.
  virtual void setAnswered(Task answered) = 0;

  /// Runs `job` now, on the calling thread (a worker, never a loop), with one snapshot. The job is short
  /// (a page of results) and never calls read() itself.
  virtual Result<void> read(Callback<Result<void>(Reader&)> job) = 0;

  struct Health {
    bool ok = true;          // reads work and commits have not failed
    bool read_only = false;  // space is short: writes are refused for the time being
    std::string reason;      // one sentence for the operator when not ok or read_only
  };
  virtual Health health() const = 0;
};

/// How long and how much may wait for a commit.
struct QueueLimits {
  std::size_t scope_items_max = 1000;
  std::size_t scope_bytes_max = 4 * 1024 * 1024;
  std::size_t bytes_max = 64 * 1024 * 1024;
};

}  // namespace kith::store
