#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "redis/link.h"

namespace kith {

/// Whom a subscriber tells, on its loop. None of these calls may destroy it; all may call it.
class RedisSubscriberHandler {
 public:
  virtual ~RedisSubscriberHandler() = default;
  /// After Connected nothing is subscribed, and after Lost nothing is any more: subscribe anew.
  virtual void onState(RedisState state, const std::string& why) = 0;
  /// The server has confirmed: every later publication comes, until the connection is lost or unsubscribe().
  virtual void onSubscribed(std::string_view channel) = 0;
  /// The server refused a whole command, and nothing of it is in force.
  virtual void onRefused(const std::vector<std::string>& channels, const std::string& why) = 0;
  virtual void onMessage(std::string_view channel, std::string_view data) = 0;
};

struct RedisSubscriberLimits {
  RedisLinkLimits link{};
  std::size_t batch_max = 512;              // channels a command names
  std::size_t commands_in_flight_max = 16;  // later ones wait for the replies to these
  std::size_t waiting_max = 4'000'000;      // channels that wait for their command
};

/// A connection to Redis for what others publish.
///
/// Lives on its loop, owned by whoever listens; not to be destroyed from within a call that it makes.
/// Connects by itself as RedisConnection does, and forgets all subscriptions and all that waits when it is
/// lost: its owner knows what he wants to hear, and asks again at Connected.
/// - The channels of a turn are gathered into commands of at most `batch_max`; order is kept between
/// subscribe() and
///   unsubscribe(). All of a turn leave in one write.
/// - Repeating either is harmless; each name of a subscribe() is confirmed once, also if it was subscribed
/// already.
/// - What is asked while there is no connection is dropped: nothing would be in force after it anyway.
/// - After unsubscribe() messages that were under way may still come.
/// - Channels beyond `waiting_max` are refused at the end of the turn.
class RedisSubscriber final : private RedisLinkHandler {
 public:
  RedisSubscriber(EventLoop& loop, RedisOptions options, RedisSubscriberHandler& handler,
                  const RedisSubscriberLimits& limits = {});
  ~RedisSubscriber() override = default;

  bool isConnected() const { return link_.isConnected(); }
  /// Channels whose confirmation has not come, of both kinds.
  std::size_t waiting() const { return waiting_channels_ + owed_channels_; }

  void subscribe(std::string channel) { add(Verb::Subscribe, std::move(channel)); }
  void unsubscribe(std::string channel) { add(Verb::Unsubscribe, std::move(channel)); }
  /// Gives the connection up and makes a new one, as if it had been lost at the end of this turn.
  void reopen(std::string why) { link_.reopen(std::move(why)); }

 private:
  enum class Verb : std::uint8_t { Subscribe, Unsubscribe };
  struct Batch {
    Verb verb;
    std::vector<std::string> channels;
    std::size_t confirmed = 0;
  };

  void add(Verb verb, std::string channel);
  void sendDue();
  void onState(RedisState state, const std::string& why) override;
  void onReply(RedisReply reply) override;
  void onConfirmed(Verb verb, const std::string& channel);
  void onError(const std::string& why);

  RedisSubscriberHandler& handler_;
  const RedisSubscriberLimits limits_;
  std::deque<Batch> waiting_;  // commands not sent yet
  std::deque<Batch> owed_;     // sent, and not confirmed in full
  std::size_t waiting_channels_ = 0;
  std::size_t owed_channels_ = 0;
  bool send_due_ = false;
  RedisLink link_;
};

}  // namespace kith
