#include "service/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "service/accounts_test_fixture.h"

namespace kith {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// First start.

TEST_F(AccountsTest, OfManyWhoRaceWithOneSetupTokenExactlyOneBecomesAdmin) {
  const auto token = setupLink().value();
  std::vector<std::thread> racers;
  std::vector<std::optional<Result<SignedIn>>> results(8);
  for (std::size_t i = 0; i < results.size(); ++i) {
    racers.emplace_back([&, i] {
      results[i] = setup(token, {"admin" + std::to_string(i), "Admin", "a good password"});
    });
  }
  for (auto& racer : racers) racer.join();
  int admins = 0;
  for (const auto& result : results) {
    if (result->ok())
      ++admins;
    else
      EXPECT_EQ(result->error().code, FaultCode::NotAvailable);
  }
  EXPECT_EQ(admins, 1);
  EXPECT_TRUE(wait<bool>([&](auto reply) { accounts->hasAdmin(reply); }).value());
}

TEST_F(AccountsTest, AdminIsSignedInAndTheTokenIsUsedUp) {
  const auto token = setupLink().value();
  const auto made = setup(token, {"Root", "Root", "a good password"});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->user.handle, "root");
  EXPECT_EQ(made->user.password_hash, "");
  EXPECT_EQ(cookieCaller(made->cookie)->site_role, SiteRole::Admin);
  EXPECT_EQ(setup(token, {"other", "Other", "a good password"}).error().code, FaultCode::NotAvailable);
  EXPECT_EQ(setupLink().error().code, FaultCode::NotAvailable);
}

TEST_F(AccountsTest, WrongOldAndReplacedSetupTokensAreRefusedWithoutAHash) {
  EXPECT_EQ(setup("anything", {"root", "Root", "a good password"}).error().code, FaultCode::PermissionDenied);
  const auto replaced = setupLink().value();
  const auto token = setupLink().value();
  for (const auto& wrong : {std::string(), std::string("wrong"), replaced, token + "A", token.substr(1)}) {
    const auto refused = setup(wrong, {"root", "Root", "a good password"});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, FaultCode::PermissionDenied);
    EXPECT_EQ(refused.error().field, "token");
  }
  // Who has no token does not even learn that his fields are wrong.
  EXPECT_EQ(setup("wrong", {"!", "", "x"}).error().field, "token");
  EXPECT_EQ(setup(token, {"!", "", "x"}).error().field, "handle");
  clock.advance(Milliseconds(30 * 60 * 1000));
  EXPECT_EQ(setup(token, {"root", "Root", "a good password"}).error().code, FaultCode::PermissionDenied);
  EXPECT_EQ(pool->computed(), 0);
}

TEST_F(AccountsTest, SetupTokenAndPasswordAreNowhereInTheStore) {
  const auto token = setupLink().value();
  std::string secret;
  ASSERT_TRUE(store
                  ->read([&](store::Reader& reader) -> Result<void> {
                    secret = TRY(reader.secret("setup_token")).value_or("");
                    return {};
                  })
                  .ok());
  EXPECT_NE(secret, "");
  EXPECT_EQ(secret.find(token), std::string::npos);
}

// Sign-up and sign-in.

TEST_F(AccountsTest, RegisteredAccountSignsInByEveryFormOfItsHandle) {
  const auto made = signUp("Ann");
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->user.site_role, SiteRole::Member);
  const auto again = login("\uFF21nn", "a good password");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->user.id, made->user.id);
  EXPECT_NE(again->session.id, made->session.id);
  EXPECT_EQ(cookieCaller(again->cookie)->user, made->user.id);
  EXPECT_EQ(cookieCaller(again->cookie)->login, again->session.id);
}

TEST_F(AccountsTest, HandleIsTakenForAllItsLookAlikesThatFold) {
  ASSERT_TRUE(signUp("ann").ok());
  for (const auto* same : {"ann", "ANN", "a\u200Bnn", "\uFF41nn"}) {
    const auto refused = signUp(same);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, FaultCode::Already);
    EXPECT_EQ(refused.error().field, "handle");
  }
}

