#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "net/dialer.h"
#include "redis/backoff.h"
#include "redis/options.h"
#include "redis/reply.h"

namespace kith {

/// What becomes of a connection to Redis. Lost comes once for each Connected; Failed tells of an attempt that
/// came to nothing (no server, no answer, wrong password). After both the next attempt follows by itself.
enum class RedisState : std::uint8_t { Connected, Lost, Failed };

struct RedisLinkLimits {
  std::size_t unsent_bytes_max = 16 * 1024 * 1024;  // of commands that have not left this process
  Milliseconds connect_timeout{1000};               // for look-up, TCP, AUTH and SELECT together
  Milliseconds reply_timeout{3000};                 // silence of a server that owes replies
  RedisReplyLimits reply{};
};

/// Whom a link tells, on its loop, never from within a call to it but refuse().
class RedisLinkHandler {
 public:
  virtual ~RedisLinkHandler() = default;
  virtual void onState(RedisState state, const std::string& why) = 0;
  virtual void onReply(RedisReply reply) = 0;
};

/// The socket under a connection to Redis: connects and signs in, connects again when it is lost, sends the
/// bytes of a turn in one write, and cuts what comes into replies.
///
/// Lives on its loop, owned by RedisConnection or RedisSubscriber; not to be destroyed from within a call of
/// its handler. Never sends anything twice, and nothing that was given to it before the last Connected.
class RedisLink final : private ConnectionHandler {
 public:
  RedisLink(EventLoop& loop, RedisOptions options, const RedisLinkLimits& limits, RedisLinkHandler& handler);
  ~RedisLink() override;
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  bool isConnected() const { return signed_in_; }
  /// Bytes that wait to be written.
  std::size_t unsentBytes() const;
  bool hasRoomFor(std::size_t bytes) const { return unsentBytes() + bytes <= limits_.unsent_bytes_max; }

  /// Appends a command that `replies` replies will follow; while connected only.
  void send(std::span<const std::string_view> words, std::size_t replies);
  /// So many of the replies owed will not come (an error stands for a whole command) or came.
  void settle(std::size_t replies);
  /// Closes the connection, told as Lost or Failed at the end of the turn, and makes a new one.
  void reopen(std::string why);
  /// What came is no reply that is owed: closes at once and tells so. From within onReply() only.
  void refuse(const std::string& why) { lose(why); }
  /// As the loop's, but dropped if the link is gone by then.
  void atTurnEnd(Task task);

  EventLoop& loop() const { return loop_; }

 private:
  void dial();
  void onDialed(Expected<std::unique_ptr<Connection>, Error> dialed);
  void signIn();
  void onSignInReply(const RedisReply& reply);
  void append(std::span<const std::string_view> words);
  void flush();
  void lose(const std::string& why);
  void watch();

  void onBytes(std::span<char> bytes) override;
  void onClosed(CloseReason reason) override;
  void onOverflow() override { lose("too much waits to be sent"); }
  void onWriteStalled() override { lose("the server takes nothing"); }

  EventLoop& loop_;
  const RedisOptions options_;
  const RedisLinkLimits limits_;
  RedisLinkHandler& handler_;
  Random random_;
  Backoff backoff_;
  std::unique_ptr<Dialer> dialer_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<RedisReplyReader> reader_;
  std::string turn_;  // the commands of this turn
  bool flush_due_ = false;
  bool signed_in_ = false;
  std::size_t sign_in_owed_ = 0;
  std::size_t owed_ = 0;
  MonotonicMs quiet_since_ = 0;  // while something is owed
  Loop::TimerId timer_ = 0;      // to dial again, or the end of signing in
  Loop::TimerId watch_timer_ = 0;
  bool in_call_ = false;
  std::shared_ptr<RedisLink*> self_;  // ends of turns under way hold it; null once the link is no more
};

}  // namespace kith
