#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "broker/broker.h"
#include "broker/faulty_broker.h"

/// What every implementation of Broker must pass. Its own _test.cc includes this and says
///
///   INSTANTIATE_TEST_SUITE_P(Local, BrokerConformance, ::testing::Values(BrokerMaker{"local", …}));
namespace kith::broker {

/// Two brokers that are joined, of one implementation, for one test.
class BrokersUnderTest {
 public:
  virtual ~BrokersUnderTest() = default;
  virtual Broker& one() = 0;
  virtual Broker& other() = 0;
  /// Takes the connection of both away, until mend().
  virtual void cut() = 0;
  virtual void mend() = 0;
};

struct BrokerMaker {
  std::string name;
  std::function<std::unique_ptr<BrokersUnderTest>()> make;
};

/// Keeps what a node hears, as words: "+a" subscribed, "connected", "lost", "a:frame".
class Heard final : public Listener {
 public:
  void connected() override { note("connected"); }
  void lost() override { note("lost"); }
  void subscribed(const std::string& channel) override { note("+" + channel); }
  void received(const std::string& channel, const SharedBytes& frame) override {
    note(channel + ":" + *frame);
  }
  /// Waits until `word` has been heard once more, then gives all that was heard since the last time.
  std::vector<std::string> until(const std::string& word) {
    std::vector<std::string> heard;
    Lock lock(mutex_);
    while (heard.empty() || heard.back() != word) {
      while (words_.empty()) more_.wait(mutex_);
      heard.push_back(std::move(words_.front()));
      words_.erase(words_.begin());
    }
    return heard;
  }
  std::vector<std::string> now() {
    Lock lock(mutex_);
    return std::exchange(words_, {});
  }

 private:
  void note(std::string word) {
    {
      Lock lock(mutex_);
      words_.push_back(std::move(word));
    }
    more_.notifyAll();
  }
  Mutex mutex_;
  Condition more_;
  std::vector<std::string> words_ GUARDED_BY(mutex_);
};

class BrokerConformance : public ::testing::TestWithParam<BrokerMaker> {
 protected:
  BrokerConformance() {
    one_.start(said_);
    faulty_.start(heard_);
    said_.until("connected");
    heard_.until("connected");
  }
  ~BrokerConformance() override {
    one_.stop();
    faulty_.stop();
  }
  void say(const std::string& channel, const std::string& frame) { one_.publish(channel, shareBytes(frame)); }
  void listen(const std::string& channel) {
    faulty_.subscribe(channel);
    heard_.until("+" + channel);
  }

  std::unique_ptr<BrokersUnderTest> brokers_ = GetParam().make();
  Broker& one_ = brokers_->one();
  FaultyBroker faulty_{brokers_->other()};  // as the other, until it is told to do harm
  Heard said_;                              // by one_
  Heard heard_;                             // by the other
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BrokerConformance);

using ::testing::ElementsAre;

TEST_P(BrokerConformance, FramesOfOnePublisherArriveInTheirOrderOnAllChannels) {
  listen("a");
  listen("b");
  std::vector<std::string> expected;
  for (int i = 0; i < 500; ++i) {
    const std::string channel = i % 3 == 0 ? "b" : "a";
    say(channel, std::to_string(i));
    expected.push_back(channel + ":" + std::to_string(i));
  }
  EXPECT_EQ(heard_.until(expected.back()), expected);
}

TEST_P(BrokerConformance, AFrameIsBytesWhateverTheyAre) {
  listen("a");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (int i = 0; i < 10; ++i) all += all;
  say("a", all);
  say("a", "");
  EXPECT_THAT(heard_.until("a:"), ElementsAre("a:" + all, "a:"));
}

TEST_P(BrokerConformance, OnlyWhatIsSubscribedToArrives) {
  listen("a");
  say("room:b", "1");
  say("aa", "2");
  say("a", "3");
  EXPECT_THAT(heard_.until("a:3"), ElementsAre("a:3"));
}

TEST_P(BrokerConformance, WhatWasPublishedBeforeASubscriptionIsNotKeptForIt) {
  listen("z");
  say("a", "early");
  say("z", "then");
  heard_.until("z:then");
  listen("a");
  say("a", "late");
  EXPECT_THAT(heard_.until("a:late"), ElementsAre("a:late"));
}

TEST_P(BrokerConformance, NothingIsDeliveredAfterUnsubscribe) {
  listen("a");
  listen("z");
  say("a", "1");
  heard_.until("a:1");
  faulty_.unsubscribe("a");
  faulty_.unsubscribe("a");
  say("a", "2");
  say("z", "3");
  EXPECT_THAT(heard_.until("z:3"), ElementsAre("z:3"));
}

TEST_P(BrokerConformance, SubscribingTwiceIsConfirmedTwiceAndDoublesNothing) {
  listen("a");
  listen("a");
  say("a", "1");
  say("a", "2");
  EXPECT_THAT(heard_.until("a:2"), ElementsAre("a:1", "a:2"));
}

TEST_P(BrokerConformance, AConfirmationSpeaksOfTheLastSubscription) {
  for (int i = 0; i < 100; ++i) {
    faulty_.subscribe("a");
    faulty_.unsubscribe("a");
    listen("a");
    say("a", std::to_string(i));
    heard_.until("a:" + std::to_string(i));  // for ever, if the frame came to nobody
    faulty_.unsubscribe("a");
  }
}

TEST_P(BrokerConformance, AfterALossItConnectsAndSubscribesAgainByItself) {
  listen("a");
  listen("b");
  faulty_.unsubscribe("b");
  brokers_->cut();
  said_.until("lost");
  heard_.until("lost");
  brokers_->mend();
  said_.until("connected");
  EXPECT_THAT(heard_.until("+a"), ElementsAre("connected", "+a"));
  say("b", "1");
  say("a", "2");
  EXPECT_THAT(heard_.until("a:2"), ElementsAre("a:2"));
}

TEST_P(BrokerConformance, WhatIsPublishedWhileTheConnectionIsLostIsGone) {
  listen("a");
  brokers_->cut();
  said_.until("lost");
  heard_.until("lost");
  say("a", "gone");
  faulty_.subscribe("b");  // and what is subscribed to then is so once it is back
  brokers_->mend();
  said_.until("connected");
  heard_.until("connected");
  auto confirmed = heard_.until("+b");
  if (confirmed.size() == 1) heard_.until("+a");
  say("b", "1");
  say("a", "2");
  EXPECT_THAT(heard_.until("a:2"), ElementsAre("b:1", "a:2"));
}

TEST_P(BrokerConformance, AfterStopNothingIsHeard) {
  listen("a");
  faulty_.stop();
  faulty_.stop();
  say("a", "1");
  EXPECT_THAT(heard_.now(), ElementsAre());
}

// What the tests of those above stand on.
TEST_P(BrokerConformance, FramesAreLostDoubledAndLateWhereATestSaysSo) {
  listen("a");
  faulty_.decide([](const std::string&, const SharedBytes& frame) {
    if (*frame == "lost") return FaultyBroker::Fate::Lose;
    if (*frame == "twice") return FaultyBroker::Fate::Double;
    return frame->starts_with("late") ? FaultyBroker::Fate::Hold : FaultyBroker::Fate::Deliver;
  });
  for (const auto* frame : {"late1", "lost", "late2", "twice", "last"}) say("a", frame);
  EXPECT_THAT(heard_.until("a:last"), ElementsAre("a:twice", "a:twice", "a:last"));
  faulty_.release();
  EXPECT_THAT(heard_.until("a:late1"), ElementsAre("a:late2", "a:late1"));
}

}  // namespace kith::broker
