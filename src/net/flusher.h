#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "net/event_loop.h"
#include "net/local_ref.h"

namespace kith {

/// Pieces of one gathered write.
constexpr std::size_t kPiecesPerWrite = 64;

/// One connection's part of a write step: where, what, and what came of it.
struct WriteJob {
  int descriptor = -1;
  std::span<iovec> pieces{};
  std::size_t written = 0;
  int error = 0;  // errno, 0 if `written` counts
};

/// "Write these connections": the one step that io_uring could do for many of them at once.
///
/// Lives on one loop. Never blocks: what the kernel does not take comes back as EAGAIN.
class WriteStep {
 public:
  virtual ~WriteStep() = default;
  virtual void write(std::span<WriteJob> jobs) = 0;
};

/// One sendmsg() per connection.
std::unique_ptr<WriteStep> makeSendmsgStep();

/// What the flusher needs of a connection.
class FlushTarget : public LocalCounted {
 public:
  virtual int descriptor() const = 0;
  /// Fills `pieces` with what is due; 0 if nothing is, or not now.
  virtual std::size_t gather(std::span<iovec> pieces) = 0;
  virtual void wrote(const WriteJob& job) = 0;
  bool dirty = false;  // stands on the list; the flusher's
};

/// The connections of one loop that have something due, each written once when its turn comes.
///
/// Lives on its loop, owned by it. Targets stay alive while they are listed. A write never happens
/// from within send(): a broadcast to many only lists them. Who is listed first is written first; what
/// comes for one who still waits leaves with the rest of his.
class Flusher {
 public:
  Flusher(std::unique_ptr<WriteStep> step, LoopStats& stats);

  void markDirty(FlushTarget& target);
  bool hasWork() const { return first_ < dirty_.size(); }
  /// Writes those listed now, at most `targets_max`; gives their number. What callbacks list meanwhile waits.
  std::size_t flush(std::size_t targets_max);
  void clear();

 private:
  static constexpr std::size_t kBatch = 64;
  void flushBatch(std::size_t first, std::size_t last);

  std::unique_ptr<WriteStep> step_;
  LoopStats& stats_;
  std::vector<LocalRef<FlushTarget>> dirty_;  // those before first_ have been written
  std::size_t first_ = 0;
  std::vector<iovec> pieces_;
  std::vector<WriteJob> jobs_;
  std::vector<FlushTarget*> targets_;           // of jobs_, in order
  std::vector<LocalRef<FlushTarget>> written_;  // keeps those of the batch: the list may grow meanwhile
};

}  // namespace kith
