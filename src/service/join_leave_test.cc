#include "service/join_leave.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/manual_loop.h"

namespace kith {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Now = PresenceChange::Now;

class JoinLeavesTest : public testing::Test {
 protected:
  void came(const std::string& id) { changes.changed(place, {{UserId::trusted(id), Now::Online}}); }
  void went(const std::string& id) { changes.changed(place, {{UserId::trusted(id), Now::Offline}}); }
  /// Lets the reading of names that is under way end.
  void answer() {
    for (auto& done : std::exchange(reading, {})) done();
    loop.run();
  }

  const Scope place = Scope::of(RoomId::trusted("a"));
  ManualClock clock;
  ManualLoop loop{clock};
  std::vector<std::string> told;
  std::vector<Task> reading;
  JoinLeaves changes{loop, [this](const Scope&, const std::vector<JoinLeave>& who, Task done) {
                       std::string line;
                       for (const auto& one : who)
                         line += (one.what == JoinLeave::What::Join ? " +" : " -") + one.user.text();
                       told.push_back(line);
                       reading.push_back(std::move(done));
                     }};
};

TEST_F(JoinLeavesTest, NothingIsReadWhereNobodyAsked) {
  came("ann");
  changes.watch(place);
  changes.watch(place);
  changes.unwatch(place);
  went("ann");
  answer();
  changes.unwatch(place);
  came("ann");
  EXPECT_THAT(told, ElementsAre(" -ann"));
}

TEST_F(JoinLeavesTest, WhatComesWhileNamesAreReadIsToldAfterwardsInItsOrder) {
  changes.watch(place);
  came("ann");
  went("ann");
  came("bob");
  EXPECT_THAT(told, ElementsAre(" +ann"));
  answer();
  EXPECT_THAT(told, ElementsAre(" +ann", " -ann +bob"));
  answer();
  EXPECT_THAT(reading, IsEmpty());
}

TEST_F(JoinLeavesTest, WhoStopsToListenWhileNamesAreReadIsToldNoMore) {
  changes.watch(place);
  came("ann");
  came("bob");
  changes.unwatch(place);
  answer();
  EXPECT_THAT(told, ElementsAre(" +ann"));

  changes.watch(place);
  came("cid");
  EXPECT_THAT(told, ElementsAre(" +ann", " +cid"));
}

TEST_F(JoinLeavesTest, WhatWaitsForNamesHasALimit) {
  changes.watch(place);
  came("first");
  for (std::size_t i = 0; i < JoinLeaves::kWaitingMax + 1; ++i) came("u" + std::to_string(i));
  answer();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(static_cast<std::size_t>(std::count(told[1].begin(), told[1].end(), '+')),
            JoinLeaves::kWaitingMax);
  EXPECT_EQ(told[1].find("u1000"), std::string::npos);
}

}  // namespace
}  // namespace kith
