#pragma once
#include <string>
#include "model/fault.h"
namespace kith {
Result<std::string> checkedMessage(std::string_view raw, std::string_view field, std::size_t points_max, std::size_t bytes_max);
Result<std::string> checkedName(std::string_view raw, std::string_view field, std::size_t points_max);
Result<std::string> checkedLine(std::string_view raw, std::string_view field, std::size_t points_max);
}
