#include "presence/redis/presence_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/manual_loop.h"

namespace kith {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PresenceChangesTest : public testing::Test {
 protected:
  static PresenceChange change(const std::string& user) {
    return {UserId::trusted(user), PresenceChange::Now::Online, {}};
  }

  ManualClock clock;
  ManualLoop loop{clock};
  std::vector<std::vector<std::string>> published;
  std::vector<std::string> heard;
  PresenceChanges changes{loop,
                          [this](const std::vector<PresenceChange>& batch) {
                            auto& names = published.emplace_back();
                            for (const PresenceChange& one : batch) names.push_back(one.user.text());
                          },
                          {Milliseconds(500), 3}};
};

TEST_F(PresenceChangesTest, TellsHereAtOnceAndOthersTogether) {
  changes.onChange([this](const PresenceChange& one) { heard.push_back(one.user.text()); });
  changes.tell(change("ann"));
  loop.advance(Milliseconds(400));
  changes.tellHere(change("bob"));
  changes.tellOthers(change("cid"));
  EXPECT_THAT(heard, ElementsAre("ann", "bob"));
  EXPECT_THAT(published, IsEmpty());
  loop.advance(Milliseconds(100));
  EXPECT_THAT(published, ElementsAre(ElementsAre("ann", "cid")));
  EXPECT_EQ(loop.timers(), 0U);
}

TEST_F(PresenceChangesTest, FullBatchIsPublishedAtOnce) {
  for (const auto* user : {"a", "b", "c", "d"}) changes.tell(change(user));
  EXPECT_THAT(published, ElementsAre(ElementsAre("a", "b", "c")));
  loop.advance(Milliseconds(500));
  EXPECT_THAT(published, ElementsAre(ElementsAre("a", "b", "c"), ElementsAre("d")));
}

}  // namespace
}  // namespace kith