TEST_F(AccountsTest, RacersForOneHandleGetItOnce) {
  std::vector<std::thread> racers;
  std::atomic<int> made{0};
  for (int i = 0; i < 6; ++i) racers.emplace_back([&] { made += signUp("ann").ok() ? 1 : 0; });
  for (auto& racer : racers) racer.join();
  EXPECT_EQ(made, 1);
}

TEST_F(AccountsTest, RegistrationCanBeOff) {
  accounts = makeAccounts({.registration = AccountService::Registration::Off});
  EXPECT_EQ(signUp("ann").error().code, FaultCode::PermissionDenied);
  EXPECT_EQ(pool->computed(), 0);
}

TEST_F(AccountsTest, OperatorMakesAnAccountWhileRegistrationIsOff) {
  accounts = makeAccounts({AccountService::Registration::Off});
  const auto made = create("Ann", "a good password");
  ASSERT_TRUE(made.ok()) << made.error().detail;
  EXPECT_EQ(made->handle, "ann");
  EXPECT_TRUE(made->password_hash.empty());
  EXPECT_EQ(login("ann", "a good password")->user.id, made->id);
  EXPECT_EQ(create("ANN", "a good password").error().field, "handle");
  EXPECT_EQ(create("bob", "short").error().field, "password");
  EXPECT_EQ(create("bob", "a good password", " ").error().field, "display_name");
}

TEST_F(AccountsTest, ResetPasswordEndsTheOldOneAndAllSignIns) {
  const auto before = signUp("ann").value();
  const auto token = connectionToken(cookieCaller(before.cookie).value())->token;
  const auto other = signUp("bob").value();
  ASSERT_TRUE(reset("Ann", "another good password").ok());
  EXPECT_FALSE(cookieCaller(before.cookie).ok());
  EXPECT_FALSE(authenticate(token).ok());
  EXPECT_FALSE(login("ann", "a good password").ok());
  EXPECT_TRUE(login("ann", "another good password").ok());
  EXPECT_TRUE(cookieCaller(other.cookie).ok());
  EXPECT_THAT(entriesOf(before.user.id), ElementsAre(R"(sessions.revoked {"all":true})"));
}

TEST_F(AccountsTest, OnlyAnAccountOfThisServerHasAPasswordToReset) {
  ASSERT_TRUE(authenticate(hostToken(R"({"sub":"ann","info":{"handle":"ann"}})")).ok());
  for (const char* handle : {"ann", "bob"})
    EXPECT_EQ(reset(handle, "a good password").error().code, FaultCode::NotFound);
  signUp("carol").value();
  EXPECT_EQ(reset("carol", "short").error().field, "password");
}

TEST_F(AccountsTest, NobodyAndWrongPasswordGetTheSameAnswerForTheSameWork) {
  ASSERT_TRUE(signUp("ann").ok());
  const auto work = [&](const std::string& handle, const std::string& password) {
    const auto before = pool->computed();
    const auto refused = login(handle, password);
    EXPECT_EQ(refused.error().code, FaultCode::Unauthorized);
    EXPECT_EQ(refused.error().message(), "unauthorized");
    EXPECT_EQ(refused.error().detail, "");
    return pool->computed() - before;
  };
  EXPECT_EQ(work("ann", "a wrong password"), 1);
  EXPECT_EQ(work("bob", "a wrong password"), 1);
  EXPECT_EQ(work("not a handle", "a wrong password"), 1);
  EXPECT_EQ(work("ann", ""), 1);
  EXPECT_EQ(work("bob", ""), 1);
  EXPECT_EQ(work("ann", std::string(257, 'x')), 0);  // refused for its size, whoever it is for
  EXPECT_EQ(work("bob", std::string(257, 'x')), 0);
}

TEST_F(AccountsTest, PasswordIsOneInEveryNormalForm) {
  ASSERT_TRUE(signUp("ann", "pr\u00E9sidente de tout").ok());
  EXPECT_TRUE(login("ann", "pre\u0301sidente de tout").ok());
  EXPECT_FALSE(login("ann", "presidente de tout").ok());
}

