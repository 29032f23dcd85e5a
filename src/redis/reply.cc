#include "redis/reply.h"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <utility>

#include "base/assert.h"

namespace kith {

/// Makes the values of hiredis' reader: one of ours in place of one of its own. Nothing here trusts a length.
struct RedisReplyMaker {
  static RedisReplyReader& readerOf(const redisReadTask* task) {
    return *static_cast<RedisReplyReader*>(task->privdata);
  }

  // Null is "out of memory" to hiredis, which ends the reply.
  static RedisReply* place(const redisReadTask* task, RedisReply::Kind kind) {
    RedisReplyReader& reader = readerOf(task);
    if (++reader.items_ > reader.limits_.items_max) return nullptr;
    RedisReply* reply = nullptr;
    if (task->parent == nullptr) {
      reply = new RedisReply;
    } else {
      reply = &static_cast<RedisReply*>(task->parent->obj)->items[static_cast<std::size_t>(task->idx)];
    }
    reply->kind = kind;
    return reply;
  }

  static void* string(const redisReadTask* task, char* text, size_t size) {
    const auto kind = task->type == REDIS_REPLY_ERROR    ? RedisReply::Kind::Error
                      : task->type == REDIS_REPLY_STATUS ? RedisReply::Kind::Status
                                                         : RedisReply::Kind::Text;
    RedisReply* reply = place(task, kind);
    if (reply != nullptr) reply->text.assign(text, size);
    return reply;
  }
  static void* array(const redisReadTask* task, int items) {
    const RedisReplyReader& reader = readerOf(task);
    if (items < 0 || static_cast<std::size_t>(items) > reader.limits_.items_max - reader.items_)
      return nullptr;
    RedisReply* reply = place(task, RedisReply::Kind::Array);
    if (reply != nullptr) reply->items.resize(static_cast<std::size_t>(items));
    return reply;
  }
  static void* integer(const redisReadTask* task, long long value) {
    RedisReply* reply = place(task, RedisReply::Kind::Integer);
    if (reply != nullptr) reply->integer = value;
    return reply;
  }
  static void* nil(const redisReadTask* task) { return place(task, RedisReply::Kind::Nil); }
  static void end(void* reply) { delete static_cast<RedisReply*>(reply); }
};

namespace {

redisReplyObjectFunctions makers{RedisReplyMaker::string, RedisReplyMaker::array, RedisReplyMaker::integer,
                                 RedisReplyMaker::nil, RedisReplyMaker::end};

}  // namespace

void RedisReplyReader::End::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

RedisReplyReader::RedisReplyReader(const RedisReplyLimits& limits)
    : reader_(redisReaderCreateWithFunctions(&makers)), limits_(limits) {
  ASSERT(reader_ != nullptr);
  // The reader hands this to the root task of each reply, and that to the tasks within.
  reader_->privdata = this;
}
RedisReplyReader::~RedisReplyReader() = default;

void RedisReplyReader::feed(std::span<const char> piece) {
  ASSERT(piece.size() <= kPieceBytes);  // it moves the rest of a larger one again and again
  if (redisReaderFeed(reader_.get(), piece.data(), piece.size()) != REDIS_OK) failed_ = true;
}

Expected<std::optional<RedisReply>, Error> RedisReplyReader::next() {
  void* made = nullptr;
  if (failed_ || redisReaderGetReply(reader_.get(), &made) != REDIS_OK) {
    failed_ = true;
    const bool large = reader_->err == REDIS_ERR_OOM;
    return Error{large ? "a reply has too many items" : std::string("not a reply: ") + reader_->errstr};
  }
  if (made == nullptr) {
    if (reader_->len - reader_->pos > limits_.unread_max) {
      failed_ = true;
      return Error{"a reply is too long"};
    }
    return std::optional<RedisReply>();
  }
  items_ = 0;
  const std::unique_ptr<RedisReply> reply(static_cast<RedisReply*>(made));
  return std::optional<RedisReply>(std::move(*reply));
}

void appendRedisCommand(std::string& out, std::span<const std::string_view> words) {
  ASSERT(!words.empty());
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(words.size());
  sizes.reserve(words.size());
  for (const std::string_view word : words) {
    texts.push_back(word.data() == nullptr ? "" : word.data());
    sizes.push_back(word.size());
  }
  char* command = nullptr;
  const int size =
      redisFormatCommandArgv(&command, static_cast<int>(words.size()), texts.data(), sizes.data());
  ASSERT(size > 0);
  out.append(command, static_cast<std::size_t>(size));
  redisFreeCommand(command);
}

}  // namespace kith
