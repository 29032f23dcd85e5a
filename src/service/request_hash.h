#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace kith {

/// What a nonce is compared by: 16 bytes over an operation and its normalised fields, keyed by a
/// secret of the store, so that RPC and REST agree and nobody can guess a text from it.
std::string requestHash(std::string_view key, std::string_view operation,
                        std::initializer_list<std::string_view> fields);

}  // namespace kith
