#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "presence/presence.h"

namespace kith {

/// What every implementation of Presence must do.
///
/// A `Backend` is default-constructible and empty, and has `Presence& presence()`, `void settle()`, which
/// returns when every command and answer so far is through, `void passTime(Milliseconds)`, which lets at
/// least that much time go by on the clock of typing, and `void plantGhost(const Scope&, const UserId&)`,
/// which puts somebody into a place's online set as another program would, with no up().
template <class Backend>
class PresenceConformance : public testing::Test {
 protected:
  PresenceConformance() {
    backend_.presence().onChange([this](const PresenceChange& change) { heard_.push_back(change); });
  }

  static UserId user(const std::string& id) { return UserId::trusted(id); }
  static Scope room(const std::string& id) { return Scope::of(RoomId::trusted(id)); }
  static Memberships at(Offset version, std::vector<Scope> scopes, const std::string& epoch = "e1") {
    return {{epoch, version}, std::move(scopes)};
  }

  Presence& presence() { return backend_.presence(); }
  void plantGhost(const Scope& scope, const std::string& id) { backend_.plantGhost(scope, user(id)); }
  void passTime(Milliseconds time) { backend_.passTime(time); }

  std::set<std::string> online(const Scope& scope) {
    return listed([&](const std::string& cursor) { return page(scope, cursor, 1000); });
  }
  std::set<std::string> allOnline(std::size_t limit = 1000) {
    return listed([&](const std::string& cursor) {
      return wait<OnlinePage>([&](auto answer) { presence().allOnline(cursor, limit, std::move(answer)); });
    });
  }
  /// All pages; each names nobody twice.
  template <class Page>
  std::set<std::string> listed(Page page_after) {
    std::set<std::string> out;
    std::string cursor;
    std::size_t pages = 0;
    do {
      const OnlinePage page = page_after(cursor);
      std::set<std::string> here;
      for (const UserId& user : page.users) here.insert(user.text());
      EXPECT_EQ(here.size(), page.users.size());
      out.merge(here);
      cursor = page.next;
    } while (!cursor.empty() && ++pages < 10'000);
    return out;
  }
  OnlinePage page(const Scope& scope, const std::string& cursor, std::size_t limit) {
    return wait<OnlinePage>([&](auto answer) { presence().online(scope, cursor, limit, std::move(answer)); });
  }
  std::int64_t count(const Scope& scope) {
    return wait<std::int64_t>([&](auto answer) { presence().count(scope, std::move(answer)); });
  }
  std::int64_t cleanup(const Scope& scope) {
    return wait<std::int64_t>([&](auto answer) { presence().cleanup(scope, std::move(answer)); });
  }
  void setTtl(const Scope& scope, std::chrono::seconds ttl) {
    bool set = false;
    presence().setTtl(scope, ttl, [&](const Result<void>& result) { set = result.ok(); });
    backend_.settle();
    EXPECT_TRUE(set);
  }
  std::chrono::seconds ttl(const Scope& scope) {
    return wait<std::chrono::seconds>([&](auto answer) { presence().ttl(scope, std::move(answer)); });
  }
  bool isOnline(const UserId& user) {
    return wait<bool>([&](auto answer) { presence().isOnline(user, std::move(answer)); });
  }
  std::set<std::string> typing(const Scope& scope) {
    return names(
        wait<std::vector<Typing>>([&](auto answer) { presence().typing(scope, std::move(answer)); }));
  }
  std::set<std::string> setTyping(const Scope& scope, std::vector<Typing> changes) {
    return names(wait<std::vector<Typing>>(
        [&](auto answer) { presence().setTyping(scope, std::move(changes), std::move(answer)); }));
  }
  /// Since the last call: "+ann room:a room:b", "-ann room:a".
  std::vector<std::string> heard() {
    backend_.settle();
    std::vector<std::string> out;
    for (auto& change : std::exchange(heard_, {})) {
      std::string line = (change.now == PresenceChange::Now::Online ? "+" : "-") + change.user.text();
      std::sort(change.scopes.begin(), change.scopes.end());
      for (const Scope& scope : change.scopes) line += " " + scope.name();
      out.push_back(line);
    }
    return out;
  }

  template <class T, class Ask>
  T wait(Ask ask) {
    std::optional<Result<T>> got;
    int answers = 0;
    ask([&](Result<T> result) {
      got.emplace(std::move(result));
      ++answers;
    });
    backend_.settle();
    EXPECT_EQ(answers, 1);
    EXPECT_TRUE(got && got->ok());
    return got && got->ok() ? std::move(**got) : T{};
  }

 private:
  static std::set<std::string> names(const std::vector<Typing>& typing) {
    std::set<std::string> out;
    for (const Typing& one : typing) out.insert(one.user.text());
    return out;
  }
  std::vector<PresenceChange> heard_;
  Backend backend_;
};

TYPED_TEST_SUITE_P(PresenceConformance);

TYPED_TEST_P(PresenceConformance, UserWhoIsUpIsOnlineInHisPlacesAndNoOther) {
  this->presence().up(this->user("ann"), this->at(7, {this->room("a"), this->room("b")}));

  EXPECT_EQ(this->online(this->room("a")), std::set<std::string>{"ann"});
  EXPECT_EQ(this->count(this->room("b")), 1);
  EXPECT_EQ(this->count(this->room("c")), 0);
  EXPECT_TRUE(this->isOnline(this->user("ann")));
  EXPECT_FALSE(this->isOnline(this->user("bob")));
  EXPECT_THAT(this->heard(), testing::ElementsAre("+ann room:a room:b"));
}

TYPED_TEST_P(PresenceConformance, UserWithoutMembershipsIsOnlineAllTheSame) {
  this->presence().up(this->user("ann"), this->at(0, {}));

  EXPECT_TRUE(this->isOnline(this->user("ann")));
  EXPECT_THAT(this->heard(), testing::ElementsAre("+ann"));
}

TYPED_TEST_P(PresenceConformance, UserWhoIsDownIsNowhere) {
  this->presence().up(this->user("ann"), this->at(7, {this->room("a"), this->room("b")}));
  this->presence().up(this->user("bob"), this->at(1, {this->room("a")}));
  this->presence().down(this->user("ann"));

  EXPECT_EQ(this->online(this->room("a")), std::set<std::string>{"bob"});
  EXPECT_EQ(this->count(this->room("b")), 0);
  EXPECT_FALSE(this->isOnline(this->user("ann")));
  EXPECT_THAT(this->heard(), testing::ElementsAre("+ann room:a room:b", "+bob room:a", "-ann room:a room:b"));
}

TYPED_TEST_P(PresenceConformance, RepeatedCommandsChangeAndTellNothing) {
  this->presence().down(this->user("ann"));
  this->presence().up(this->user("ann"), this->at(7, {this->room("a")}));
  this->presence().up(this->user("ann"), this->at(7, {this->room("a")}));
  EXPECT_EQ(this->count(this->room("a")), 1);
  EXPECT_THAT(this->heard(), testing::ElementsAre("+ann room:a"));

  this->presence().down(this->user("ann"));
  this->presence().down(this->user("ann"));
  EXPECT_EQ(this->count(this->room("a")), 0);
  EXPECT_THAT(this->heard(), testing::ElementsAre("-ann room:a"));
}

TYPED_TEST_P(PresenceConformance, OneScopeNamedTwiceCountsOnce) {
  this->presence().up(this->user("ann"), this->at(7, {this->room("a"), this->room("a")}));
  EXPECT_EQ(this->count(this->room("a")), 1);

  this->presence().down(this->user("ann"));
  EXPECT_EQ(this->count(this->room("a")), 0);
}

TYPED_TEST_P(PresenceConformance, OlderAndEqualVersionsLeaveThePlacesAsTheyAre) {
  this->presence().up(this->user("ann"), this->at(7, {this->room("a")}));
  this->presence().up(this->user("ann"), this->at(6, {this->room("old")}));
  this->presence().up(this->user("ann"), this->at(7, {this->room("same")}));

  EXPECT_EQ(this->count(this->room("a")), 1);
  EXPECT_EQ(this->count(this->room("old")), 0);
  EXPECT_EQ(this->count(this->room("same")), 0);
  EXPECT_THAT(this->heard(), testing::ElementsAre("+ann room:a"));
}

TYPED_TEST_P(PresenceConformance, AnotherEpochReplacesThePlacesWhateverItsOffset) {
  this->presence().up(this->user("ann"), this->at(7, {this->room("a")}));
  this->presence().up(this->user("ann"), this->at(2, {this->room("b")}, "e2"));

  EXPECT_EQ(this->count(this->room("a")), 0);
  EXPECT_EQ(this->count(this->room("b")), 1);
}

TYPED_TEST_P(PresenceConformance, JoiningAndLeavingWhileOnlineIsToldOfThosePlacesOnly) {
  this->presence().up(this->user("ann"), this->at(7, {this->room("a"), this->room("b")}));
  this->heard();
  this->presence().up(this->user("ann"), this->at(8, {this->room("a"), this->room("b"), this->room("c")}));
  EXPECT_EQ(this->count(this->room("c")), 1);
  this->presence().up(this->user("ann"), this->at(9, {this->room("b"), this->room("c")}));
  EXPECT_EQ(this->count(this->room("a")), 0);
  EXPECT_EQ(this->count(this->room("b")), 1);
  EXPECT_THAT(this->heard(), testing::ElementsAre("+ann room:c", "-ann room:a"));

  this->presence().down(this->user("ann"));
  EXPECT_THAT(this->heard(), testing::ElementsAre("-ann room:b room:c"));
}

TYPED_TEST_P(PresenceConformance, NewVersionOfTheSamePlacesTellsNothingAndCounts) {
  this->presence().up(this->user("ann"), this->at(7, {this->room("a"), this->room("b")}));
  this->heard();
  this->presence().up(this->user("ann"), this->at(9, {this->room("b"), this->room("a")}));
  this->presence().up(this->user("ann"), this->at(8, {this->room("c")}));

  EXPECT_EQ(this->count(this->room("c")), 0);
  EXPECT_THAT(this->heard(), testing::IsEmpty());
}

TYPED_TEST_P(PresenceConformance, VersionsBeginAnewAfterTheUserWentOffline) {
  this->presence().up(this->user("ann"), this->at(7, {this->room("a")}));
  this->presence().down(this->user("ann"));
  this->presence().up(this->user("ann"), this->at(3, {this->room("b")}));

  EXPECT_EQ(this->count(this->room("a")), 0);
  EXPECT_EQ(this->count(this->room("b")), 1);
  EXPECT_THAT(this->heard(), testing::ElementsAre("+ann room:a", "-ann room:a", "+ann room:b"));
}

TYPED_TEST_P(PresenceConformance, PagesTogetherNameEverybody) {
  std::set<std::string> all;
  for (int i = 0; i < 2500; ++i) {
    all.insert("u" + std::to_string(i));
    this->presence().up(this->user("u" + std::to_string(i)), this->at(1, {this->room("a")}));
  }

  EXPECT_EQ(this->listed([&](const std::string& cursor) { return this->page(this->room("a"), cursor, 500); }),
            all);
  EXPECT_EQ(this->allOnline(500), all);
  EXPECT_EQ(this->count(this->room("a")), 2500);
}

TYPED_TEST_P(PresenceConformance, WhoStaysOnlineIsListedThoughOthersGoMeanwhile) {
  for (int i = 0; i < 1500; ++i) {
    this->presence().up(this->user("u" + std::to_string(i)), this->at(1, {this->room("a")}));
  }
  const OnlinePage first = this->page(this->room("a"), "", 500);
  std::set<std::string> named;
  for (const UserId& user : first.users) this->presence().down(user);
  for (std::string cursor = first.next; !cursor.empty();) {
    const OnlinePage page = this->page(this->room("a"), cursor, 500);
    for (const UserId& user : page.users) named.insert(user.text());
    cursor = page.next;
  }
  const std::set<std::string> still = this->online(this->room("a"));
  EXPECT_TRUE(std::includes(named.begin(), named.end(), still.begin(), still.end()));
  EXPECT_EQ(still.size() + first.users.size(), 1500u);
}

TYPED_TEST_P(PresenceConformance, CursorThatNoPageGaveIsRefused) {
  std::vector<FaultCode> faults;
  const auto note = [&](const Result<OnlinePage>& result) {
    if (!result) faults.push_back(result.error().code);
  };
  this->presence().online(this->room("a"), "no cursor!", 10, note);
  this->presence().allOnline("no cursor!", 10, note);
  this->heard();
  EXPECT_THAT(faults, testing::ElementsAre(FaultCode::BadRequest, FaultCode::BadRequest));
}

TYPED_TEST_P(PresenceConformance, EverybodyOnlineIsListedWhereverHeIs) {
  this->presence().up(this->user("ann"), this->at(1, {this->room("a")}));
  this->presence().up(this->user("bob"), this->at(1, {this->room("b")}));
  this->presence().up(this->user("cid"), this->at(1, {}));
  EXPECT_EQ(this->allOnline(1), (std::set<std::string>{"ann", "bob", "cid"}));

  this->presence().down(this->user("bob"));
  EXPECT_EQ(this->allOnline(), (std::set<std::string>{"ann", "cid"}));
}

TYPED_TEST_P(PresenceConformance, CleanupTakesOutWhoIsNotOnlineOrNoMemberAndNobodyElse) {
  this->presence().up(this->user("ann"), this->at(1, {this->room("a")}));
  this->presence().up(this->user("bob"), this->at(1, {this->room("b")}));
  EXPECT_EQ(this->cleanup(this->room("a")), 0);
  this->plantGhost(this->room("a"), "ghost");
  this->plantGhost(this->room("a"), "bob");  // online, but not here
  this->plantGhost(this->room("a"), "ann");  // is here
  this->plantGhost(this->room("c"), "ghost");
  EXPECT_EQ(this->count(this->room("a")), 3);
  this->heard();

  EXPECT_EQ(this->cleanup(this->room("a")), 2);
  EXPECT_EQ(this->online(this->room("a")), std::set<std::string>{"ann"});
  EXPECT_EQ(this->online(this->room("b")), std::set<std::string>{"bob"});
  EXPECT_EQ(this->cleanup(this->room("a")), 0);
  EXPECT_EQ(this->cleanup(this->room("c")), 1);
  EXPECT_EQ(this->count(this->room("c")), 0);
  EXPECT_EQ(this->cleanup(this->room("unknown")), 0);
  EXPECT_THAT(this->heard(), testing::IsEmpty());
}

TYPED_TEST_P(PresenceConformance, CleanupLooksAtEverybodyInALargePlace) {
  for (int i = 0; i < 1500; ++i) {
    const std::string id = std::to_string(i);
    this->presence().up(this->user("u" + id), this->at(1, {this->room("a")}));
    this->plantGhost(this->room("a"), "ghost" + id);
  }
  EXPECT_EQ(this->cleanup(this->room("a")), 1500);
  EXPECT_EQ(this->count(this->room("a")), 1500);
}

TYPED_TEST_P(PresenceConformance, TtlIsKeptPerPlaceAndEndsNobody) {
  this->presence().up(this->user("ann"), this->at(1, {this->room("a")}));
  EXPECT_EQ(this->ttl(this->room("a")), kOnlineTtl);
  this->setTtl(this->room("a"), std::chrono::seconds(60));
  this->setTtl(this->room("empty"), std::chrono::seconds(604'800));

  EXPECT_EQ(this->ttl(this->room("a")), std::chrono::seconds(60));
  EXPECT_EQ(this->ttl(this->room("empty")), std::chrono::seconds(604'800));
  EXPECT_EQ(this->ttl(this->room("b")), kOnlineTtl);
  EXPECT_EQ(this->online(this->room("a")), std::set<std::string>{"ann"});

  this->setTtl(this->room("a"), kOnlineTtl);
  EXPECT_EQ(this->ttl(this->room("a")), kOnlineTtl);
}

TYPED_TEST_P(PresenceConformance, TypingIsPerPlaceAndAnsweredWithTheChange) {
  const auto after = this->setTyping(
      this->room("a"), {{this->user("ann"), Milliseconds(5000)}, {this->user("bob"), Milliseconds(5000)}});
  EXPECT_EQ(after, (std::set<std::string>{"ann", "bob"}));
  EXPECT_EQ(this->typing(this->room("a")), (std::set<std::string>{"ann", "bob"}));
  EXPECT_TRUE(this->typing(this->room("b")).empty());
}

TYPED_TEST_P(PresenceConformance, TypingEndsWhenItIsStoppedAndAStopTwiceIsHarmless) {
  this->setTyping(this->room("a"),
                  {{this->user("ann"), Milliseconds(5000)}, {this->user("bob"), Milliseconds(5000)}});
  EXPECT_EQ(this->setTyping(this->room("a"), {{this->user("ann"), Milliseconds(0)}}),
            std::set<std::string>{"bob"});
  EXPECT_EQ(this->setTyping(this->room("a"), {{this->user("ann"), Milliseconds(0)}}),
            std::set<std::string>{"bob"});
}

TYPED_TEST_P(PresenceConformance, TypingEndsByTheClockAndARepeatProlongsIt) {
  this->setTyping(this->room("a"),
                  {{this->user("ann"), Milliseconds(300)}, {this->user("bob"), Milliseconds(300)}});
  this->setTyping(this->room("a"), {{this->user("bob"), Milliseconds(60'000)}});
  this->passTime(Milliseconds(300));

  EXPECT_EQ(this->typing(this->room("a")), std::set<std::string>{"bob"});
}

TYPED_TEST_P(PresenceConformance, TimeLeftIsNeverMoreThanWasSetAndNeverZero) {
  this->setTyping(this->room("a"), {{this->user("ann"), Milliseconds(5000)}});
  this->passTime(Milliseconds(20));
  const auto typing = this->template wait<std::vector<Typing>>(
      [&](auto answer) { this->presence().typing(this->room("a"), std::move(answer)); });
  ASSERT_EQ(typing.size(), 1u);
  EXPECT_GT(typing[0].left, Milliseconds(0));
  EXPECT_LE(typing[0].left, Milliseconds(4980));
}

REGISTER_TYPED_TEST_SUITE_P(
    PresenceConformance, UserWhoIsUpIsOnlineInHisPlacesAndNoOther, UserWithoutMembershipsIsOnlineAllTheSame,
    UserWhoIsDownIsNowhere, RepeatedCommandsChangeAndTellNothing, OneScopeNamedTwiceCountsOnce,
    OlderAndEqualVersionsLeaveThePlacesAsTheyAre, AnotherEpochReplacesThePlacesWhateverItsOffset,
    JoiningAndLeavingWhileOnlineIsToldOfThosePlacesOnly, NewVersionOfTheSamePlacesTellsNothingAndCounts,
    VersionsBeginAnewAfterTheUserWentOffline, PagesTogetherNameEverybody,
    WhoStaysOnlineIsListedThoughOthersGoMeanwhile, CursorThatNoPageGaveIsRefused,
    EverybodyOnlineIsListedWhereverHeIs, CleanupTakesOutWhoIsNotOnlineOrNoMemberAndNobodyElse,
    CleanupLooksAtEverybodyInALargePlace, TtlIsKeptPerPlaceAndEndsNobody,
    TypingIsPerPlaceAndAnsweredWithTheChange, TypingEndsWhenItIsStoppedAndAStopTwiceIsHarmless,
    TypingEndsByTheClockAndARepeatProlongsIt, TimeLeftIsNeverMoreThanWasSetAndNeverZero);

}  // namespace kith
