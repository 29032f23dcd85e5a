#pragma once

#include <cstdint>
#include <utility>

namespace kith {

/// Counts the references to an object that never leaves its loop's thread. Not atomic.
class LocalCounted {
 public:
  LocalCounted(const LocalCounted&) = delete;
  LocalCounted& operator=(const LocalCounted&) = delete;

 protected:
  LocalCounted() = default;
  virtual ~LocalCounted() = default;

 private:
  template <class T>
  friend class LocalRef;
  /// Out of line: inlined, g++ 12 takes the count for a use after the end.
  void drop();
  std::uint32_t references_ = 0;
};

/// One of several owners of a LocalCounted object, all of them on one thread.
///
/// Copying touches no atomic: that is the reason to have it beside std::shared_ptr.
template <class T>
class LocalRef {
 public:
  LocalRef() = default;
  explicit LocalRef(T* object) : object_(object) { take(); }
  LocalRef(const LocalRef& other) : object_(other.object_) { take(); }
  LocalRef(LocalRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  LocalRef& operator=(LocalRef other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~LocalRef() {
    if (object_ != nullptr) counted()->drop();
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  LocalCounted* counted() const { return object_; }
  void take() {
    if (object_ != nullptr) ++counted()->references_;
  }
  T* object_ = nullptr;
};

}  // namespace kith
