#include "presence/redis/change_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Now = PresenceChange::Now;

PresenceChange change(const std::string& user, Now now, std::vector<Scope> scopes) {
  return {UserId::trusted(user), now, std::move(scopes)};
}
const Scope kRoom = Scope::of(RoomId::trusted("a"));
const Scope kGroup = Scope::of(GroupId::trusted("b"));

TEST(ChangeLinesTest, WhatIsWrittenIsRead) {
  const auto parts =
      writeChanges({change("ann", Now::Online, {kRoom, kGroup}), change("bob", Now::Offline, {})});
  ASSERT_THAT(parts, ElementsAre("+ann room:a group:b\n-bob\n"));
  const auto read = readChanges(parts.front());
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].user.text(), "ann");
  EXPECT_EQ(read[0].now, Now::Online);
  EXPECT_THAT(read[0].scopes, ElementsAre(kRoom, kGroup));
  EXPECT_EQ(read[1].user.text(), "bob");
  EXPECT_EQ(read[1].now, Now::Offline);
  EXPECT_THAT(read[1].scopes, IsEmpty());
}

TEST(ChangeLinesTest, APartIsFullBeforeALineIsCut) {
  const std::vector<PresenceChange> three(3, change("ann", Now::Online, {kRoom}));
  EXPECT_THAT(writeChanges(three, 24), ElementsAre("+ann room:a\n+ann room:a\n", "+ann room:a\n"));
  EXPECT_THAT(writeChanges(three, 1), SizeIs(3));
  EXPECT_THAT(writeChanges({}), IsEmpty());
}

TEST(ChangeLinesTest, WhatIsNoLineIsLeftOut) {
  for (const char* text : {"", "\n", "ann", "+", "+an n:\n*bob", "+a:b room:a"}) {
    for (const auto& read : readChanges(text)) EXPECT_EQ(read.user.text(), "an") << text;
  }
  EXPECT_THAT(readChanges("+ann room:a nowhere room:"), SizeIs(1));
}

}  // namespace
}  // namespace kith
