// People come, drop, reload, join and leave at random, with a backend that answers at once and with one
// that takes its time. What readers were told must be what is true in the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/manual_loop.h"
#include "presence/memory/memory_presence.h"
#include "service/far_presence.h"
#include "service/online_status.h"
#include "service/typing.h"

namespace kith {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kUsers = 12;
constexpr int kRooms = 4;

class PresenceRandomTest : public testing::TestWithParam<std::tuple<int /*one way, ms*/, unsigned /*seed*/>> {
 protected:
  /// A reader who knows nothing but the signals of one room.
  struct Reader {
    std::set<std::string> online;
    std::set<std::string> joined;  // by join and leave alone
    std::int64_t count = 0;
    std::optional<MonotonicMs> last;
  };

  static std::set<std::string> list(const std::string& json, const std::string& key) {
    std::set<std::string> out;
    std::size_t at = json.find("\"" + key + "\":[");
    EXPECT_NE(at, std::string::npos);
    at += key.size() + 4;
    while (json[at] != ']') {
      const std::size_t begin = json.find('"', at) + 1;
      const std::size_t end = json.find('"', begin);
      out.insert(json.substr(begin, end - begin));
      at = end + 1;
      if (json[at] == ',') ++at;
    }
    return out;
  }

  void read(const std::string& place, const std::string& json) {
    Reader& reader = readers_[place];
    EXPECT_TRUE(!reader.last || clock_.monotonic() - *reader.last >= 1'000) << "two signals within a second";
    reader.last = clock_.monotonic();
    for (const auto& id : list(json, "online"))
      EXPECT_TRUE(reader.online.insert(id).second) << id << " was online";
    for (const auto& id : list(json, "offline"))
      EXPECT_EQ(reader.online.erase(id), 1u) << id << " was offline";
    reader.count = std::stoll(json.substr(json.find("\"count\":") + 8));
  }

  // However long the names take to read.
  void hear(const std::string& place, const JoinLeave& one) {
    auto& joined = readers_[place].joined;
    if (one.what == JoinLeave::What::Join)
      EXPECT_TRUE(joined.insert(one.user.text()).second) << one.user.text() << " had joined";
    else
      EXPECT_EQ(joined.erase(one.user.text()), 1u) << one.user.text() << " had left";
  }

  UserId someUser() { return UserId::trusted("u" + std::to_string(random_() % kUsers)); }
  RoomId someRoom() { return RoomId::trusted("r" + std::to_string(random_() % kRooms)); }

  void step() {
    const UserId user = someUser();
    auto& mine = connections_[user];
    switch (random_() % 6) {
      case 0:
      case 1: {
        const auto id = ConnectionId::trusted("c" + std::to_string(++last_connection_));
        mine.insert(id);
        status_.connected(user, id);
        break;
      }
      case 2:
      case 3: {
        if (mine.empty()) break;
        const auto id = *mine.begin();
        mine.erase(id);
        status_.disconnected(user, id, random_() % 2 == 0 ? CloseKind::Clean : CloseKind::Dropped);
        typing_.closed(user, id);
        break;
      }
      case 4: {
        const Scope place = Scope::of(someRoom());
        Memberships& now = store_[user];
        now.version = {"e", now.version.offset + 1};
        if (std::erase(now.scopes, place) == 0) now.scopes.push_back(place);
        status_.membershipChanged(user);
        break;
      }
      case 5: {
        const RoomId where = someRoom();
        if (random_() % 4 == 0) {
          typing_.messageSent(where, user, typing_.turn());
        } else {
          const Caller caller{user, "N", SiteRole::Member, SessionId{},
                              mine.empty() ? ConnectionId{} : *mine.begin()};
          const auto state = random_() % 3 ? TypingIndicator::State::On : TypingIndicator::State::Off;
          typing_.broadcastTyping(typing_.take(where, caller, state));
        }
        break;
      }
    }
    // Mostly in quick succession, now and then a pause.
    loop_.advance(milliseconds(random_() % 20 == 0 ? random_() % 12'000 : random_() % 300));
  }

  std::mt19937 random_{std::get<1>(GetParam())};
  ManualClock clock_;
  ManualLoop loop_{clock_};
  MemoryPresence memory_{clock_};
  FarPresence far_{loop_, memory_, milliseconds(std::get<0>(GetParam()))};
  std::map<UserId, Memberships> store_;
  std::map<UserId, std::set<ConnectionId>> connections_;
  std::map<std::string, Reader> readers_;
  std::map<std::string, std::pair<MonotonicMs, std::string>> typing_said_;
  int last_connection_ = 0;
  OnlineStatusService status_{
      {loop_, clock_, far_,
       [this](const UserId& user, Callback<void(Result<Memberships>)> done) {
         loop_.after(milliseconds(random_() % 50),
                     [read = store_[user], done = std::move(done)]() mutable { done(read); });
       },
       [this](const Scope& place, SharedBytes data) { read(place.name(), *data); },
       [this](const Scope& place, std::vector<JoinLeave> who, Task done) {
         loop_.after(milliseconds(random_() % 3'000),
                     [this, place, who = std::move(who), done = std::move(done)]() mutable {
                       for (const auto& one : who) hear(place.name(), one);
                       done();
                     });
       }}};
  TypingIndicator typing_{loop_, clock_, far_,
                          [this](const Scope& place, SharedBytes data) {
                            auto& [at, said] = typing_said_[place.name()];
                            EXPECT_TRUE(said.empty() || clock_.monotonic() - at >= 500);
                            at = clock_.monotonic();
                            said = *data;
                          },
                          /*read_names=*/{}};
};

TEST_P(PresenceRandomTest, ReadersKnowInTheEndWhatIsTrue) {
  for (int r = 0; r < kRooms; ++r)
    status_.watchJoinLeave(Scope::of(RoomId::trusted("r" + std::to_string(r))));
  for (int i = 0; i < 4'000; ++i) step();
  loop_.advance(seconds(30));

  for (int r = 0; r < kRooms; ++r) {
    const Scope place = Scope::of(RoomId::trusted("r" + std::to_string(r)));
    std::set<std::string> expected;
    for (const auto& [user, connections] : connections_) {
      const auto& scopes = store_[user].scopes;
      if (!connections.empty() && std::count(scopes.begin(), scopes.end(), place) > 0)
        expected.insert(user.text());
    }
    std::set<std::string> online;
    memory_.online(place, "", 1'000, [&](Result<OnlinePage> page) {
      for (const UserId& user : page->users) online.insert(user.text());
    });
    EXPECT_EQ(online, expected);
    EXPECT_EQ(readers_[place.name()].online, expected);
    EXPECT_EQ(readers_[place.name()].joined, expected);
    EXPECT_EQ(readers_[place.name()].count, static_cast<std::int64_t>(expected.size()));
    memory_.typing(place, [](Result<std::vector<Typing>> typing) { EXPECT_TRUE(typing->empty()); });
  }
  EXPECT_EQ(loop_.timers(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PresenceRandomTest,
                         testing::Combine(testing::Values(0, 3, 400, 1'700), testing::Values(1u, 2u, 3u)));

}  // namespace
}  // namespace kith
