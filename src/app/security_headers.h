#pragma once

#include "http/message.h"

namespace kith {

/// What every answer says to browsers: our own scripts and styles only, no framing, no guessing.
http::Fields securityHeaders();

}  // namespace kith
