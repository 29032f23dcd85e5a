#pragma once

#include <string>
#include <vector>

#include "base/loop.h"
#include "http/router.h"
#include "service/accounts.h"
#include "service/operations.h"

namespace kith {

struct RestOptions {
  std::vector<std::string> allowed_origins;  // beside this host
  std::size_t body_bytes_max = 64 * 1024;
  bool registration_open = false;
  std::string api_key;  // of the application's back end; empty: there is none
  std::string server_version;
  std::size_t frame_bytes_max = 64 * 1024;
};

/// The REST side: /api/v1.
///
/// One per core, on its loop, owned by the wiring. Every operation has its route from the one table; what
/// concerns signing in has routes of its own here, since no realtime connection may do it. Answers that
/// come from other threads hop to the loop first.
class Rest {
 public:
  struct Parts {
    Loop& loop;
    AccountService& accounts;
    Services& services;
    const RestOptions& options;
  };
  explicit Rest(Parts parts) : parts_(parts) {}

  void addTo(http::Router& router);

 private:
  using Answer = Callback<void(http::Response)>;

  void addOperation(http::Router& router, const Operation& operation);
  void addAccountRoutes(http::Router& router);

  void setup(const http::Request& request, Answer answer);
  void registerAccount(const http::Request& request, Answer answer);
  void login(const http::Request& request, Answer answer);
  void logout(const http::Request& request, Answer answer);
  void me(const http::Request& request, Answer answer);

  void answerSignedIn(const http::Request& request, Result<SignedIn> result, Answer answer);
  void answerMe(const http::Request& request, const Caller& caller, const std::shared_ptr<Answer>& answer);
  std::string meJson(const User& user, const Tokens::Signed* token) const;
  void answerSignInWays(const http::Request& request, const Fault& fault, Answer answer);
  std::optional<http::Response> refusedAtDoor(const http::Request& request) const;
  /// `then(value)` on this loop, whichever thread calls.
  template <class T>
  Reply<T> onLoop(Callback<void(Result<T>)> then) {
    auto shared = std::make_shared<Callback<void(Result<T>)>>(std::move(then));
    return [loop = &parts_.loop, shared](Result<T> result) mutable {
      loop->post([shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
    };
  }

  Parts parts_;
};

}  // namespace kith
