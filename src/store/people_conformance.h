#pragma once

#include "store/store_under_test.h"

// Rooms, members, users, sign-ins and secrets.
namespace kith::store {

inline User person(const std::string& id, const std::string& handle) {
  User user;
  user.id = UserId::trusted(id);
  user.handle = handle;
  user.display_name = "The " + id;
  user.created_at = 7;
  return user;
}

/// Changes rows in a transaction that appends nothing.
class PeopleConformance : public StoreConformance {
 protected:
  Result<Committed> change(std::function<Result<void>(Transaction&)> rows_change) {
    return write(transaction({Scope::of(ann)}, ann, [rows_change](Transaction& rows) -> Result<Drafts> {
      TRY(rows_change(rows));
      return Drafts{};
    }));
  }
  Result<Committed> put(const User& user) {
    return change([&](Transaction& rows) { return rows.putUser(user); });
  }
  void putRoom(const std::string& id, const std::string& name) {
    EXPECT_TRUE(change([&](Transaction& rows) {
                  return rows.putRoom({RoomId::trusted(id), name, "", ann, 1});
                }).ok());
  }
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PeopleConformance);

TEST_P(PeopleConformance, AUserIsReadBackAsWritten) {
  auto user = person("u1", "carol");
  user.site_role = SiteRole::Admin;
  user.password_hash = "$argon2id$…";
  user.issuer = "https://host.example";
  user.external_id = "42";
  user.token_version = 3;
  EXPECT_FALSE(read([](Reader& reader) { return reader.hasAdmin(); }));
  ASSERT_TRUE(put(user).ok());
  under_test->reopen();
  const auto found = read([&](Reader& reader) { return reader.user(user.id); });
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->handle, "carol");
  EXPECT_EQ(found->display_name, "The u1");
  EXPECT_EQ(found->site_role, SiteRole::Admin);
  EXPECT_EQ(found->password_hash, user.password_hash);
  EXPECT_EQ(found->issuer, user.issuer);
  EXPECT_EQ(found->external_id, "42");
  EXPECT_EQ(found->token_version, 3);
  EXPECT_EQ(found->created_at, 7);
  EXPECT_TRUE(read([](Reader& reader) { return reader.hasAdmin(); }));
  EXPECT_FALSE(read([](Reader& reader) { return reader.user(UserId::trusted("nobody")); }).has_value());
}

TEST_P(PeopleConformance, UsersAreGivenInTheOrderAskedWithoutTheUnknown) {
  ASSERT_TRUE(put(person("u1", "one")).ok());
  ASSERT_TRUE(put(person("u2", "")).ok());
  ASSERT_TRUE(put(person("u3", "")).ok());
  const std::vector<UserId> asked{UserId::trusted("u3"), UserId::trusted("no"), UserId::trusted("u1")};
  const auto found = read([&](Reader& reader) { return reader.users(asked); });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id.text(), "u3");
  EXPECT_EQ(found[1].id.text(), "u1");
}

