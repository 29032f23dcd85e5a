#include <algorithm>

#include "load/herd.h"
#include "load/scenario.h"
#include "load/window_meter.h"

namespace kith::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
// What the first half costs once (caches that fill up, pools) is not the next one's price.
constexpr std::size_t kFirstShare = 2;

void runFor(Herd& herd, double seconds) {
  const auto end = Poller::now() + static_cast<std::int64_t>(seconds * kSecond);
  while (Poller::now() < end) herd.turn(10);
}

}  // namespace

Result runIdle(const Options& options) {
  const auto dialect = makeDialect(options.dialect, options.secret);
  Herd herd(*dialect, options.port, options.rooms);
  const std::size_t all = std::size_t{options.rooms} * options.members;
  const std::size_t first = std::max<std::size_t>(all / kFirstShare, options.rooms);
  Result result;
  herd.grow(first);
  herd.subscribe(0, first);
  runFor(herd, options.warm_up);
  const auto before = usageOf(options.process);
  herd.grow(all);
  herd.subscribe(first, all);
  runFor(herd, options.warm_up);
  const WindowMeter meter(options.process, herd.poller());
  runFor(herd, options.seconds);
  result.window = meter.finish();
  result.usage = usageOf(options.process);
  result.count = static_cast<std::int64_t>(all);
  result.bytes_per_client =
      static_cast<double>(result.usage.anon_bytes - before.anon_bytes) / static_cast<double>(all - first);
  return result;
}

}  // namespace kith::bench
