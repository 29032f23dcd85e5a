#pragma once

#include <string>

#include "base/random.h"
#include "store/store.h"

namespace kith {

/// Names of keys that the store keeps for its deployment.
inline constexpr char kOwnTokenKey[] = "token_key";
inline constexpr char kHostTokenKey[] = "host_token_key";
inline constexpr char kRequestHashKey[] = "request_hash_key";
inline constexpr char kFrameKey[] = "frame_key";  // what nodes sign with to each other

/// The secret of that name; made from 32 random bytes, as base64url, if there is none. Nodes that ask
/// at once get the same one. Waits for the commit: for start-up, never on a loop.
Result<std::string> storedSecret(store::Store& store, const std::string& name, Random& random);

}  // namespace kith
