#include "session/channel_name.h"

#include <algorithm>

#include "model/scope.h"

namespace kith {

std::optional<Fault> channelFault(std::string_view channel, std::size_t bytes_max) {
  const bool ascii = std::all_of(channel.begin(), channel.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (channel.size() > bytes_max || !ascii) {
    return Fault::badField("channel",
                           "must be at most " + std::to_string(bytes_max) + " visible ASCII characters");
  }
  const auto bare = channel.starts_with('$') ? channel.substr(1) : channel;
  const auto space = bare.substr(0, std::min(bare.find(':'), bare.size()));
  const bool named = bare.size() > space.size();
  const bool reserved = space == "room" || space == "user" || space == "group" || space == "staff";
  if (named && !reserved) return Fault::of(FaultCode::UnknownChannel);
  if (!Scope::parse(channel)) return Fault::of(FaultCode::PermissionDenied);
  return std::nullopt;
}

protocol::SubscribeResult recoveryWithin(Attached attached, bool was_recovering, std::size_t bytes_max,
                                         std::size_t& bytes) {
  protocol::SubscribeResult out;
  out.epoch = attached.position.epoch;
  out.offset = attached.position.offset;
  out.was_recovering = was_recovering;
  out.recovered = attached.recovered;
  std::size_t here = 0;
  for (const auto& publication : attached.publications) here += publication.data->size();
  if (bytes + here > bytes_max) {
    out.recovered = false;
    out.offset = attached.publications.back().offset;
    return out;
  }
  bytes += here;
  for (auto& publication : attached.publications)
    out.publications.push_back({publication.offset, publication.data});
  return out;
}

}  // namespace kith
