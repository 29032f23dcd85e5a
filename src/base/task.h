#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace kith {

template <class Signature>
class Callback;

/// A function to call later, once or often. Move-only, so that it may own what it needs.
template <class Out, class... In>
class Callback<Out(In...)> {
 public:
  Callback() = default;
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, Callback> && std::is_invocable_r_v<Out, std::decay_t<F>&, In...>)
      Callback(F&& function)  // NOLINT: a lambda is a callback
      : held_(std::make_unique<Holder<std::decay_t<F>>>(std::forward<F>(function))) {}

  explicit operator bool() const { return held_ != nullptr; }
  Out operator()(In... in) { return held_->call(std::forward<In>(in)...); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Out call(In... in) = 0;
  };
  template <class F>
  struct Holder final : Base {
    explicit Holder(F f) : function(std::move(f)) {}
    Out call(In... in) override { return function(std::forward<In>(in)...); }
    F function;
  };
  std::unique_ptr<Base> held_;
};

using Task = Callback<void()>;

}  // namespace kith
