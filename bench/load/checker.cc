#include "load/checker.h"

#include <algorithm>
#include <charconv>

namespace kith::bench {
namespace {

template <class Number>
bool take(std::string_view& text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

std::string Payload::text(std::size_t bytes) const {
  auto out = std::to_string(room) + " " + std::to_string(number) + " " + std::to_string(due) + " ";
  out.resize(std::max(bytes, out.size() + 1), 'x');
  return out;
}

bool Payload::parse(std::string_view text, Payload& out) {
  return take(text, out.room) && take(text, out.number) && take(text, out.due);
}

void Checker::heard(std::uint64_t number) {
  if (number > highest_) {
    for (auto skipped = highest_ + 1; skipped < number; ++skipped) missing_.push_back(skipped);
    highest_ = number;
    return;
  }
  const auto found = std::find(missing_.begin(), missing_.end(), number);
  if (found == missing_.end()) {
    ++faults_.doubled;
  } else {
    ++faults_.swapped;
    missing_.erase(found);
  }
}

Faults Checker::finish(std::uint64_t sent) const {
  auto faults = faults_;
  faults.lost = static_cast<std::int64_t>(missing_.size() + (sent - std::min(sent, highest_)));
  return faults;
}

}  // namespace kith::bench
