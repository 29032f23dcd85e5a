#pragma once

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "redis/link.h"

namespace kith {

/// Why a command has no reply.
struct RedisError {
  enum class Kind : std::uint8_t {
    Refused,       // the server's own word: `text` begins with its code, as "NOSCRIPT No matching script"
    NotConnected,  // it was never sent
    Full,          // nor was this one: too many wait
    Lost,          // it was or was not run: the connection ended before its reply
  };
  Kind kind = Kind::Lost;
  std::string text;

  /// Whether the server refused with this code: "NOSCRIPT".
  bool isCode(std::string_view code) const { return kind == Kind::Refused && text.starts_with(code); }
};

struct RedisConnectionLimits {
  RedisLinkLimits link{};
  std::size_t waiting_max = 65'536;  // commands whose reply has not come
};

/// A connection to Redis for commands.
///
/// Lives on its loop, owned by whoever sends; not to be destroyed from within a call that it makes.
/// - Connects by itself from the constructor on, and again whenever it is lost (50 ms doubling to 1 s, half
/// of it
///   by chance). `changed` is told, on the loop.
/// - All commands of a turn leave in one write, in the order given; each has one answer, in the same order,
/// on the
///   loop, never from within command().
/// - A connection that is lost answers all that wait with Lost, before `changed` hears of it; nothing is sent
/// a second
///   time. What is given while there is no connection is answered NotConnected; what finds `waiting_max`
///   commands or `unsent_bytes_max` bytes waiting, Full. Both at the end of the turn.
/// - A server that owes a reply and is silent for `reply_timeout` is lost.
/// - Destroying it drops what waits unanswered.
class RedisConnection final : private RedisLinkHandler {
 public:
  using Answer = Callback<void(Expected<RedisReply, RedisError>)>;
  using Changed = Callback<void(RedisState, const std::string& why)>;

  RedisConnection(EventLoop& loop, RedisOptions options, Changed changed = {},
                  const RedisConnectionLimits& limits = {});
  ~RedisConnection() override = default;

  bool isConnected() const { return link_.isConnected(); }
  /// Commands whose reply has not come.
  std::size_t waiting() const { return waiting_.size(); }

  /// The words are copied. An `answer` that is not set asks for none. Never subscribes: RedisSubscriber does.
  void command(std::span<const std::string_view> words, Answer answer = {});
  void command(std::initializer_list<std::string_view> words, Answer answer = {}) {
    command(std::span<const std::string_view>(words.begin(), words.size()), std::move(answer));
  }
  /// Gives the connection up and makes a new one, as if it had been lost at the end of this turn.
  void reopen(std::string why) { link_.reopen(std::move(why)); }

 private:
  void onState(RedisState state, const std::string& why) override;
  void onReply(RedisReply reply) override;
  void refuse(Answer answer, RedisError error);

  Changed changed_;
  const std::size_t waiting_max_;
  std::deque<Answer> waiting_;
  RedisLink link_;
};

}  // namespace kith