TEST_F(AccountsTest, PasswordHashedAtOldCostsIsHashedAnewAtSignIn) {
  ASSERT_TRUE(signUp("ann").ok());
  pool = std::make_unique<PasswordPool>(PasswordPool::Options{1, 16, 2, 64 * 1024});
  accounts = makeAccounts({});
  ASSERT_TRUE(login("ann", "a good password").ok());
  const auto before = pool->computed();
  ASSERT_TRUE(login("ann", "a good password").ok());
  EXPECT_EQ(pool->computed(), before + 1);  // no second hash: the stored one is up to date
}

// Cookies, tokens and the end of a sign-in.

TEST_F(AccountsTest, CookieOfNobodyIsUnauthorized) {
  const auto made = signUp("ann").value();
  const auto id = made.session.id.text();
  for (const auto& bad : {std::string(), std::string("."), id, id + ".", id + ".wrong", "." + made.cookie,
                          made.cookie + "A", made.cookie.substr(0, made.cookie.size() - 1),
                          std::string("nobody.") + made.cookie.substr(id.size() + 1),
                          id + "." + hexEncode(made.session.secret_hash), std::string(5000, 'a') + ".b"}) {
    const auto refused = cookieCaller(bad);
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_EQ(refused.error().code, FaultCode::Unauthorized);
  }
}

TEST_F(AccountsTest, SignInEndsAfterThirtyDays) {
  const auto made = signUp("ann").value();
  const auto caller = cookieCaller(made.cookie).value();
  clock.advance(Milliseconds(30LL * 24 * 3600 * 1000 - 1000));
  // The last token lives no longer than the sign-in.
  EXPECT_EQ(connectionToken(caller)->expires_at_s, clock.wall() / 1000 + 1);
  clock.advance(Milliseconds(1000));
  EXPECT_EQ(cookieCaller(made.cookie).error().code, FaultCode::Unauthorized);
  EXPECT_EQ(connectionToken(caller).error().code, FaultCode::Unauthorized);
}

