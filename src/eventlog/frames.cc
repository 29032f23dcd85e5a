#include "eventlog/frames.h"

#include <utility>

namespace kith {
namespace {

// An entry of a newer version is shown as it is and changes nothing here: as one of a type that has no effect
// but to be shown.
constexpr auto kOnlyShown = EntryType::RoomUpdated;

broker::FrameEntry frameEntryOf(const Publication& publication) {
  broker::FrameEntry entry;
  entry.type = publication.type;
  entry.ref_seq = publication.ref_seq;
  entry.ref_user = publication.ref_user;
  entry.deleted = publication.deleted;
  entry.data = publication.data;
  return entry;
}

}  // namespace

Publication publicationOf(broker::FrameEntry entry, Offset offset) {
  return {offset,        std::move(entry.data),     entry.type.value_or(kOnlyShown),
          entry.ref_seq, std::move(entry.ref_user), std::move(entry.deleted)};
}

Frames::Frames(const Cluster& cluster, Log& log, Metrics& metrics)
    : cluster_(cluster),
      log_(log),
      metrics_(metrics),
      out_(metrics.counter("kith_broker_frames_total", "Frames to and from other nodes", "to=\"others\"")),
      in_(metrics.counter("kith_broker_frames_total", "Frames to and from other nodes", "to=\"here\"")),
      too_long_(metrics.counter("kith_broker_frames_too_long_total",
                                "Entries too long for a frame; other nodes read them from the store")) {}

void Frames::publish(const Scope& scope, const std::string& epoch, const std::vector<Publication>& entries) {
  broker::Entries all{broker::fingerprint(epoch), entries.front().offset, {}};
  for (const auto& publication : entries) all.entries.push_back(frameEntryOf(publication));
  for (auto& part : broker::splitEntries(std::move(all))) send(scope.name(), std::move(part));
}

void Frames::publish(const Scope& scope, broker::Signal signal) {
  send(scope.name(), std::move(signal));
}

void Frames::publish(broker::Marks marks) {
  send(kMarksChannel, std::move(marks));
}

void Frames::publish(broker::Presence presence) {
  for (auto& part : broker::splitPresence(std::move(presence))) send(kPresenceChannel, std::move(part));
}

void Frames::send(const std::string& channel, broker::FrameBody body) {
  const broker::Frame frame{cluster_.node, ++counter_, cluster_.clock.wall(), std::move(body)};
  auto bytes = broker::writeFrame(frame, channel, cluster_.keys);
  if (bytes.size() > broker::kFrameBytesMax) return too_long_.add();
  out_.add();
  cluster_.broker.publish(channel, shareBytes(std::move(bytes)));
}

Expected<broker::Frame, Frames::Ignored> Frames::read(const std::string& channel, const std::string& bytes) {
  if (broker::senderOf(bytes) == cluster_.node) return Ignored::Own;
  auto frame = broker::readFrame(bytes, channel, cluster_.keys);
  if (!frame) {
    refuse(channel, broker::frameFaultName(frame.error()));
    return Ignored::Refused;
  }
  in_.add();
  return std::move(*frame);
}

void Frames::refuse(const std::string& channel, std::string_view why) {
  auto& refused = metrics_.counter("kith_broker_frames_refused_total",
                                   "Frames that changed nothing: forged, damaged, or there before",
                                   "reason=\"" + std::string(why) + "\"");
  // The first of a kind: whoever sends the others should not fill the log as well.
  if (refused.value() == 0) {
    Log::Fields fields{{"reason", std::string(why)}, {"channel", channel}};
    if (why == broker::frameFaultName(broker::FrameFault::Forged))
      fields.emplace_back(
          "do", "if servers of another store use this Redis, give each store a database of its own");
    log_.warn("frame_refused", fields);
  }
  refused.add();
}

}  // namespace kith
