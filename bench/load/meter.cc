#include "load/meter.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <string>

namespace kith::bench {

Usage usageOf(pid_t process) {
  Usage out;
  const auto folder = "/proc/" + std::to_string(process);
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(folder + "/task", gone)) {
    std::int64_t ns = 0;
    std::ifstream(task.path() / "schedstat") >> ns;
    out.cpu_ns += ns;
  }
  std::ifstream status(folder + "/status");
  for (std::string key; status >> key;) {
    std::int64_t* field = key == "VmRSS:" ? &out.rss_bytes : key == "RssAnon:" ? &out.anon_bytes : nullptr;
    if (field == nullptr) continue;
    status >> *field;
    *field *= 1024;
  }
  return out;
}

std::int64_t machineBusyNs() {
  std::ifstream stat("/proc/stat");
  std::string name;
  std::int64_t user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupts = 0, soft = 0;
  stat >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft;
  return (user + nice + system + interrupts + soft) * 1'000'000'000 / ::sysconf(_SC_CLK_TCK);
}

void Histogram::add(std::int64_t ns) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)) | kSteps;
  const auto power = static_cast<std::size_t>(std::bit_width(value) - 7);
  ++counts_[power * kSteps + (value >> power) - kSteps];
  ++count_;
  max_ = std::max(max_, ns);
}

double Histogram::atUs(double share) const {
  auto left = static_cast<std::int64_t>(share * static_cast<double>(count_));
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    left -= counts_[i];
    if (left < 0) return static_cast<double>((i % kSteps + kSteps) << (i / kSteps)) / 1000;
  }
  return maxUs();
}

}  // namespace kith::bench
