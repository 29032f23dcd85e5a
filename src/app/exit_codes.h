#pragma once

namespace kith {

/// What the process ends with.
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitStoreFailed = 74;  // EX_IOERR: a write failed; the next start reads what the disk holds
constexpr int kExitConfiguration = 78;

}  // namespace kith
