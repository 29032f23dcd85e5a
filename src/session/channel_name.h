#pragma once

#include <optional>
#include <string_view>

#include "eventlog/event_log.h"
#include "model/fault.h"
#include "protocol/reply.h"

namespace kith {

/// Why no command can name this channel, if none can: too long or not ASCII (107), a namespace that
/// is not there (102), a reserved one with a malformed id, or a kind that is not there yet (103).
std::optional<Fault> channelFault(std::string_view channel, std::size_t bytes_max);

/// A subscribe result from an attach. `bytes` counts what one reply recovers: beyond `bytes_max` the
/// channel is "not recovered" and stands at its live position.
protocol::SubscribeResult recoveryWithin(Attached attached, bool was_recovering, std::size_t bytes_max,
                                         std::size_t& bytes);

}  // namespace kith
