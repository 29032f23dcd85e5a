#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace kith {

void assertFailed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: cannot be: %s\n", file, line, expression);
  std::abort();
}

}  // namespace kith
