#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>

namespace kith {

/// A text that many hold and nobody changes: one pointer in each holder, the text itself once.
///
/// A value as a string is, on any thread: the count is atomic, the last holder frees the text. It is for
/// what stands in a dozen places for each connection: its ids and scopes. The empty text holds nothing.
class SharedText {
 public:
  SharedText() = default;
  explicit SharedText(std::string text);
  SharedText(const SharedText& other) : held_(other.held_) {
    if (held_ != nullptr) held_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  SharedText(SharedText&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  SharedText& operator=(SharedText other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~SharedText() {
    if (held_ != nullptr) drop();
  }

  const std::string& text() const { return held_ != nullptr ? held_->text : none(); }
  bool empty() const { return held_ == nullptr; }
  /// How many hold this very text; 0 of the empty one.
  std::uint32_t holders() const { return held_ != nullptr ? held_->holders.load() : 0; }

  friend bool operator==(const SharedText& a, const SharedText& b) {
    return a.held_ == b.held_ || a.text() == b.text();
  }
  friend std::strong_ordering operator<=>(const SharedText& a, const SharedText& b) {
    return a.text() <=> b.text();
  }

 private:
  struct Held {
    std::atomic<std::uint32_t> holders;
    const std::string text;
  };
  static const std::string& none();
  /// Out of line, as the end of what is counted: inlined, g++ 12 warns of uses after it.
  void drop();

  Held* held_ = nullptr;
};

}  // namespace kith
