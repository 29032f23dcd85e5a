#pragma once

#include <string>
#include <string_view>

namespace kith {

/// What an operator is to do about `why` a Redis server is not used, for the end of a log line. `option`
/// names the option with its address.
std::string redisAdvice(std::string_view why, std::string_view option);

}  // namespace kith
