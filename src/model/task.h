#pragma once

#include <string>

#include "base/clock.h"

namespace kith {

/// Work that spans more than one commit: written with the first of them and worked off in steps, each of
/// which may be repeated. A crash leaves it in the store, and the next start goes on.
struct StoredTask {
  std::string key;    // what it is about, once: "group.leave:G:U"
  std::string kind;   // who works it off
  std::string data;   // JSON object, of the kind
  WallMs run_at = 0;  // not before
};

}  // namespace kith
