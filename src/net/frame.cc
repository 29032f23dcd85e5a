#include "net/frame.h"

#include "base/assert.h"

namespace kith {

FrameRef FrameRef::own(std::string bytes) {
  auto* frame = new Frame;
  frame->owned = std::move(bytes);
  frame->bytes = frame->owned;
  return FrameRef(frame);
}

FrameRef FrameRef::share(SharedBytes bytes) {
  ASSERT(bytes != nullptr);
  auto* frame = new Frame;
  frame->shared = std::move(bytes);
  frame->bytes = *frame->shared;
  return FrameRef(frame);
}

FrameRef FrameRef::borrow(std::string_view bytes) {
  auto* frame = new Frame;
  frame->bytes = bytes;
  return FrameRef(frame);
}

void FrameRef::destroy(Frame* frame) {
  delete frame;
}

}  // namespace kith
