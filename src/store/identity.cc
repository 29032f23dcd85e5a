#include "store/identity.h"

#include "base/digest.h"
#include "base/random.h"

namespace kith::store {
namespace {

std::string randomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  Random().fill(bytes.data(), bytes.size());
  return bytes;
}

}  // namespace

Identity Identity::made() {
  return {1, newEpoch(), randomBytes(32)};
}

std::string Identity::newEpoch() {
  return randomBytes(16);
}

std::string Identity::randomOf(const Scope& scope) const {
  return hmacSha256(scope_secret, scope.name()).substr(0, 16);
}

std::string Identity::epochOf(const Scope& scope, const std::string& random) const {
  return base64urlEncode(sha256(epoch + scope.name() + random).substr(0, 8));
}

}  // namespace kith::store
