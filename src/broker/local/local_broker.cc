#include "broker/local/local_broker.h"

#include "base/assert.h"

namespace kith::broker {

void LocalExchange::cut() {
  Lock lock(mutex_);
  cut_ = true;
  for (auto& [broker, node] : nodes_) node.listener->lost();
}

void LocalExchange::mend() {
  Lock lock(mutex_);
  cut_ = false;
  for (auto& [broker, node] : nodes_) confirm(node);
}

void LocalExchange::confirm(Node& node) {
  node.listener->connected();
  for (const auto& channel : node.channels) node.listener->subscribed(channel);
}

void LocalBroker::start(Listener& listener) {
  Lock lock(exchange_.mutex_);
  const auto [node, fresh] = exchange_.nodes_.try_emplace(this, LocalExchange::Node{&listener, {}});
  ASSERT(fresh);
  if (!exchange_.cut_) exchange_.confirm(node->second);
}

void LocalBroker::stop() {
  Lock lock(exchange_.mutex_);
  exchange_.nodes_.erase(this);
}

void LocalBroker::subscribe(const std::string& channel) {
  Lock lock(exchange_.mutex_);
  auto& node = exchange_.nodes_.at(this);
  node.channels.insert(channel);
  if (!exchange_.cut_) node.listener->subscribed(channel);
}

void LocalBroker::unsubscribe(const std::string& channel) {
  Lock lock(exchange_.mutex_);
  exchange_.nodes_.at(this).channels.erase(channel);
}

void LocalBroker::publish(const std::string& channel, SharedBytes frame) {
  Lock lock(exchange_.mutex_);
  if (exchange_.cut_) return;
  for (auto& [broker, node] : exchange_.nodes_) {
    if (broker != this && node.channels.contains(channel)) node.listener->received(channel, frame);
  }
}

}  // namespace kith::broker
