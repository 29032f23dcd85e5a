#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kith::bench {

/// What every published text says of itself.
struct Payload {
  std::uint32_t room = 0;
  std::uint64_t number = 0;  // in its room: 1, 2, 3 …
  std::int64_t due = 0;      // when it should have been sent, however late it was

  /// Padded to `bytes`.
  std::string text(std::size_t bytes) const;
  /// False if the text was not made by text().
  static bool parse(std::string_view text, Payload& out);
};

struct Faults {
  std::int64_t lost = 0;
  std::int64_t doubled = 0;
  std::int64_t swapped = 0;  // came after a later one
  bool any() const { return lost + doubled + swapped > 0; }
};

/// Holds what one subscriber hears of his room against 1, 2, 3 …
class Checker {
 public:
  void heard(std::uint64_t number);
  /// `sent`: the highest number of the room.
  Faults finish(std::uint64_t sent) const;

 private:
  std::uint64_t highest_ = 0;
  std::vector<std::uint64_t> missing_;  // below the highest
  Faults faults_;
};

}  // namespace kith::bench
