#include "net/local_ref.h"

namespace kith {

void LocalCounted::drop() {
  if (--references_ == 0) delete this;
}

}  // namespace kith
