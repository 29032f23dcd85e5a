#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/task.h"
#include "broker/broker.h"

namespace kith::broker {

/// A broker for tests: passes all on to a real one, and does to what arrives whatever a network may do.
///
/// Any thread, as the broker. Not owned: the real broker outlives it.
class FaultyBroker final : public Broker, private Listener {
 public:
  enum class Fate { Deliver, Lose, Double, Hold };
  using Decide = Callback<Fate(const std::string& channel, const SharedBytes& frame)>;

  explicit FaultyBroker(Broker& real) : real_(real) {}

  /// What becomes of each frame that arrives from now on.
  void decide(Decide decide) {
    Lock lock(mutex_);
    decide_ = std::move(decide);
  }
  /// Subscriptions are not confirmed until release().
  void holdConfirmations() {
    Lock lock(mutex_);
    holds_confirmations_ = true;
  }
  /// Delivers what was held, the last first: late and in disorder.
  void release() {
    Lock lock(mutex_);
    holds_confirmations_ = false;
    for (const auto& channel : std::exchange(unconfirmed_, {})) listener_->subscribed(channel);
    for (; !held_.empty(); held_.pop_back()) {
      if (listener_ != nullptr) listener_->received(held_.back().first, held_.back().second);
    }
  }

  void start(Listener& listener) override {
    {
      Lock lock(mutex_);
      listener_ = &listener;
    }
    real_.start(*this);
  }
  void stop() override {
    real_.stop();
    Lock lock(mutex_);
    listener_ = nullptr;
  }
  void subscribe(const std::string& channel) override { real_.subscribe(channel); }
  void unsubscribe(const std::string& channel) override { real_.unsubscribe(channel); }
  void publish(const std::string& channel, SharedBytes frame) override {
    real_.publish(channel, std::move(frame));
  }

 private:
  // The lock is held through each call: one at a time, and release() is a call as well.
  void connected() override {
    Lock lock(mutex_);
    listener_->connected();
  }
  void lost() override {
    Lock lock(mutex_);
    listener_->lost();
  }
  void subscribed(const std::string& channel) override {
    Lock lock(mutex_);
    if (holds_confirmations_) return unconfirmed_.push_back(channel);
    listener_->subscribed(channel);
  }
  void received(const std::string& channel, const SharedBytes& frame) override {
    Lock lock(mutex_);
    const Fate fate = decide_ ? decide_(channel, frame) : Fate::Deliver;
    if (fate == Fate::Hold) held_.emplace_back(channel, frame);
    if (fate == Fate::Deliver || fate == Fate::Double) listener_->received(channel, frame);
    if (fate == Fate::Double) listener_->received(channel, frame);
  }

  Broker& real_;
  Mutex mutex_;
  Listener* listener_ GUARDED_BY(mutex_) = nullptr;
  Decide decide_ GUARDED_BY(mutex_);
  std::deque<std::pair<std::string, SharedBytes>> held_ GUARDED_BY(mutex_);
  bool holds_confirmations_ GUARDED_BY(mutex_) = false;
  std::vector<std::string> unconfirmed_ GUARDED_BY(mutex_);
};

}  // namespace kith::broker
