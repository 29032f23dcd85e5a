#include "base/shared_text.h"

namespace kith {

SharedText::SharedText(std::string text) {
  if (text.empty()) return;
  text.shrink_to_fit();  // kept for as long as a connection
  held_ = new Held{1, std::move(text)};
}

const std::string& SharedText::none() {
  static const std::string kNone;
  return kNone;
}

void SharedText::drop() {
  if (held_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete held_;
}

}  // namespace kith