TEST_F(AccountsTest, ConnectionTokenStandsForWhoSignedIn) {
  const auto made = signUp("ann").value();
  const auto token = connectionToken(cookieCaller(made.cookie).value()).value();
  const auto who = authenticate(token.token);
  ASSERT_TRUE(who.ok());
  EXPECT_EQ(who->caller.user, made.user.id);
  EXPECT_EQ(who->caller.name, "Ann");
  EXPECT_EQ(who->caller.login, made.session.id);
  EXPECT_EQ(who->expires_at_s, clock.wall() / 1000 + 300);
  clock.advance(Milliseconds(300'000));
  EXPECT_EQ(authenticate(token.token).error().code, FaultCode::TokenExpired);
}

TEST_F(AccountsTest, LogoutEndsOneSignInAndSaysSoInTheLog) {
  const auto first = signUp("ann").value();
  const auto second = login("ann", "a good password").value();
  const auto caller = cookieCaller(first.cookie).value();
  const auto token = connectionToken(caller)->token;
  ASSERT_TRUE(logout(caller, LogoutReach::ThisSession).ok());
  EXPECT_EQ(cookieCaller(first.cookie).error().code, FaultCode::Unauthorized);
  EXPECT_EQ(authenticate(token).error().code, FaultCode::Unauthorized);
  EXPECT_EQ(connectionToken(caller).error().code, FaultCode::Unauthorized);
  EXPECT_TRUE(cookieCaller(second.cookie).ok());
  const auto entry = R"(sessions.revoked {"sessions":[")" + first.session.id.text() + R"("]})";
  EXPECT_THAT(entriesOf(caller.user), ElementsAre(entry));
  ASSERT_TRUE(logout(caller, LogoutReach::ThisSession).ok());  // again: nothing changes
  EXPECT_THAT(entriesOf(caller.user), ElementsAre(entry));
}

TEST_F(AccountsTest, LogoutEverywhereEndsAllSignInsAndTheirTokens) {
  const auto first = signUp("ann").value();
  const auto second = login("ann", "a good password").value();
  const auto other = signUp("bob").value();
  const auto caller = cookieCaller(second.cookie).value();
  const auto token = connectionToken(cookieCaller(first.cookie).value())->token;
  ASSERT_TRUE(logout(caller, LogoutReach::Everywhere).ok());
  EXPECT_FALSE(cookieCaller(first.cookie).ok());
  EXPECT_FALSE(cookieCaller(second.cookie).ok());
  EXPECT_FALSE(authenticate(token).ok());
  EXPECT_TRUE(cookieCaller(other.cookie).ok());
  EXPECT_THAT(entriesOf(caller.user), ElementsAre(R"(sessions.revoked {"all":true})"));
  EXPECT_TRUE(connectionToken(cookieCaller(login("ann", "a good password")->cookie).value()).ok());
}

TEST_F(AccountsTest, NobodyEndsTheSignInOfAnother) {
  const auto ann = signUp("ann").value();
  const auto bob = signUp("bob").value();
  auto forged = cookieCaller(bob.cookie).value();
  forged.login = ann.session.id;
  ASSERT_TRUE(logout(forged, LogoutReach::ThisSession).ok());
  EXPECT_TRUE(cookieCaller(ann.cookie).ok());
  EXPECT_EQ(connectionToken(forged).error().code, FaultCode::Unauthorized);
}

TEST_F(AccountsTest, OwnTokenOfAnotherVersionSessionOrUserIsInvalid) {
  const auto ann = signUp("ann").value();
  const auto bob = signUp("bob").value();
  const auto refused = [&](const UserId& user, const SessionId& session, std::int64_t version) {
    const auto result = authenticate(tokens->signConnectionToken(user, session, version).token);
    return !result.ok() && result.error().code == FaultCode::Unauthorized;
  };
  EXPECT_FALSE(refused(ann.user.id, ann.session.id, 0));
  EXPECT_TRUE(refused(ann.user.id, ann.session.id, 1));
  EXPECT_TRUE(refused(ann.user.id, bob.session.id, 0));
  EXPECT_TRUE(refused(ann.user.id, SessionId::trusted("none"), 0));
  EXPECT_TRUE(refused(UserId::trusted("nobody"), ann.session.id, 0));
}

// Users of a host application.

TEST_F(AccountsTest, HostTokenMakesTheUserAtOnceAndKeepsHimUpToDate) {
  const auto first =
      authenticate(hostToken(R"({"sub":"u42","iss":"app","info":{"name":"Ann","handle":"Ann.42"}})"));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->caller.user.text(), "u42");
  EXPECT_EQ(first->caller.name, "Ann");
  EXPECT_TRUE(first->caller.login.empty());
  const auto row = user(UserId::trusted("u42"));
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->handle, "ann.42");
  EXPECT_EQ(row->issuer, "app");
  EXPECT_EQ(row->external_id, "u42");
  EXPECT_EQ(authenticate(hostToken(R"({"sub":"u42","iss":"app","info":{"name":"Anna"}})"))->caller.name,
            "Anna");
  EXPECT_EQ(authenticate(hostToken(R"({"sub":"u42","iss":"app"})"))->caller.name, "Anna");
  EXPECT_EQ(user(UserId::trusted("u42"))->handle, "ann.42");
}

