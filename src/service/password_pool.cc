#include "service/password_pool.h"

#include <sodium.h>

#include <memory>
#include <utility>

#include "base/assert.h"
#include "service/common_passwords.h"
#include "service/text_rules.h"

namespace kith {
namespace {

constexpr std::size_t kPasswordMin = 8;  // code points
constexpr std::size_t kPasswordBytesMax =
    256;  // Argon2 takes more; this bounds what a stranger makes us normalise

void wipe(std::string& secret) {
  sodium_memzero(secret.data(), secret.size());
}

Fault queueFull() {
  return {FaultCode::TooManyRequests, {}, "too many people are signing in; try again in a few seconds", true};
}

}  // namespace

Result<std::string> checkedPassword(std::string_view raw, std::string_view handle, std::string_view field) {
  auto fault = [&](std::string detail) { return Fault::badField(std::string(field), std::move(detail)); };
  if (raw.size() > kPasswordBytesMax) return fault("must be at most 256 bytes");
  auto password = toNfc(raw);
  const auto folded = toFolded(raw);
  if (!password || !folded) return fault("must be valid UTF-8");
  if (countCodePoints(*password) < kPasswordMin) return fault("must be at least 8 characters");
  if (password->size() > kPasswordBytesMax) return fault("must be at most 256 bytes");
  if (isCommonPassword(*folded)) return fault("is one of the commonest passwords; choose another");
  if (*folded == handle) return fault("must not be the handle");
  return std::move(*password);
}

PasswordPool::PasswordPool(Options options)
    : options_(options), threads_(options.threads, options.queue_max) {
  ASSERT(sodium_init() >= 0);
  auto made = hashNow("nobody has this password");
  ASSERT(made.ok());  // 19 MiB at start-up
  nobody_ = std::move(*made);
  computed_ = 0;
}

void PasswordPool::hash(std::string password, Reply<std::string> reply) {
  auto shared = std::make_shared<Reply<std::string>>(std::move(reply));
  const bool queued = threads_.submit([this, password = std::move(password), shared](std::size_t) mutable {
    auto made = hashNow(password);
    wipe(password);
    (*shared)(std::move(made));
  });
  if (!queued) (*shared)(queueFull());
}

void PasswordPool::verify(std::string stored, std::string password, Reply<Verified> reply) {
  auto shared = std::make_shared<Reply<Verified>>(std::move(reply));
  const bool queued = threads_.submit(
      [this, stored = std::move(stored), password = std::move(password), shared](std::size_t) mutable {
        const Verified verified = verifyNow(stored, password);
        wipe(password);
        (*shared)(verified);
      });
  if (!queued) (*shared)(queueFull());
}

Result<std::string> PasswordPool::hashNow(const std::string& password) {
  computed_.fetch_add(1, std::memory_order_relaxed);
  char out[crypto_pwhash_STRBYTES];
  if (crypto_pwhash_str(out, password.data(), password.size(), options_.passes, options_.memory_bytes) != 0) {
    return Fault::unavailable("no memory for a password hash; try again");
  }
  return std::string(out);
}

PasswordPool::Verified PasswordPool::verifyNow(const std::string& stored, const std::string& password) {
  computed_.fetch_add(1, std::memory_order_relaxed);
  const std::string& against = stored.empty() ? nobody_ : stored;
  const bool right = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  if (!right || stored.empty()) return Verified::Wrong;
  const bool weak =
      crypto_pwhash_str_needs_rehash(stored.c_str(), options_.passes, options_.memory_bytes) != 0;
  return weak ? Verified::RightButWeak : Verified::Right;
}

}  // namespace kith
