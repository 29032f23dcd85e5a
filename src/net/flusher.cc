#include "net/flusher.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace kith {
namespace {

class SendmsgStep final : public WriteStep {
 public:
  void write(std::span<WriteJob> jobs) override {
    for (WriteJob& job : jobs) {
      msghdr message{};
      message.msg_iov = job.pieces.data();
      message.msg_iovlen = job.pieces.size();
      ssize_t n;
      do {
        n = ::sendmsg(job.descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      } while (n < 0 && errno == EINTR);
      if (n < 0) {
        job.error = errno;
      } else {
        job.written = static_cast<std::size_t>(n);
      }
    }
  }
};

}  // namespace

std::unique_ptr<WriteStep> makeSendmsgStep() {
  return std::make_unique<SendmsgStep>();
}

Flusher::Flusher(std::unique_ptr<WriteStep> step, LoopStats& stats)
    : step_(std::move(step)), stats_(stats), pieces_(kBatch * kPiecesPerWrite) {
  jobs_.reserve(kBatch);
  targets_.reserve(kBatch);
}

void Flusher::markDirty(FlushTarget& target) {
  if (target.dirty) return;
  target.dirty = true;
  dirty_.emplace_back(&target);
}

std::size_t Flusher::flush(std::size_t targets_max) {
  const std::size_t count = std::min(targets_max, dirty_.size() - first_);
  const std::size_t last = first_ + count;
  while (first_ < last) {
    const std::size_t batch = std::min(kBatch, last - first_);
    flushBatch(first_, first_ + batch);
    first_ += batch;
  }
  // The room is kept for the next turn; the front goes once it is the larger part.
  if (first_ * 2 >= dirty_.size()) {
    dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  return count;
}

void Flusher::clear() {
  std::vector<LocalRef<FlushTarget>> dropped;
  dropped.swap(dirty_);
  first_ = 0;
}

void Flusher::flushBatch(std::size_t first, std::size_t last) {
  jobs_.clear();
  targets_.clear();
  for (std::size_t i = first; i < last; ++i) {
    auto& target = written_.emplace_back(std::move(dirty_[i]));
    target->dirty = false;
    const auto room = std::span(pieces_).subspan(jobs_.size() * kPiecesPerWrite, kPiecesPerWrite);
    const std::size_t count = target->gather(room);
    if (count == 0) continue;
    jobs_.push_back({.descriptor = target->descriptor(), .pieces = room.first(count)});
    targets_.push_back(target.get());
  }
  step_->write(jobs_);
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    ++stats_.writes;
    stats_.bytes_out += static_cast<std::int64_t>(jobs_[i].written);
    targets_[i]->wrote(jobs_[i]);
  }
  written_.clear();
}

}  // namespace kith