TEST_P(PeopleConformance, AFormerHandleStaysReservedAndLeadsToItsUser) {
  ASSERT_TRUE(put(person("u1", "carol")).ok());
  ASSERT_TRUE(put(person("u1", "caroline")).ok());
  EXPECT_EQ(read([](Reader& reader) { return reader.userByHandle("carol"); })->handle, "caroline");
  const auto refused = put(person("u2", "carol"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, FaultCode::Already);
  EXPECT_EQ(refused.error().field, "handle");
  EXPECT_FALSE(read([](Reader& reader) { return reader.user(UserId::trusted("u2")); }).has_value());
  EXPECT_TRUE(put(person("u1", "carol")).ok());  // his own former one he may take again
  EXPECT_FALSE(read([](Reader& reader) { return reader.userByHandle("nobody"); }).has_value());
}

TEST_P(PeopleConformance, AnExternalIdBelongsToOneUserOfItsIssuer) {
  auto first = person("u1", "");
  first.issuer = "https://host.example";
  first.external_id = "42";
  auto second = person("u2", "");
  second.issuer = first.issuer;
  second.external_id = "42";
  ASSERT_TRUE(put(first).ok());
  ASSERT_TRUE(put(first).ok());
  EXPECT_EQ(put(second).error().field, "external_id");
  second.issuer = "https://other.example";
  EXPECT_TRUE(put(second).ok());
}

TEST_P(PeopleConformance, SessionsAreReadBackAndReplaced) {
  LoginSession session{SessionId::trusted("s1"), ann, std::string("\0\x01hash", 6), "Firefox", 1, 100, 0};
  auto later = session;
  later.id = SessionId::trusted("s2");
  later.created_at = 2;
  ASSERT_TRUE(change([&](Transaction& rows) -> Result<void> {
                TRY(rows.putSession(later));
                return rows.putSession(session);
              }).ok());
  session.revoked_at = 50;
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.putSession(session); }).ok());
  const auto found = read([&](Reader& reader) { return reader.session(session.id); });
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->secret_hash, session.secret_hash);
  EXPECT_EQ(found->user_agent, "Firefox");
  EXPECT_EQ(found->expires_at, 100);
  EXPECT_EQ(found->revoked_at, 50);
  const auto all = read([&](Reader& reader) { return reader.sessionsOf(ann); });
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id.text(), "s1");
  EXPECT_TRUE(read([&](Reader& reader) { return reader.sessionsOf(bob); }).empty());
}

TEST_P(PeopleConformance, SessionsThatEndedBeforeATimeAreRemovedTheFirstFirst) {
  const auto session = [&](const std::string& id, const UserId& user, WallMs expires_at, WallMs revoked_at) {
    return LoginSession{SessionId::trusted(id), user, "hash", "Firefox", 1, expires_at, revoked_at};
  };
  ASSERT_TRUE(change([&](Transaction& rows) -> Result<void> {
                for (const auto& [id, expires_at, revoked_at] : {std::tuple{"a-valid", 100, 0},
                                                                 {"b-expired", 49, 0},
                                                                 {"c-revoked", 100, 20},
                                                                 {"d-at", 50, 0},
                                                                 {"e-both", 40, 45},
                                                                 {"f-revoked-at", 100, 50}}) {
                  TRY(rows.putSession(session(id, ann, expires_at, revoked_at)));
                }
                return rows.putSession(session("g-first", bob, 10, 0));
              }).ok());
  const auto removed = [&](std::size_t limit) {
    EXPECT_TRUE(change([&](Transaction& rows) { return rows.removeSessionsBefore(50, limit); }).ok());
    std::string left;
    for (const auto& user : {ann, bob}) {
      for (const auto& one : read([&](Reader& reader) { return reader.sessionsOf(user); })) {
        left += one.id.text().front();
      }
    }
    return left;
  };
  EXPECT_EQ(removed(0), "abcdefg");
  EXPECT_EQ(removed(1), "abcdef");
  EXPECT_EQ(removed(2), "abdf");
  EXPECT_EQ(removed(9), "adf");
  EXPECT_EQ(removed(9), "adf");
}

TEST_P(PeopleConformance, SecretsAreReplacedAndRemoved) {
  const std::string bytes("\0\xff\x01", 3);
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.putSecret("key", "old"); }).ok());
  ASSERT_TRUE(change([&](Transaction& rows) { return rows.putSecret("key", bytes); }).ok());
  under_test->reopen();
  EXPECT_EQ(read([](Reader& reader) { return reader.secret("key"); }), bytes);
  ASSERT_TRUE(change([](Transaction& rows) { return rows.removeSecret("key"); }).ok());
  EXPECT_FALSE(read([](Reader& reader) { return reader.secret("key"); }).has_value());
}

