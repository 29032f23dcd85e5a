#include "hub/fanout.h"

namespace kith {

Fanout::Fanout(std::vector<Core> cores, const protocol::WireFormat& format, Metrics& metrics)
    : cores_(std::move(cores)),
      format_(format),
      deliveries_(metrics.counter("kith_deliveries_total", "Frames of publications queued at connections")) {}

void Fanout::applied(const Scope& scope, const Publication& publication, const CoreCounts& cores) {
  const auto bytes =
      shareBytes(format_.frame(format_.codec().pushPublication(scope.name(), *publication.data, publication.offset)));
  for (std::size_t i = 0; i < cores.size(); ++i) {
    if (cores[i] == 0) continue;
    cores_[i].loop->post([this, i, scope, publication, bytes] {
      deliveries_.add(static_cast<std::int64_t>(cores_[i].hub->broadcast(scope, publication, FrameRef::share(bytes))));
    });
  }
}

void Fanout::signalled(const Scope& scope, const SharedBytes& data, const CoreCounts& cores) {
  const auto bytes = shareBytes(format_.frame(format_.codec().pushPublication(scope.name(), *data, 0)));
  for (std::size_t i = 0; i < cores.size(); ++i) {
    if (cores[i] == 0) continue;
    cores_[i].loop->post([this, i, scope, bytes] {
      deliveries_.add(static_cast<std::int64_t>(cores_[i].hub->signal(scope, FrameRef::share(bytes))));
    });
  }
}

}  // namespace kith
