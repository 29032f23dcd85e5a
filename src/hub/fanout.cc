#include "hub/fanout.h"

namespace kith {

Fanout::Fanout(std::vector<Core> cores, const protocol::WireFormat& format, Metrics& metrics)
    : cores_(std::move(cores)),
      format_(format),
      deliveries_(metrics.counter("kith_deliveries_total", "Frames of publications queued at connections")) {}

void Fanout::applied(const Scope& scope, const Publication& publication, const CoreCounts& cores) {
  hand(scope, *publication.data, publication.offset, cores,
       [publication](Hub& hub, const Scope& to, const FrameRef& frame) {
         return hub.broadcast(to, publication, frame);
       });
}

void Fanout::signalled(const Scope& scope, const SharedBytes& data, const CoreCounts& cores) {
  hand(scope, *data, 0, cores,
       [](Hub& hub, const Scope& to, const FrameRef& frame) { return hub.signal(to, frame); });
}

template <class Give>
void Fanout::hand(const Scope& scope, std::string_view data, Offset offset, const CoreCounts& cores,
                  const Give& give) {
  const auto bytes = shareBytes(format_.frame(format_.codec().pushPublication(scope.name(), data, offset)));
  for (std::size_t i = 0; i < cores.size(); ++i) {
    if (cores[i] == 0) continue;
    cores_[i].loop->post([this, i, scope, bytes, give] {
      deliveries_.add(static_cast<std::int64_t>(give(*cores_[i].hub, scope, FrameRef::share(bytes))));
    });
  }
}

}  // namespace kith
