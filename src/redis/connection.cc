#include "redis/connection.h"

#include <utility>

#include "base/assert.h"

namespace kith {

RedisConnection::RedisConnection(EventLoop& loop, RedisOptions options, Changed changed,
                                 const RedisConnectionLimits& limits)
    : changed_(std::move(changed)),
      waiting_max_(limits.waiting_max),
      link_(loop, std::move(options), limits.link, *this) {}

void RedisConnection::command(std::span<const std::string_view> words, Answer answer) {
  ASSERT(link_.loop().isHere());
  if (!link_.isConnected()) {
    return refuse(std::move(answer), {RedisError::Kind::NotConnected, "not connected to Redis"});
  }
  std::size_t bytes = 0;
  for (const std::string_view word : words) bytes += word.size();
  if (waiting_.size() >= waiting_max_ || !link_.hasRoomFor(bytes)) {
    return refuse(std::move(answer), {RedisError::Kind::Full, "too many commands wait for Redis"});
  }
  waiting_.push_back(std::move(answer));
  link_.send(words, 1);
}

/// At the end of the turn: nobody is answered from within his own call.
void RedisConnection::refuse(Answer answer, RedisError error) {
  if (!answer) return;
  link_.atTurnEnd(
      [answer = std::move(answer), error = std::move(error)]() mutable { answer(std::move(error)); });
}

void RedisConnection::onReply(RedisReply reply) {
  if (waiting_.empty()) return link_.refuse("the server sent a reply that nobody asked for");
  Answer answer = std::move(waiting_.front());
  waiting_.pop_front();
  link_.settle(1);
  if (!answer) return;
  if (reply.kind != RedisReply::Kind::Error) return answer(std::move(reply));
  answer(RedisError{RedisError::Kind::Refused, std::move(reply.text)});
}

void RedisConnection::onState(RedisState state, const std::string& why) {
  for (auto& answer : std::exchange(waiting_, {})) {
    if (answer) answer(RedisError{RedisError::Kind::Lost, "the connection to Redis was lost: " + why});
  }
  if (changed_) changed_(state, why);
}

}  // namespace kith
