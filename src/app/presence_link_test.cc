#include "app/presence_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/manual_loop.h"
#include "broker/local/local_broker.h"

namespace kith {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A node: its end of the broker, and what comes of it.
struct LinkedNode final : broker::Listener {
  LinkedNode(broker::LocalExchange& exchange, broker::NodeId id, const Clock& clock, std::string key)
      : real(exchange), link({real, id, {std::move(key)}, clock, metrics, [this](auto changes) {
                                for (const auto& change : changes) told.push_back(change.user.text());
                              }}) {
    link.start(*this);
  }
  ~LinkedNode() override { link.stop(); }
  void connected() override { ++connects; }
  void lost() override { ++losses; }
  void subscribed(const std::string& channel) override { confirmed.push_back(channel); }
  void received(const std::string& channel, const SharedBytes& frame) override {
    received_frames.push_back(channel + " " + *frame);
  }

  Metrics metrics;
  broker::LocalBroker real;
  PresenceLink link;
  std::vector<std::string> told, confirmed, received_frames;
  int connects = 0;
  int losses = 0;
};

class PresenceLinkTest : public testing::Test {
 protected:
  static std::vector<PresenceChange> of(const std::string& user) {
    return {{UserId::trusted(user), PresenceChange::Now::Online, {}}};
  }
  ManualClock clock;
  broker::LocalExchange exchange;
  LinkedNode one{exchange, 1, clock, std::string(32, 'k')};
  LinkedNode other{exchange, 2, clock, std::string(32, 'k')};
};

TEST_F(PresenceLinkTest, WhatOneNodeTellsTheOtherHearsAndTheLogDoesNot) {
  one.link.tell(of("ann"));
  EXPECT_THAT(other.told, ElementsAre("ann"));
  EXPECT_THAT(one.told, IsEmpty());
  EXPECT_THAT(other.received_frames, IsEmpty());
  EXPECT_THAT(other.confirmed, IsEmpty());
}

TEST_F(PresenceLinkTest, AllElsePassesThrough) {
  other.link.subscribe("room:a");
  one.link.publish("room:a", shareBytes("frame"));
  EXPECT_THAT(other.confirmed, ElementsAre("room:a"));
  EXPECT_THAT(other.received_frames, ElementsAre("room:a frame"));
  other.link.unsubscribe("room:a");
  one.link.publish("room:a", shareBytes("late"));
  EXPECT_EQ(other.received_frames.size(), 1u);
  exchange.cut();
  exchange.mend();
  EXPECT_EQ(other.losses, 1);
  EXPECT_EQ(other.connects, 2);
  one.link.tell(of("bob"));
  EXPECT_THAT(other.told, ElementsAre("bob"));
}

TEST_F(PresenceLinkTest, WhatIsForgedOrWasThereBeforeIsCountedAndNotTold) {
  LinkedNode stranger(exchange, 3, clock, std::string(32, 'x'));
  stranger.link.tell(of("eve"));
  const broker::Frame frame{9, 1, clock.wall(), broker::Signal{shareBytes("+cid\n")}};
  const auto bytes = shareBytes(broker::writeFrame(frame, PresenceLink::kChannel, {std::string(32, 'k')}));
  stranger.real.publish(PresenceLink::kChannel, bytes);
  stranger.real.publish(PresenceLink::kChannel, bytes);
  EXPECT_THAT(other.told, ElementsAre("cid"));
  EXPECT_EQ(other.metrics.counter("kith_presence_frames_refused_total", "").value(), 2);
}

}  // namespace
}  // namespace kith
