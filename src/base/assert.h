#pragma once

#include <string>

namespace kith {

/// Says what cannot be and ends the process (SIGABRT). In release builds too.
[[noreturn]] void assertFailed(const char* expression, const char* file, int line);

}  // namespace kith

/// What cannot happen: arguments, state changes, the loop's thread. Never for what a peer,
/// a client or a disk may do; those get a result.
#define ASSERT(expression) ((expression) ? (void)0 : ::kith::assertFailed(#expression, __FILE__, __LINE__))
