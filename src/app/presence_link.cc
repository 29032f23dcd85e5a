#include "app/presence_link.h"

#include <utility>

#include "presence/redis/change_lines.h"

namespace kith {

PresenceLink::PresenceLink(Parts parts)
    : parts_(std::move(parts)),
      refused_(
          parts_.metrics.counter("kith_presence_frames_refused_total",
                                 "Frames about who is online that were forged, damaged or there before")) {}

void PresenceLink::start(broker::Listener& listener) {
  listener_ = &listener;
  parts_.real.start(*this);
  parts_.real.subscribe(kChannel);
}

void PresenceLink::tell(const std::vector<PresenceChange>& changes) {
  for (auto& part : writeChanges(changes)) {
    const broker::Frame frame{parts_.node, ++counter_, parts_.clock.wall(),
                              broker::Signal{shareBytes(std::move(part))}};
    parts_.real.publish(kChannel, shareBytes(broker::writeFrame(frame, kChannel, parts_.keys)));
  }
}

void PresenceLink::subscribed(const std::string& channel) {
  if (channel != kChannel) listener_->subscribed(channel);
}

void PresenceLink::received(const std::string& channel, const SharedBytes& frame) {
  if (channel != kChannel) return listener_->received(channel, frame);
  take(*frame);
}

void PresenceLink::take(const std::string& bytes) {
  if (broker::senderOf(bytes) == parts_.node) return;
  const auto frame = broker::readFrame(bytes, kChannel, parts_.keys);
  const auto* signal = frame ? std::get_if<broker::Signal>(&frame->body) : nullptr;
  if (signal == nullptr || !guard_.admit(*frame, parts_.clock.wall())) return refused_.add();
  parts_.heard(readChanges(*signal->data));
}

}  // namespace kith
