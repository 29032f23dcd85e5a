#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "broker/broker.h"

namespace kith::broker {

class LocalBroker;

/// Joins the nodes inside one process: for tests and simulation.
///
/// Any thread. Outlives its brokers. Deliveries run on the publisher's thread, under the one lock: a
/// listener only posts.
class LocalExchange {
 public:
  /// Takes the connection of everybody away, until mend().
  void cut();
  void mend();

 private:
  friend class LocalBroker;
  struct Node {
    Listener* listener;
    std::set<std::string> channels;
  };
  void confirm(Node& node) REQUIRES(mutex_);

  Mutex mutex_;
  bool cut_ GUARDED_BY(mutex_) = false;
  std::map<const LocalBroker*, Node> nodes_ GUARDED_BY(mutex_);  // those that have started
};

/// One node's end of it. Never hears itself.
class LocalBroker final : public Broker {
 public:
  explicit LocalBroker(LocalExchange& exchange) : exchange_(exchange) {}
  ~LocalBroker() override { stop(); }

  void start(Listener& listener) override;
  void stop() override;
  void subscribe(const std::string& channel) override;
  void unsubscribe(const std::string& channel) override;
  void publish(const std::string& channel, SharedBytes frame) override;

 private:
  LocalExchange& exchange_;
};

}  // namespace kith::broker
