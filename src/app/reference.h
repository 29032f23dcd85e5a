#pragma once

#include <string>

namespace kith {

/// The reference page of all options, made from their table: docs/reference/options.md holds this text,
/// and a test says so.
std::string optionsReference();

}  // namespace kith
