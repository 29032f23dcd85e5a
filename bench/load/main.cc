#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "load/scenario.h"

namespace kith::bench {
namespace {

int usage() {
  std::fputs(
      "load fanout|sends|idle|group|reconnect [--dialect raw|kith] [--secret KEY] --port N --pid SERVER\n"
      "     [--rooms N] [--members N] [--window N | --rate N] [--seconds N] [--warm-up N] [--bytes N]\n"
      "Prints one line of JSON. Ends with 1 if a message was lost, doubled or swapped, with 2 if the run "
      "failed.\n",
      stderr);
  return 2;
}

bool set(Options& options, std::string_view name, const char* value) {
  const auto whole = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
  if (name == "--dialect")
    options.dialect = value;
  else if (name == "--secret")
    options.secret = value;
  else if (name == "--port")
    options.port = static_cast<std::uint16_t>(whole);
  else if (name == "--pid")
    options.process = static_cast<pid_t>(whole);
  else if (name == "--rooms")
    options.rooms = whole;
  else if (name == "--members")
    options.members = whole;
  else if (name == "--window")
    options.window = whole;
  else if (name == "--bytes")
    options.bytes = whole;
  else if (name == "--rate")
    options.rate = std::strtod(value, nullptr);
  else if (name == "--seconds")
    options.seconds = std::strtod(value, nullptr);
  else if (name == "--warm-up")
    options.warm_up = std::strtod(value, nullptr);
  else
    return false;
  return true;
}

void print(const Options& options, const Result& result) {
  const auto& window = result.window;
  const auto count = static_cast<double>(result.count);
  std::printf("{\"scenario\":\"%s\",\"dialect\":\"%s\",\"rooms\":%u,\"members\":%u,\"window\":%u,\"rate\":%g",
              options.scenario.c_str(), options.dialect.c_str(), options.rooms, options.members,
              options.window, options.rate);
  if (options.scenario == "idle") {
    std::printf(",\"connections\":%.0f,\"bytes_per_connection\":%.0f,\"server_cpu_percent\":%.2f", count,
                result.bytes_per_client, window.server_cpu_us / window.seconds / 1e4);
  } else if (options.scenario == "group") {
    std::printf("%s", result.more.c_str());
  } else if (options.scenario == "reconnect") {
    std::printf(",\"connects\":%.0f,\"server_cpu_us_per_connect\":%.1f%s", count,
                window.server_cpu_us / count, result.more.c_str());
  } else {
    const char* what = options.scenario == "sends" ? "send" : "delivery";
    const char* many = options.scenario == "sends" ? "sends" : "deliveries";
    std::printf(",\"%s_per_s\":%.0f,\"server_cpu_us_per_%s\":%.3f", many, count / window.seconds, what,
                count > 0 ? window.server_cpu_us / count : 0);
    std::printf(",\"p50_us\":%.0f,\"p99_us\":%.0f,\"max_us\":%.0f,\"frames_per_read\":%.2f",
                result.latency.atUs(0.5), result.latency.atUs(0.99), result.latency.maxUs(),
                window.frames_per_read);
  }
  std::printf(",\"rss\":%lld,\"rss_anon\":%lld,\"generator_cpu\":%.2f,\"other_cpu\":%.2f",
              static_cast<long long>(result.usage.rss_bytes), static_cast<long long>(result.usage.anon_bytes),
              window.generator_cores, window.other_cores);
  std::printf(",\"lost\":%lld,\"doubled\":%lld,\"swapped\":%lld}\n",
              static_cast<long long>(result.faults.lost), static_cast<long long>(result.faults.doubled),
              static_cast<long long>(result.faults.swapped));
}

int run(int argc, char** argv) {
  if (argc < 2) return usage();
  Options options;
  options.scenario = argv[1];
  for (int i = 2; i < argc; i += 2) {
    if (i + 1 == argc || !set(options, argv[i], argv[i + 1])) return usage();
  }
  const auto scenario = options.scenario == "fanout"      ? runFanout
                        : options.scenario == "sends"     ? runSends
                        : options.scenario == "idle"      ? runIdle
                        : options.scenario == "group"     ? runGroup
                        : options.scenario == "reconnect" ? runReconnect
                                                          : nullptr;
  const bool speaks = options.dialect == "raw" || options.dialect == "kith";
  if (scenario == nullptr || !speaks || options.port == 0 || options.rooms == 0 || options.members == 0)
    return usage();
  const auto result = scenario(options);
  print(options, result);
  return result.faults.any() ? 1 : 0;
}

}  // namespace
}  // namespace kith::bench

int main(int argc, char** argv) {
  return kith::bench::run(argc, argv);
}
