#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/manual_loop.h"
#include "service/accounts.h"
#include "service/stored_secret.h"
#include "service/thread_loop.h"
#include "store/sqlite/scratch_store.h"

namespace kith {

/// The whole of accounts on a real store in a folder of its own; only the clock is the test's.
class AccountsTest : public testing::Test {
 protected:
  AccountsTest() {
    Random random;
    Tokens::Options keys;
    keys.own_key = storedSecret(*store, kOwnTokenKey, random).value();
    keys.host_key = storedSecret(*store, kHostTokenKey, random).value();
    tokens = std::make_unique<Tokens>(keys, clock);
    events = std::make_unique<EventLog>(EventLog::Parts{*store, *workers, {loop.get()}, sink, log, metrics});
    accounts = makeAccounts({});
  }
  ~AccountsTest() override {
    // Those who answer end before what they answer into.
    pool.reset();
    workers.reset();
    store.reset();
    loop.reset();
    accounts.reset();
  }

  std::unique_ptr<AccountService> makeAccounts(AccountService::Options options) {
    return std::make_unique<AccountService>(
        AccountService::Parts{*events, *pool, *tokens, clock, log, options});
  }

  template <class T, class Call>
  Result<T> wait(Call call) {
    auto answer = std::make_shared<std::promise<Result<T>>>();
    auto future = answer->get_future();
    call([answer](Result<T> result) { answer->set_value(std::move(result)); });
    return future.get();
  }
  Result<std::string> setupLink() {
    return wait<std::string>([&](auto reply) { accounts->createSetupLink(reply); });
  }
  Result<SignedIn> setup(const std::string& token, NewAccount account) {
    return wait<SignedIn>([&](auto reply) { accounts->setup(token, account, "test", reply); });
  }
  Result<SignedIn> signUp(const std::string& handle, const std::string& password = "a good password") {
    return wait<SignedIn>([&](auto reply) {
      accounts->registerAccount({handle, "Ann", password}, "test", reply);
    });
  }
  Result<SignedIn> login(const std::string& handle, const std::string& password) {
    return wait<SignedIn>([&](auto reply) { accounts->login(handle, password, "test", reply); });
  }
  Result<User> create(const std::string& handle, const std::string& password,
                      const std::string& name = "Ann") {
    return wait<User>([&](auto reply) { accounts->createAccount({handle, name, password}, reply); });
  }
  Result<User> reset(const std::string& handle, const std::string& password) {
    return wait<User>([&](auto reply) { accounts->resetPassword(handle, password, reply); });
  }
  Result<void> logout(const Caller& caller, LogoutReach reach) {
    return wait<void>([&](auto reply) { accounts->logout(caller, reach, reply); });
  }
  Result<Caller> cookieCaller(const std::string& cookie) {
    return wait<Caller>([&](auto reply) { accounts->cookieCaller(cookie, reply); });
  }
  Result<Tokens::Signed> connectionToken(const Caller& caller) {
    return wait<Tokens::Signed>([&](auto reply) { accounts->connectionToken(caller, reply); });
  }
  Result<Authenticated> authenticate(const std::string& token) {
    return wait<Authenticated>([&](auto reply) { accounts->authenticate(token, reply); });
  }
  std::optional<User> user(const UserId& id) {
    return wait<std::optional<User>>([&](auto reply) { accounts->user(id, reply); }).value();
  }
  std::vector<std::string> entriesOf(const UserId& id) {
    std::vector<std::string> out;
    EXPECT_TRUE(store
                    ->read([&](store::Reader& reader) -> Result<void> {
                      for (const auto& logged : TRY(reader.entries(Scope::of(id), 0, 1000, {}))) {
                        out.push_back(std::string(entryTypeName(logged.entry.type)) + " " +
                                      logged.entry.data);
                      }
                      return {};
                    })
                    .ok());
    return out;
  }
  std::string hostToken(const std::string& claims) {
    const auto key = hostKey();
    const auto text = base64urlEncode(R"({"alg":"HS256"})") + "." + base64urlEncode(claims);
    return text + "." + base64urlEncode(hmacSha256(key, text));
  }
  std::string hostKey() {
    Random random;
    return storedSecret(*store, kHostTokenKey, random).value();
  }

  ManualClock clock;
  Log log{LogLevel::Off, Log::Format::Text};
  Metrics metrics;
  NoSink sink;
  store::ScratchFolder folder_;
  std::unique_ptr<ThreadLoop> loop = std::make_unique<ThreadLoop>();
  std::unique_ptr<store::Store> store = store::openScratchStore(folder_, clock, log, metrics);
  std::unique_ptr<WorkerPool> workers = std::make_unique<WorkerPool>(2, 1000);
  std::unique_ptr<EventLog> events;
  std::unique_ptr<Tokens> tokens;
  std::unique_ptr<PasswordPool> pool =
      std::make_unique<PasswordPool>(PasswordPool::Options{2, 64, 1, 64 * 1024});
  std::unique_ptr<AccountService> accounts;
};

}  // namespace kith
