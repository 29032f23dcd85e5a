#include "redis/subscriber.h"

#include <utility>

#include "base/assert.h"

namespace kith {
namespace {

bool isPush(const RedisReply& reply) {
  using Kind = RedisReply::Kind;
  return reply.kind == Kind::Array && reply.items.size() == 3 && reply.items[0].kind == Kind::Text &&
         reply.items[1].kind == Kind::Text;
}

}  // namespace

RedisSubscriber::RedisSubscriber(EventLoop& loop, RedisOptions options, RedisSubscriberHandler& handler,
                                 const RedisSubscriberLimits& limits)
    : handler_(handler), limits_(limits), link_(loop, std::move(options), limits.link, *this) {}

void RedisSubscriber::add(Verb verb, std::string channel) {
  ASSERT(link_.loop().isHere());
  if (!link_.isConnected()) return;
  if (waiting_channels_ >= limits_.waiting_max) {
    return link_.atTurnEnd([this, channels = std::vector{std::move(channel)}] {
      handler_.onRefused(channels, "too many channels wait for Redis");
    });
  }
  if (waiting_.empty() || waiting_.back().verb != verb ||
      waiting_.back().channels.size() >= limits_.batch_max) {
    waiting_.push_back({verb, {}});
  }
  waiting_.back().channels.push_back(std::move(channel));
  ++waiting_channels_;
  if (!std::exchange(send_due_, true)) {
    link_.atTurnEnd([this] {
      send_due_ = false;
      sendDue();
    });
  }
}

void RedisSubscriber::sendDue() {
  while (!waiting_.empty() && owed_.size() < limits_.commands_in_flight_max) {
    owed_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    const Batch& batch = owed_.back();
    std::vector<std::string_view> words{batch.verb == Verb::Subscribe ? "SUBSCRIBE" : "UNSUBSCRIBE"};
    words.insert(words.end(), batch.channels.begin(), batch.channels.end());
    waiting_channels_ -= batch.channels.size();
    owed_channels_ += batch.channels.size();
    link_.send(words, batch.channels.size());
  }
}

void RedisSubscriber::onReply(RedisReply reply) {
  if (reply.kind == RedisReply::Kind::Error) return onError(reply.text);
  if (!isPush(reply)) return link_.refuse("the server sent what is no push");
  const std::string& word = reply.items[0].text;
  const std::string& channel = reply.items[1].text;
  if (word == "message") return handler_.onMessage(channel, reply.items[2].text);
  if (word == "subscribe") return onConfirmed(Verb::Subscribe, channel);
  if (word == "unsubscribe") return onConfirmed(Verb::Unsubscribe, channel);
  link_.refuse("the server sent a push of an unknown kind");
}

/// The server confirms each name by itself, in the order of the commands.
void RedisSubscriber::onConfirmed(Verb verb, const std::string& channel) {
  if (owed_.empty() || owed_.front().verb != verb ||
      owed_.front().channels[owed_.front().confirmed] != channel) {
    return link_.refuse("the server confirms a channel that nobody asked for");
  }
  link_.settle(1);
  --owed_channels_;
  if (++owed_.front().confirmed == owed_.front().channels.size()) {
    owed_.pop_front();
    sendDue();
  }
  if (verb == Verb::Subscribe) handler_.onSubscribed(channel);
}

/// One error stands for a whole command, and nothing of it took effect.
void RedisSubscriber::onError(const std::string& why) {
  if (owed_.empty() || owed_.front().confirmed > 0)
    return link_.refuse("the server reports an error: " + why);
  const Batch refused = std::move(owed_.front());
  owed_.pop_front();
  owed_channels_ -= refused.channels.size();
  link_.settle(refused.channels.size());
  sendDue();
  handler_.onRefused(refused.channels, why);
}

void RedisSubscriber::onState(RedisState state, const std::string& why) {
  waiting_.clear();
  owed_.clear();
  waiting_channels_ = 0;
  owed_channels_ = 0;
  handler_.onState(state, why);
}

}  // namespace kith
