#include "net/outbox.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace kith {

Outbox::Push Outbox::push(FrameRef frame, FrameKind kind, const OutboxLimits& limits) {
  const std::size_t size = frame.size();
  if (size == 0) return Push::Queued;
  if (kind == FrameKind::Signal && bytes_ >= limits.signals_until_bytes) return Push::Dropped;
  if (bytes_ > 0 && bytes_ + size > limits.bytes_max) return Push::Overflow;
  frames_.push_back(std::move(frame));
  bytes_ += size;
  return Push::Queued;
}

std::size_t Outbox::gather(std::span<iovec> pieces) const {
  const std::size_t count = std::min(pieces.size(), frames_.size() - head_);
  for (std::size_t i = 0; i < count; ++i) {
    std::string_view bytes = frames_[head_ + i].bytes();
    if (i == 0) bytes.remove_prefix(head_written_);
    pieces[i] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  return count;
}

std::size_t Outbox::written(std::size_t bytes) {
  ASSERT(bytes <= bytes_);
  bytes_ -= bytes;
  std::size_t done = 0;
  while (bytes > 0) {
    const std::size_t rest = frames_[head_].size() - head_written_;
    if (bytes < rest) {
      head_written_ += static_cast<std::uint32_t>(bytes);
      break;
    }
    bytes -= rest;
    frames_[head_] = FrameRef();
    ++head_;
    head_written_ = 0;
    ++done;
  }
  compact();
  return done;
}

void Outbox::dropUnsent() {
  const bool begun = head_written_ > 0;
  frames_.resize(head_ + (begun ? 1 : 0));
  bytes_ = begun ? frames_[head_].size() - head_written_ : 0;
  compact();
}

void Outbox::clear() {
  std::vector<FrameRef>().swap(frames_);  // Assigning {} would keep the room.
  bytes_ = 0;
  head_ = 0;
  head_written_ = 0;
}

void Outbox::compact() {
  if (head_ == frames_.size()) {
    clear();
  } else if (head_ >= 64 && head_ * 2 >= frames_.size()) {
    frames_.erase(frames_.begin(), frames_.begin() + head_);
    head_ = 0;
  }
}

}  // namespace kith
