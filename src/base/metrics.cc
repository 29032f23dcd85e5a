#include "base/metrics.h"

namespace kith {

Counter& Metrics::take(Kind kind, const std::string& name, const std::string& help,
                       const std::string& labels) {
  Lock lock(mutex_);
  auto& family = families_.try_emplace(name, Family{help, kind, {}}).first->second;
  auto& counter = family.counters[labels];
  if (!counter) counter = std::make_unique<Counter>();
  return *counter;
}

Counter& Metrics::counter(const std::string& name, const std::string& help, const std::string& labels) {
  return take(Kind::Counter, name, help, labels);
}

Counter& Metrics::gauge(const std::string& name, const std::string& help, const std::string& labels) {
  return take(Kind::Gauge, name, help, labels);
}

std::string Metrics::text() const {
  Lock lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + " " + family.help + "\n";
    out += "# TYPE " + name + (family.kind == Kind::Counter ? " counter\n" : " gauge\n");
    for (const auto& [labels, counter] : family.counters) {
      out +=
          name + (labels.empty() ? "" : "{" + labels + "}") + " " + std::to_string(counter->value()) + "\n";
    }
  }
  return out;
}

}  // namespace kith