TEST_F(AccountsTest, SubjectThatIsNoIdGetsAHashedOne) {
  const auto who = authenticate(hostToken(R"({"sub":"auth0|4711","iss":"https://app.example"})"));
  ASSERT_TRUE(who.ok());
  const auto id = who->caller.user.text();
  EXPECT_EQ(id.size(), 22U);
  EXPECT_EQ(id[0], 'h');
  const std::string hashed = std::string("https://app.example") + '\0' + "auth0|4711";
  EXPECT_EQ(id, "h" + base64urlEncode(sha256(hashed)).substr(0, 21));
  EXPECT_EQ(who->caller.name, id);
  EXPECT_NE(
      authenticate(hostToken(R"({"sub":"auth0|4711","iss":"https://other.example"})"))->caller.user.text(),
      id);
  EXPECT_NE(authenticate(hostToken(R"({"sub":"auth0|4711"})"))->caller.user.text(), id);
  // The hashed id as a subject would be the same person by another door.
  EXPECT_EQ(authenticate(hostToken(R"({"sub":")" + id + R"(","iss":"https://app.example"})")).error().code,
            FaultCode::Unauthorized);
}

TEST_F(AccountsTest, HostCannotSpeakForOwnAccountsOrAnotherIssuersUsers) {
  const auto admin = setup(setupLink().value(), {"root", "Root", "a good password"}).value();
  for (const auto* more : {"", R"(,"iss":"app")", R"(,"info":{"name":"Root"})"}) {
    EXPECT_EQ(authenticate(hostToken(R"({"sub":")" + admin.user.id.text() + "\"" + more + "}")).error().code,
              FaultCode::Unauthorized);
  }
  ASSERT_TRUE(authenticate(hostToken(R"({"sub":"u1","iss":"app"})")).ok());
  EXPECT_EQ(authenticate(hostToken(R"({"sub":"u1","iss":"other"})")).error().code, FaultCode::Unauthorized);
  EXPECT_EQ(authenticate(hostToken(R"({"sub":"u1"})")).error().code, FaultCode::Unauthorized);
  EXPECT_EQ(user(admin.user.id)->display_name, "Root");
}

TEST_F(AccountsTest, HostUserGetsNoHandleThatIsTakenAndNoNameThatDeceives) {
  ASSERT_TRUE(signUp("ann").ok());
  const auto who =
      authenticate(hostToken(R"({"sub":"u1","info":{"name":"\u202eAnn\u200b","handle":"ann"}})"));
  ASSERT_TRUE(who.ok());
  EXPECT_EQ(who->caller.name, "Ann");
  EXPECT_EQ(user(UserId::trusted("u1"))->handle, "");
  EXPECT_EQ(authenticate(hostToken(R"({"sub":"u2","info":{"name":"\u200b"}})"))->caller.name, "u2");
  EXPECT_EQ(authenticate(hostToken(R"({"sub":"u3","info":[1,2]})"))->caller.name, "u3");
}

TEST_F(AccountsTest, ManyConnectionsOfANewHostUserAgreeOnOneRow) {
  const auto token = hostToken(R"({"sub":"u9","info":{"name":"Nine","handle":"nine"}})");
  std::vector<std::thread> connections;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i) connections.emplace_back([&] { good += authenticate(token).ok() ? 1 : 0; });
  for (auto& connection : connections) connection.join();
  EXPECT_EQ(good, 8);
  EXPECT_EQ(user(UserId::trusted("u9"))->handle, "nine");
  EXPECT_THAT(entriesOf(UserId::trusted("u9")), IsEmpty());
}

TEST_F(AccountsTest, AnonymousTokenHasNoUserAndNoRow) {
  const auto who = authenticate(hostToken(R"({"info":{"name":"Ghost"}})"));
  ASSERT_TRUE(who.ok());
  EXPECT_TRUE(who->caller.user.empty());
  EXPECT_EQ(who->expires_at_s, 0);
}

TEST_F(AccountsTest, HostUserCannotSignInHereNorOut) {
  const auto who = authenticate(hostToken(R"({"sub":"u1","info":{"handle":"hosted"}})")).value();
  EXPECT_EQ(login("hosted", "").error().code, FaultCode::Unauthorized);
  EXPECT_EQ(connectionToken(who.caller).error().code, FaultCode::Unauthorized);
  EXPECT_EQ(logout(who.caller, LogoutReach::Everywhere).error().code, FaultCode::PermissionDenied);
}

TEST_F(AccountsTest, EachRefusalOfATokenHasItsFault) {
  EXPECT_EQ(authenticate("").error().code, FaultCode::Unauthorized);
  EXPECT_EQ(authenticate(hostToken(R"({"sub":"u1","exp":1})")).error().code, FaultCode::TokenExpired);
  EXPECT_EQ(authenticate(hostToken(R"({"sub":"u1","expire_at":1})")).error().code, FaultCode::Expired);
  EXPECT_FALSE(user(UserId::trusted("u1")).has_value());
}

TEST_F(AccountsTest, KeysAreMadeOnceAndStay) {
  Random random;
  const auto first = storedSecret(*store, "some_key", random).value();
  EXPECT_EQ(first.size(), 43U);
  EXPECT_EQ(storedSecret(*store, "some_key", random).value(), first);
  EXPECT_NE(storedSecret(*store, "other_key", random).value(), first);
}

}  // namespace
}  // namespace kith
