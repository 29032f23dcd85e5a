#include <utility>

#include "session/session.h"

namespace kith {

// The first at a random time of the second half, so that a restart does not line everybody up.
void Session::scheduleFirstPing() {
  const auto half = core_.options.ping_interval / 2;
  schedulePing(half + Milliseconds(static_cast<std::int64_t>(core_.random.number() %
                                                             static_cast<std::uint64_t>(half.count() + 1))));
}

void Session::schedulePing(Milliseconds delay) {
  ping_timer_ = core_.loop.after(delay, [this] { ping(); });
}

void Session::ping() {
  pong_due_ = true;
  send(core_.format.codec().ping());
  awaitPong();
}

void Session::awaitPong() {
  ping_timer_ = core_.loop.after(core_.options.pong_timeout, [this] {
    ping_timer_ = 0;
    if (!pong_due_) return schedulePing(core_.options.ping_interval - core_.options.pong_timeout);
    if (!reading_paused_) return disconnect(protocol::kNoPong);
    awaitPong();  // it may have come: it is we who do not read
  });
}

std::uint32_t Session::secondsUntil(std::int64_t at_s) const {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(at_s - core_.clock.wall() / 1000, 1));
}

void Session::scheduleExpiry(std::int64_t expires_at_s) {
  if (expiry_timer_ != 0) core_.loop.cancel(std::exchange(expiry_timer_, 0));
  if (expires_at_s == 0) return;
  const auto left = Milliseconds(std::max<std::int64_t>(expires_at_s * 1000 - core_.clock.wall(), 0));
  expiry_timer_ = core_.loop.after(left + core_.options.expired_after, [this] {
    expiry_timer_ = 0;
    disconnect(protocol::kConnectionExpired);
  });
}

}  // namespace kith
