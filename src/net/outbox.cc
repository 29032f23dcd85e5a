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
  if (first_) {
    more_.push_back(std::move(frame));
  } else {
    first_ = std::move(frame);
  }
  bytes_ += size;
  return Push::Queued;
}

std::size_t Outbox::gather(std::span<iovec> pieces) const {
  if (!first_) return 0;
  const std::size_t count = std::min(pieces.size(), 1 + more_.size() - more_head_);
  for (std::size_t i = 0; i < count; ++i) {
    std::string_view bytes = i == 0 ? first_.bytes() : more_[more_head_ + i - 1].bytes();
    if (i == 0) bytes.remove_prefix(first_written_);
    pieces[i] = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  return count;
}

std::size_t Outbox::written(std::size_t bytes) {
  ASSERT(bytes <= bytes_);
  bytes_ -= bytes;
  std::size_t done = 0;
  while (bytes > 0) {
    const std::size_t rest = first_.size() - first_written_;
    if (bytes < rest) {
      first_written_ += static_cast<std::uint32_t>(bytes);
      break;
    }
    bytes -= rest;
    takeNext();
    ++done;
  }
  if (more_head_ == more_.size()) {
    forgetMore();
  } else if (more_head_ >= 64 && more_head_ * 2 >= more_.size()) {
    more_.erase(more_.begin(), more_.begin() + more_head_);
    more_head_ = 0;
  }
  return done;
}

void Outbox::dropUnsent() {
  forgetMore();
  if (first_written_ == 0) first_ = FrameRef();
  bytes_ = first_.size() - first_written_;
}

void Outbox::clear() {
  forgetMore();
  first_ = FrameRef();
  bytes_ = 0;
  first_written_ = 0;
}

void Outbox::takeNext() {
  first_ = more_head_ < more_.size() ? std::move(more_[more_head_++]) : FrameRef();
  first_written_ = 0;
}

void Outbox::forgetMore() {
  if (more_.capacity() > 0) std::vector<FrameRef>().swap(more_);  // Assigning {} would keep the room.
  more_head_ = 0;
}

}  // namespace kith