TEST_P(PeopleConformance, RoomsComeInTheOrderOfTheirNamesPageByPage) {
  putRoom("r3", "Beta");
  putRoom("r1", "Beta");
  putRoom("r2", "Alpha");
  putRoom("r4", "Gamma");
  written(join(RoomId::trusted("r4"), ann));
  written(join(RoomId::trusted("r1"), ann));
  written(join(RoomId::trusted("r1"), bob));
  clock.pass(500);
  written(message(RoomId::trusted("r1"), bob, "hello"));

  std::vector<std::string> seen;
  RoomId cursor;
  while (true) {
    const auto page = read([&](Reader& reader) { return reader.rooms(ann, {false, {}, {}, cursor, 2}); });
    for (const auto& row : page) seen.push_back(row.room.id.text());
    if (page.size() < 2) break;
    cursor = page.back().room.id;
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"r2", "r1", "r3", "r4"}));

  const auto joined = read([&](Reader& reader) { return reader.rooms(ann, {true, {}, {}, {}, 10}); });
  ASSERT_EQ(joined.size(), 2u);
  EXPECT_EQ(joined[0].room.id.text(), "r1");
  EXPECT_EQ(joined[0].members, 2);
  EXPECT_EQ(joined[0].head, 3u);
  EXPECT_EQ(joined[0].last_message_at, clock.wall());
  EXPECT_EQ(joined[0].mine->join_offset, 1u);
  EXPECT_EQ(joined[1].room.id.text(), "r4");
  EXPECT_EQ(joined[1].last_message_at, 0);
  const auto rest = read([&](Reader& reader) {
    return reader.rooms(ann, {true, {}, {}, RoomId::trusted("r1"), 10});
  });
  EXPECT_EQ(rest.size(), 1u);

  const auto row = read([&](Reader& reader) { return reader.roomRow(ann, RoomId::trusted("r2")); });
  EXPECT_EQ(row->room.name, "Alpha");
  EXPECT_FALSE(row->mine.has_value());
  EXPECT_FALSE(read([&](Reader& reader) { return reader.roomRow(ann, RoomId::trusted("no")); }).has_value());
}

TEST_P(PeopleConformance, RoomsOfAUserComeMostRecentlyActiveFirst) {
  for (const char* id : {"r1", "r2", "r3"}) {
    putRoom(id, id);
    written(join(RoomId::trusted(id), ann));
    clock.pass(10);
  }
  written(message(RoomId::trusted("r1"), bob, "hello"));
  const auto found = read([&](Reader& reader) { return reader.roomsOf(ann, 2); });
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].text(), "r1");
  EXPECT_EQ(found[1].text(), "r3");
  EXPECT_TRUE(read([&](Reader& reader) { return reader.roomsOf(bob, 5); }).empty());
}

TEST_P(PeopleConformance, MembersComeInTheOrderOfTheirIdsWithoutThoseWhoLeft) {
  ASSERT_TRUE(put(person("u1", "one")).ok());
  for (const char* id : {"u3", "u1", "u2", "u4"}) written(join(room, UserId::trusted(id)));
  ASSERT_TRUE(change([&](Transaction& rows) -> Result<void> {
                auto row = TRY(rows.member(room, UserId::trusted("u2")));
                row->state = MemberState::Left;
                return rows.putMember(*row);
              }).ok());
  const auto first = read([&](Reader& reader) { return reader.members(room, UserId(), 2); });
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].member.user.text(), "u1");
  EXPECT_EQ(first[0].display_name, "The u1");
  EXPECT_EQ(first[1].member.user.text(), "u3");
  EXPECT_EQ(first[1].display_name, "");
  const auto second = read([&](Reader& reader) { return reader.members(room, first[1].member.user, 2); });
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].member.user.text(), "u4");
  EXPECT_EQ(read([&](Reader& reader) { return reader.member(room, UserId::trusted("u2")); })->state,
            MemberState::Left);
}

}  // namespace kith::store
