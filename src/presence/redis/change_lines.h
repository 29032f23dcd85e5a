#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "presence/presence.h"

namespace kith {

/// Changes as nodes tell them to each other, a line each: "+ann room:a group:b" is online there now, "-ann
/// room:a" no longer. In parts of about `part_bytes`; a line is never cut.
std::vector<std::string> writeChanges(const std::vector<PresenceChange>& changes,
                                      std::size_t part_bytes = 48 * 1024);
/// What is no such line is left out, and so is what is no place on it.
std::vector<PresenceChange> readChanges(std::string_view text);

}  // namespace kith
