#include "store/sqlite/space_watch.h"

#include <sys/statvfs.h>

#include <limits>
#include <utility>

namespace kith::store::sqlite {
namespace {

constexpr MonotonicMs kLookEveryMs = 1000;

}  // namespace

std::uint64_t freeBytes(const std::string& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{info.f_bavail} * info.f_frsize;
}

SpaceWatch::SpaceWatch(std::string folder, std::uint64_t low_bytes, FreeBytes free_bytes, const Clock& clock,
                       Log& log, Metrics& metrics)
    : folder_(std::move(folder)),
      low_bytes_(low_bytes),
      free_bytes_(std::move(free_bytes)),
      clock_(clock),
      log_(log),
      read_only_(metrics.gauge("kith_store_read_only", "1 while writes are refused because space is short.")),
      looked_at_(clock.monotonic()) {
  Lock lock(mutex_);
  look(false);
}

bool SpaceWatch::isShort() {
  Lock lock(mutex_);
  if (clock_.monotonic() - looked_at_ >= kLookEveryMs) look(false);
  return short_;
}

void SpaceWatch::foundFull() {
  Lock lock(mutex_);
  look(true);
}

void SpaceWatch::look(bool full) {
  looked_at_ = clock_.monotonic();
  const std::uint64_t free = free_bytes_(folder_);
  // Once short, it takes a quarter more to write again, so that it does not flap at the mark.
  const std::uint64_t needed = short_ ? low_bytes_ + low_bytes_ / 4 : low_bytes_;
  const bool now_short = full || free < needed;
  if (now_short == short_) return;
  short_ = now_short;
  read_only_.set(short_ ? 1 : 0);
  const Log::Fields fields{{"folder", folder_}, {"free_bytes", std::to_string(free)}};
  if (short_) {
    log_.error("store.read_only", fields);
  } else {
    log_.info("store.writable", fields);
  }
}

}  // namespace kith::store::sqlite
