#pragma once

#include <string_view>
#include <vector>

#include "model/fault.h"

namespace kith {

/// What a code is called on the wire, and what it means.
struct FaultInfo {
  FaultCode code;
  std::string_view name;
  std::string_view text;
};
/// All of them, by number.
const std::vector<FaultInfo>& faultTable();

}  // namespace kith
