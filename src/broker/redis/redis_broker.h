#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "broker/broker.h"
#include "broker/frame.h"
#include "redis/connection.h"
#include "redis/subscriber.h"

namespace kith::broker {

struct RedisBrokerOptions {
  std::size_t queue_bytes_max = 16 * 1024 * 1024;  // of frames on their way to the loop
  Milliseconds pulse_timeout{3000};
  RedisConnectionLimits publisher{};
  RedisSubscriberLimits subscriber{};
};

/// Joins nodes through one Redis server: PUBLISH on one connection, SUBSCRIBE on another. It is connected
/// while both are.
///
/// Made and destroyed on its loop, or after that has ended; the rest from any thread. Owned by the wiring.
/// Channels are `kith:DATABASE:NAME`, since Redis' own know no databases. Drops what it published itself.
/// What cannot be published is counted and forgotten. A connection that is half open is found by its silence:
/// what this node publishes on the channel `pulse`, it must hear as well, or both connections are made anew.
class RedisBroker final : public Broker, private RedisSubscriberHandler {
 public:
  struct Parts {
    EventLoop& loop;
    RedisOptions redis;
    NodeId node;        // of the frames it publishes
    std::string pulse;  // a channel that the node hears and publishes on regularly
    Log& log;
    Metrics& metrics;
    RedisBrokerOptions options{};
  };
  explicit RedisBroker(Parts parts);
  ~RedisBroker() override;

  /// On the loop.
  bool isConnected() const { return connected_; }

  void start(Listener& listener) override;
  void stop() override;
  void subscribe(const std::string& channel) override;
  void unsubscribe(const std::string& channel) override;
  void publish(const std::string& channel, SharedBytes frame) override;

 private:
  /// What was asked for, on its way to the loop.
  struct Step {
    enum class What { Subscribe, Unsubscribe, Publish } what;
    std::string channel;
    SharedBytes frame{};
  };
  void add(Step step) REQUIRES(mutex_);
  void run();
  void send(const Step& step);
  void ask(const std::string& channel);
  void notPublished(const RedisError& error);
  void beat(const SharedBytes& frame);
  void forgetPulse();
  bool isWanted(const std::string& channel);
  void consider(const char* connection, RedisState state, const std::string& why);
  template <class Tell>
  void tell(const Tell& tell);

  // RedisSubscriberHandler
  void onState(RedisState state, const std::string& why) override;
  void onSubscribed(std::string_view channel) override;
  void onRefused(const std::vector<std::string>& channels, const std::string& why) override;
  void onMessage(std::string_view channel, std::string_view data) override;

  EventLoop& loop_;
  const std::string name_;
  const std::string prefix_;
  const NodeId node_;
  const std::string pulse_channel_;
  const RedisBrokerOptions options_;
  Log& log_;
  Counter& dropped_;

  Mutex listener_mutex_;  // held through each call, so that none runs after stop()
  Listener* listener_ GUARDED_BY(listener_mutex_) = nullptr;
  Listener* starting_ GUARDED_BY(listener_mutex_) = nullptr;

  Mutex mutex_;
  std::unordered_set<std::string> wanted_ GUARDED_BY(mutex_);
  std::vector<Step> steps_ GUARDED_BY(mutex_);
  std::size_t steps_bytes_ GUARDED_BY(mutex_) = 0;

  // Of the loop.
  bool publishes_ = false;
  bool hears_ = false;
  bool connected_ = false;
  std::string last_failure_;
  std::unordered_map<std::string, std::size_t> owed_;  // confirmations that are still to come
  SharedBytes pulse_;                                  // published, and not heard yet
  Loop::TimerId pulse_timer_ = 0;
  RedisConnection publisher_;
  RedisSubscriber subscriber_;
};

}  // namespace kith::broker
