#include "broker/redis/redis_broker.h"

#include <utility>

#include "base/assert.h"
#include "redis/advice.h"

namespace kith::broker {
namespace {

constexpr std::string_view kOption = "redis.broker";

}  // namespace

RedisBroker::RedisBroker(Parts parts)
    : loop_(parts.loop),
      name_(parts.redis.name()),
      prefix_("kith:" + std::to_string(parts.redis.database) + ":"),
      node_(parts.node),
      pulse_channel_(std::move(parts.pulse)),
      options_(parts.options),
      log_(parts.log),
      dropped_(parts.metrics.counter("kith_broker_dropped_total",
                                     "Publications that Redis did not take; the log repairs them")),
      publisher_(
          parts.loop, parts.redis,
          [this](RedisState state, const std::string& why) {
            publishes_ = state == RedisState::Connected;
            consider("publisher", state, why);
          },
          options_.publisher),
      subscriber_(parts.loop, parts.redis, *this, options_.subscriber) {}

RedisBroker::~RedisBroker() {
  loop_.cancel(pulse_timer_);
}

void RedisBroker::start(Listener& listener) {
  Lock lock(listener_mutex_);
  starting_ = &listener;
  // On the loop, so that it hears either that there is a connection or that there is one now.
  loop_.post([this] {
    {
      Lock lock(listener_mutex_);
      listener_ = starting_;
    }
    if (connected_) tell([](Listener& told) { told.connected(); });
  });
}

void RedisBroker::stop() {
  Lock lock(listener_mutex_);
  listener_ = starting_ = nullptr;
}

template <class Tell>
void RedisBroker::tell(const Tell& tell) {
  Lock lock(listener_mutex_);
  if (listener_ != nullptr) tell(*listener_);
}

void RedisBroker::subscribe(const std::string& channel) {
  Lock lock(mutex_);
  wanted_.insert(channel);
  add({Step::What::Subscribe, channel});
}

// What is on its way from the server is dropped from here on.
void RedisBroker::unsubscribe(const std::string& channel) {
  Lock lock(mutex_);
  if (wanted_.erase(channel) > 0) add({Step::What::Unsubscribe, channel});
}

void RedisBroker::publish(const std::string& channel, SharedBytes frame) {
  Lock lock(mutex_);
  if (steps_bytes_ + frame->size() > options_.queue_bytes_max) return dropped_.add();
  steps_bytes_ += frame->size();
  add({Step::What::Publish, channel, std::move(frame)});
}

void RedisBroker::add(Step step) {
  if (steps_.empty()) loop_.post([this] { run(); });
  steps_.push_back(std::move(step));
}

void RedisBroker::run() {
  std::vector<Step> steps;
  {
    Lock lock(mutex_);
    steps.swap(steps_);
    steps_bytes_ = 0;
  }
  for (const auto& step : steps) send(step);
}

void RedisBroker::send(const Step& step) {
  if (!connected_) {
    if (step.what == Step::What::Publish) dropped_.add();
    return;  // once it is connected, all that is wanted then is asked for
  }
  switch (step.what) {
    case Step::What::Subscribe:
      return ask(step.channel);
    case Step::What::Unsubscribe:
      return subscriber_.unsubscribe(prefix_ + step.channel);
    case Step::What::Publish:
      publisher_.command({"PUBLISH", prefix_ + step.channel, *step.frame},
                         [this](const Expected<RedisReply, RedisError>& reply) {
                           if (!reply) notPublished(reply.error());
                         });
      if (step.channel == pulse_channel_) beat(step.frame);
  }
}

void RedisBroker::notPublished(const RedisError& error) {
  dropped_.add();
  if (error.kind != RedisError::Kind::Refused || error.text == last_failure_) return;
  last_failure_ = error.text;
  log_.error(
      "broker_publication_refused",
      {{"redis", name_}, {"why", error.text}, {"do", "let the user of Redis publish on channels kith:*"}});
}

void RedisBroker::ask(const std::string& channel) {
  ++owed_[channel];
  subscriber_.subscribe(prefix_ + channel);
}

void RedisBroker::beat(const SharedBytes& frame) {
  if (pulse_ || owed_.contains(pulse_channel_) || !isWanted(pulse_channel_)) return;
  pulse_ = frame;
  pulse_timer_ = loop_.after(options_.pulse_timeout, [this] {
    pulse_timer_ = 0;
    publisher_.reopen("what was published did not come back");
    subscriber_.reopen("what was published did not come back");
  });
}

void RedisBroker::forgetPulse() {
  pulse_.reset();
  loop_.cancel(std::exchange(pulse_timer_, 0));
}

bool RedisBroker::isWanted(const std::string& channel) {
  Lock lock(mutex_);
  return wanted_.contains(channel);
}

void RedisBroker::consider(const char* connection, RedisState state, const std::string& why) {
  if (state != RedisState::Connected && why != last_failure_) {  // once, not with each attempt
    last_failure_ = why;
    log_.warn(
        "broker_disconnected",
        {{"redis", name_}, {"connection", connection}, {"why", why}, {"do", redisAdvice(why, kOption)}});
  }
  const bool both = publishes_ && hears_;
  if (both == std::exchange(connected_, both)) return;
  if (!both) {
    forgetPulse();
    return tell([](Listener& told) { told.lost(); });
  }
  last_failure_.clear();
  tell([](Listener& told) { told.connected(); });
  std::vector<std::string> all;
  {
    Lock lock(mutex_);
    all.assign(wanted_.begin(), wanted_.end());
  }
  for (const auto& channel : all) ask(channel);
}

void RedisBroker::onState(RedisState state, const std::string& why) {
  hears_ = state == RedisState::Connected;
  owed_.clear();
  consider("subscriber", state, why);
}

// Of several that were asked for in a row, only the last confirmation says that nothing is missed from now
// on.
void RedisBroker::onSubscribed(std::string_view channel) {
  const std::string name(channel.substr(prefix_.size()));
  const auto owed = owed_.find(name);
  if (owed == owed_.end() || --owed->second > 0) return;
  owed_.erase(owed);
  if (isWanted(name)) tell([&](Listener& told) { told.subscribed(name); });
}

void RedisBroker::onRefused(const std::vector<std::string>& channels, const std::string& why) {
  log_.error("broker_subscription_refused", {{"redis", name_},
                                             {"channel", channels.front()},
                                             {"channels", std::to_string(channels.size())},
                                             {"why", why},
                                             {"do", "let the user of Redis at all channels kith:*"}});
}

void RedisBroker::onMessage(std::string_view channel, std::string_view data) {
  const std::string name(channel.substr(prefix_.size()));
  if (senderOf(data) == node_) {
    if (pulse_ && name == pulse_channel_ && *pulse_ == data) forgetPulse();
    return;
  }
  if (!isWanted(name)) return;
  tell([&](Listener& told) { told.received(name, shareBytes(std::string(data))); });
}

}  // namespace kith::broker
