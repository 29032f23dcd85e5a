#include "redis/link.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"

namespace kith {
namespace {

ConnectionOptions connectionOptions(const RedisLinkLimits& limits) {
  ConnectionOptions options;
  // hasRoomFor() is the bound; this one is beyond it and never met.
  options.outbox.bytes_max = static_cast<std::uint32_t>(2 * limits.unsent_bytes_max + 1024 * 1024);
  options.write_stall = limits.reply_timeout;
  return options;
}

}  // namespace

RedisLink::RedisLink(EventLoop& loop, RedisOptions options, const RedisLinkLimits& limits,
                     RedisLinkHandler& handler)
    : loop_(loop),
      options_(std::move(options)),
      limits_(limits),
      handler_(handler),
      self_(std::make_shared<RedisLink*>(this)) {
  ASSERT(loop.isHere());
  dial();
}

RedisLink::~RedisLink() {
  ASSERT(loop_.isHere() && !in_call_);
  *self_ = nullptr;
  loop_.cancel(timer_);
  loop_.cancel(watch_timer_);
}

void RedisLink::dial() {
  dialer_ = std::make_unique<Dialer>(
      loop_, DialOptions{options_.host, options_.port, limits_.connect_timeout, connectionOptions(limits_)},
      [this](Expected<std::unique_ptr<Connection>, Error> dialed) { onDialed(std::move(dialed)); });
}

void RedisLink::onDialed(Expected<std::unique_ptr<Connection>, Error> dialed) {
  dialer_ = nullptr;
  if (!dialed) return lose(dialed.error().message);
  connection_ = std::move(dialed).value();
  reader_ = std::make_unique<RedisReplyReader>(limits_.reply);
  connection_->setHandler(this);
  signIn();
}

/// A PING last: a server that is there but does not answer, or wants a password, shows it here.
void RedisLink::signIn() {
  if (!options_.password.empty() && options_.user.empty()) {
    append(std::array<std::string_view, 2>{"AUTH", options_.password});
  } else if (!options_.password.empty()) {
    append(std::array<std::string_view, 3>{"AUTH", options_.user, options_.password});
  }
  if (options_.database != 0) {
    const std::string database = std::to_string(options_.database);
    append(std::array<std::string_view, 2>{"SELECT", database});
  }
  append(std::array<std::string_view, 1>{"PING"});
  sign_in_owed_ = 1 + (options_.password.empty() ? 0 : 1) + (options_.database == 0 ? 0 : 1);
  timer_ = loop_.after(limits_.connect_timeout, [this] {
    timer_ = 0;
    lose("the server at " + options_.name() + " does not answer");
  });
}

void RedisLink::onSignInReply(const RedisReply& reply) {
  const bool is_ping = sign_in_owed_ == 1;
  if (!reply.isStatus(is_ping ? "PONG" : "OK")) {
    return lose("the server at " + options_.name() + " refuses us: " +
                (reply.kind == RedisReply::Kind::Error ? reply.text : "an answer of another kind"));
  }
  if (--sign_in_owed_ > 0) return;
  loop_.cancel(std::exchange(timer_, 0));
  signed_in_ = true;
  backoff_.reset();
  handler_.onState(RedisState::Connected, {});
}

std::size_t RedisLink::unsentBytes() const {
  return turn_.size() + (connection_ ? connection_->queuedBytes() : 0);
}

void RedisLink::send(std::span<const std::string_view> words, std::size_t replies) {
  ASSERT(loop_.isHere() && signed_in_);
  append(words);
  if (owed_ == 0) quiet_since_ = loop_.now();
  owed_ += replies;
  if (watch_timer_ == 0) watch();
}

void RedisLink::settle(std::size_t replies) {
  ASSERT(replies <= owed_);
  owed_ -= replies;
}

/// One timer at a time, which looks when it fires: moving it with each reply would cost more.
void RedisLink::watch() {
  const Milliseconds left = limits_.reply_timeout - Milliseconds(loop_.now() - quiet_since_);
  watch_timer_ = loop_.after(std::max(left, Milliseconds(1)), [this] {
    watch_timer_ = 0;
    if (owed_ == 0) return;
    if (loop_.now() - quiet_since_ < limits_.reply_timeout.count()) return watch();
    lose("the server at " + options_.name() + " has stopped answering");
  });
}

void RedisLink::append(std::span<const std::string_view> words) {
  appendRedisCommand(turn_, words);
  if (!std::exchange(flush_due_, true)) atTurnEnd([this] { flush(); });
}

void RedisLink::atTurnEnd(Task task) {
  loop_.atTurnEnd([self = self_, task = std::move(task)]() mutable {
    if (*self != nullptr) task();
  });
}

void RedisLink::flush() {
  flush_due_ = false;
  if (connection_ && !turn_.empty()) {
    connection_->send(FrameRef::own(std::exchange(turn_, {})), FrameKind::Entry);
  }
}

void RedisLink::reopen(std::string why) {
  ASSERT(loop_.isHere());
  atTurnEnd([this, why = std::move(why)] {
    if (connection_) lose(why);
  });
}

void RedisLink::lose(const std::string& why) {
  connection_ = nullptr;
  turn_.clear();
  owed_ = 0;
  loop_.cancel(std::exchange(timer_, 0));
  loop_.cancel(std::exchange(watch_timer_, 0));
  const bool was_connected = std::exchange(signed_in_, false);
  timer_ = loop_.after(backoff_.next(random_.number()), [this] {
    timer_ = 0;
    dial();
  });
  const bool outer = std::exchange(in_call_, true);
  handler_.onState(was_connected ? RedisState::Lost : RedisState::Failed, why);
  in_call_ = outer;
}

void RedisLink::onBytes(std::span<char> bytes) {
  in_call_ = true;
  quiet_since_ = loop_.now();
  while (!bytes.empty() && connection_) {
    const auto piece = bytes.first(std::min(bytes.size(), RedisReplyReader::kPieceBytes));
    bytes = bytes.subspan(piece.size());
    reader_->feed(piece);
    while (connection_) {
      auto reply = reader_->next();
      if (!reply) {
        lose(reply.error().message);
        break;
      }
      if (!*reply) break;
      if (signed_in_)
        handler_.onReply(std::move(**reply));
      else
        onSignInReply(**reply);
    }
  }
  in_call_ = false;
}

void RedisLink::onClosed(CloseReason) {
  lose("the server at " + options_.name() + " has closed the connection");
}

}  // namespace kith
