#pragma once

#include <utility>
#include <variant>

#include "base/assert.h"

namespace kith {

/// A value, or why there is none. What can happen is returned, never thrown.
///
/// Checked by the compiler: a result that is dropped is a warning, and warnings are errors.
template <class T, class E>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: a value is a result
  Expected(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: so is an error

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Expected*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T& operator*() { return checked(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &value(); }

  const E& error() const& {
    ASSERT(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }
  E&& error() && {
    ASSERT(state_.index() == 1);
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  T& checked() {
    ASSERT(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  std::variant<T, E> state_;
};

/// The result of what gives no value: done, or why not.
template <class E>
class [[nodiscard]] Expected<void, E> {
 public:
  Expected() = default;
  Expected(E error) : error_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  explicit operator bool() const { return error_.index() == 0; }
  bool ok() const { return error_.index() == 0; }
  void value() const { ASSERT(ok()); }
  const E& error() const& {
    ASSERT(!ok());
    return *std::get_if<1>(&error_);
  }
  E&& error() && {
    ASSERT(!ok());
    return std::move(*std::get_if<1>(&error_));
  }

 private:
  std::variant<std::monostate, E> error_;
};

/// A fault of the machine or of the configuration, told to the operator.
struct Error {
  std::string message;
};

}  // namespace kith

/// The value of `expression`, or the end of this function with its error.
#define TRY(...)                                             \
  __extension__({                                            \
    auto kith_result = (__VA_ARGS__);                        \
    if (!kith_result) return std::move(kith_result).error(); \
    std::move(kith_result).value();                          \
  })
