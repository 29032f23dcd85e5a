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

bool Flusher::flush() {
  if (dirty_.empty()) return false;
  std::vector<LocalRef<FlushTarget>> due;
  due.swap(dirty_);
  for (std::size_t i = 0; i < due.size(); i += kBatch) {
    flushBatch(std::span(due).subspan(i, std::min(kBatch, due.size() - i)));
  }
  if (dirty_.empty()) {
    due.clear();
    dirty_.swap(due);  // Keeps the room for the next turn.
  }
  return true;
}

void Flusher::flushBatch(std::span<LocalRef<FlushTarget>> batch) {
  jobs_.clear();
  targets_.clear();
  for (auto& target : batch) {
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
}

}  // namespace kith
