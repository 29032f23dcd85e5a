#include "rest/refused_origins.h"

namespace kith {
namespace {

constexpr MonotonicMs kMinute_ms = 60'000;

}  // namespace

void RefusedOrigins::add(const std::string& origin) {
  const auto shown = origin.substr(0, kOriginBytes);
  if (!isToBeSaid(shown)) return;
  log_.warn("origin_refused", {{"origin", shown}, {"option", "client.allowed_origins"}});
}

bool RefusedOrigins::isToBeSaid(const std::string& origin) {
  Lock lock(mutex_);
  const auto now = clock_.monotonic();
  if (now - minute_began_ >= kMinute_ms) {
    minute_began_ = now;
    said_.clear();
  }
  return said_.size() < kLinesPerMinute && said_.insert(origin).second;
}

}  // namespace kith
