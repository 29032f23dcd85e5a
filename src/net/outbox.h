#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "net/frame.h"

namespace kith {

/// How much may wait for one reader.
struct OutboxLimits {
  std::uint32_t bytes_max = 1024 * 1024;
  std::uint32_t signals_until_bytes = 256 * 1024;  // with this much waiting, signals are left out
};

/// The frames that wait for one connection, by reference and in order.
///
/// Lives on its connection's loop, owned by it. Copies no bytes and holds no memory while empty, nor
/// while only one frame waits: most turns bring a connection one.
class Outbox {
 public:
  enum class Push : std::uint8_t { Queued, Dropped, Overflow };

  /// Overflow and Dropped leave the frame out. A frame that finds the outbox empty is always
  /// taken: its bytes exist already, whatever their size.
  Push push(FrameRef frame, FrameKind kind, const OutboxLimits& limits);
  /// Up to pieces.size() frames, the rest of a half-written one first.
  std::size_t gather(std::span<iovec> pieces) const;
  /// `bytes` of what gather() showed have left; gives the number of frames that are done.
  std::size_t written(std::size_t bytes);
  /// Drops what has not begun to leave, so that a last frame may follow on a frame's border.
  void dropUnsent();
  void clear();

  bool empty() const { return bytes_ == 0; }
  std::size_t bytes() const { return bytes_; }

 private:
  void takeNext();
  void forgetMore();

  FrameRef first_;              // the next to leave; none while empty
  std::vector<FrameRef> more_;  // behind it; those before more_head_ have left
  std::size_t bytes_ = 0;
  std::uint32_t more_head_ = 0;
  std::uint32_t first_written_ = 0;  // bytes of first_ that have left
};

}  // namespace kith
