#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "broker/broker.h"
#include "broker/frame.h"
#include "broker/replay_guard.h"
#include "presence/presence.h"

namespace kith {

/// The node's broker as the log has it, with one channel kept aside: there nodes tell each other who came
/// online and who went.
///
/// All else passes through both ways. Any thread; owned by the wiring, and outlives the log that uses it.
/// Nothing is repeated: what is lost is a signal, and who asks is told by Redis.
class PresenceLink final : public broker::Broker, private broker::Listener {
 public:
  static constexpr char kChannel[] = "presence";
  /// On the broker's thread: it only posts.
  using Heard = Callback<void(std::vector<PresenceChange>)>;
  struct Parts {
    broker::Broker& real;
    broker::NodeId node;
    broker::FrameKeys keys;
    const Clock& clock;
    Metrics& metrics;
    Heard heard;
  };
  explicit PresenceLink(Parts parts);

  /// To the other nodes. From one thread.
  void tell(const std::vector<PresenceChange>& changes);

  void start(broker::Listener& listener) override;
  void stop() override { parts_.real.stop(); }
  void subscribe(const std::string& channel) override { parts_.real.subscribe(channel); }
  void unsubscribe(const std::string& channel) override { parts_.real.unsubscribe(channel); }
  void publish(const std::string& channel, SharedBytes frame) override {
    parts_.real.publish(channel, std::move(frame));
  }

 private:
  void connected() override { listener_->connected(); }
  void lost() override { listener_->lost(); }
  void subscribed(const std::string& channel) override;
  void received(const std::string& channel, const SharedBytes& frame) override;
  void take(const std::string& bytes);

  Parts parts_;
  broker::Listener* listener_ = nullptr;
  std::uint64_t counter_ = 0;
  broker::ReplayGuard guard_;
  Counter& refused_;
};

}  // namespace kith
