#include "base/clock.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace kith {

WallMs SystemClock::wall() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

MonotonicMs SystemClock::monotonic() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

std::string formatTime(WallMs at) {
  std::int64_t seconds = at / 1000;
  int milliseconds = static_cast<int>(at % 1000);
  if (milliseconds < 0) {
    milliseconds += 1000;
    seconds -= 1;
  }
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[96];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, milliseconds);
  return text;
}

}  // namespace kith
