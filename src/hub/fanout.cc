#include "hub/fanout.h"

namespace kith {

Fanout::Fanout(std::vector<Core> cores, const protocol::WireFormat& format, Metrics& metrics)
    : cores_(std::move(cores)),
      format_(format),
      deliveries_(metrics.counter("kith_deliveries_total", "Frames of publications queued at connections")) {}

void Fanout::applied(const Scope& scope, const Publication& publication, const CoreCounts& cores) {
  hand(scope, publicationFrame(scope, *publication.data, publication.offset), cores,
       [publication](Hub& hub, const Scope& to, const FrameRef& frame) {
         return hub.broadcast(to, publication, frame);
       });
}

void Fanout::signalled(const Scope& scope, const SharedBytes& data, const CoreCounts& cores) {
  hand(scope, publicationFrame(scope, *data, 0), cores,
       [](Hub& hub, const Scope& to, const FrameRef& frame) { return hub.signal(to, frame); });
}

void Fanout::joinedOrLeft(const Scope& scope, const std::vector<JoinLeave>& who, const CoreCounts& cores) {
  const auto& codec = format_.codec();
  std::string frames;
  for (const auto& [user, what, name] : who) {
    const protocol::PresenceUser info{user.text(), name};
    frames += format_.frame(what == JoinLeave::What::Join ? codec.pushJoin(scope.name(), info)
                                                          : codec.pushLeave(scope.name(), info));
  }
  hand(scope, std::move(frames), cores,
       [](Hub& hub, const Scope& to, const FrameRef& frame) { return hub.joinLeave(to, frame); });
}

void Fanout::restarted(const Scope& scope, const CoreCounts& cores) {
  for (std::size_t i = 0; i < cores.size(); ++i) {
    if (cores[i] > 0) cores_[i].loop->post([hub = cores_[i].hub, scope] { hub->restart(scope); });
  }
}

// To every core: which of them he is on, nobody but they know.
void Fanout::ending(const Scope& group, const UserId& user, Offset offset) {
  for (const auto& core : cores_)
    core.loop->post([hub = core.hub, group, user, offset] { hub->endFor(group, user, offset); });
}

std::string Fanout::publicationFrame(const Scope& scope, std::string_view data, Offset offset) const {
  return format_.frame(format_.codec().pushPublication(scope.name(), data, offset));
}

template <class Give>
void Fanout::hand(const Scope& scope, std::string frames, const CoreCounts& cores, const Give& give) {
  const auto bytes = shareBytes(std::move(frames));
  for (std::size_t i = 0; i < cores.size(); ++i) {
    if (cores[i] == 0) continue;
    cores_[i].loop->post([this, i, scope, bytes, give] {
      deliveries_.add(static_cast<std::int64_t>(give(*cores_[i].hub, scope, FrameRef::share(bytes))));
    });
  }
}

}  // namespace kith
