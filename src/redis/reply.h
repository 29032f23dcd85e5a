#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

struct redisReader;

namespace kith {

/// One reply of a Redis server, as RESP2 has them.
struct RedisReply {
  enum class Kind : std::uint8_t { Nil, Status, Error, Integer, Text, Array };
  Kind kind = Kind::Nil;
  std::int64_t integer = 0;
  std::string text;               // of Status, Error and Text; binary
  std::vector<RedisReply> items;  // of Array

  bool isStatus(std::string_view word) const { return kind == Kind::Status && text == word; }
};

/// What a server may send: beyond it, it is none, or not ours.
struct RedisReplyLimits {
  std::size_t items_max = 65'536;             // of one reply, with those inside its arrays
  std::size_t unread_max = 16 * 1024 * 1024;  // bytes of a reply that is not whole yet
};

/// Cuts what a Redis server sends into replies.
///
/// Lives on one thread, owned by its connection. Trusts nothing: what is malformed, too long or too large is
/// an error, and the reader is of no use after one.
class RedisReplyReader {
 public:
  explicit RedisReplyReader(const RedisReplyLimits& limits = {});
  ~RedisReplyReader();
  RedisReplyReader(const RedisReplyReader&) = delete;
  RedisReplyReader& operator=(const RedisReplyReader&) = delete;

  /// At most kPieceBytes of what came; take all replies with next() before the next piece.
  static constexpr std::size_t kPieceBytes = 16 * 1024;
  void feed(std::span<const char> piece);
  /// The next whole reply; nothing while the rest has not come.
  Expected<std::optional<RedisReply>, Error> next();

 private:
  struct End {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, End> reader_;
  RedisReplyLimits limits_;
  std::size_t items_ = 0;  // of the reply under way
  bool failed_ = false;
  friend struct RedisReplyMaker;
};

/// Appends a command as it goes over the wire: words with their lengths, whatever bytes they hold.
void appendRedisCommand(std::string& out, std::span<const std::string_view> words);

}  // namespace kith
