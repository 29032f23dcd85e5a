#pragma once

#include <string_view>

#include "service/right.h"

namespace kith {

/// Who has a right, in words for the reference; permissions.cc is what holds.
std::string_view whoMay(Right right);

}  // namespace kith
