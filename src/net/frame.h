#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace kith {

/// Whether a frame may be left out for a reader who does not keep up.
enum class FrameKind : std::uint8_t {
  Entry,   // of the log, or a reply: never left out
  Signal,  // typing, presence, counters: dropped first
};

/// One reference of this core to immutable bytes that go to many connections.
///
/// The count is not atomic: a FrameRef, its copies and their end belong to one loop's thread.
/// To another core go the SharedBytes, wrapped there once. The bytes never change and never move.
class FrameRef {
 public:
  FrameRef() = default;
  static FrameRef own(std::string bytes);
  static FrameRef share(SharedBytes bytes);
  /// For bytes that outlive the process's connections: string literals, embedded files.
  static FrameRef borrow(std::string_view bytes);

  FrameRef(const FrameRef& other) : frame_(other.frame_) {
    if (frame_ != nullptr) ++frame_->references;
  }
  FrameRef(FrameRef&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  FrameRef& operator=(FrameRef other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~FrameRef() {
    if (frame_ != nullptr && --frame_->references == 0) destroy(frame_);
  }

  explicit operator bool() const { return frame_ != nullptr; }
  std::string_view bytes() const { return frame_ != nullptr ? frame_->bytes : std::string_view(); }
  std::size_t size() const { return bytes().size(); }

 private:
  struct Frame {
    std::string_view bytes;
    std::string owned;
    SharedBytes shared;
    std::uint32_t references = 1;
  };
  explicit FrameRef(Frame* frame) : frame_(frame) {}
  static void destroy(Frame* frame);
  Frame* frame_ = nullptr;
};

}  // namespace kith
