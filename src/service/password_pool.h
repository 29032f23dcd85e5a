#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/worker_pool.h"
#include "service/caller.h"

namespace kith {

/// `raw` as it is hashed: NFC, 8 code points at least, 256 bytes at most, none of the common ones, and
/// not the handle. Nothing is ever cut off.
Result<std::string> checkedPassword(std::string_view raw, std::string_view handle,
                                    std::string_view field = "password");

/// Hashes passwords with Argon2id, on threads of its own: a hash takes 30 to 75 ms and 19 MiB.
///
/// Any thread may call it; replies come on the pool's threads. Owned by the wiring, which keeps what
/// replies refer to alive until the pool is gone (the destructor runs what is queued). A full queue
/// is a fault at once, so that a flood of sign-ins costs nobody else a core. Passwords are wiped
/// after use and never logged.
class PasswordPool {
 public:
  struct Options {
    std::size_t threads = 1;
    std::size_t queue_max = 64;  // about 3 s of waiting
    // OWASP's first choice for Argon2id, parallelism 1.
    std::uint64_t passes = 2;
    std::size_t memory_bytes = 19 * 1024 * 1024;
  };
  explicit PasswordPool(Options options);
  PasswordPool() : PasswordPool(Options{}) {}

  enum class Verified { Right, RightButWeak, Wrong };

  /// Faults: TooManyRequests (queue full), temporary (no memory).
  void hash(std::string password, Reply<std::string> reply);
  /// `stored` empty (nobody of that name, or no password set): the same work, and Wrong.
  /// RightButWeak: right, but `stored` was made with other costs; hash it anew.
  void verify(std::string stored, std::string password, Reply<Verified> reply);

  /// Hashes computed so far, those of verify() included: shows that nobody costs as much as somebody.
  std::int64_t computed() const { return computed_.load(std::memory_order_relaxed); }

 private:
  Result<std::string> hashNow(const std::string& password);
  Verified verifyNow(const std::string& stored, const std::string& password);

  const Options options_;
  std::string nobody_;  // the hash that stands in where there is none
  std::atomic<std::int64_t> computed_{0};
  WorkerPool threads_;  // last: ends first
};

}  // namespace kith
