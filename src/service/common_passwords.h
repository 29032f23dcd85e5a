#pragma once

#include <string_view>

namespace kith {

/// Is this one of the passwords that guessers try first? `folded` is NFKC case-folded. Any thread.
bool isCommonPassword(std::string_view folded);

}  // namespace kith
