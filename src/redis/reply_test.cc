#include "redis/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith {
namespace {

using Kind = RedisReply::Kind;

/// All replies in the bytes, fed in pieces of a size; nothing if one is none.
std::optional<std::vector<RedisReply>> read(std::string_view bytes, std::size_t piece,
                                            const RedisReplyLimits& limits = {}) {
  RedisReplyReader reader(limits);
  std::vector<RedisReply> out;
  while (!bytes.empty()) {
    reader.feed(std::span(bytes).first(std::min(piece, bytes.size())));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      auto reply = reader.next();
      if (!reply) return std::nullopt;
      if (!*reply) break;
      out.push_back(std::move(**reply));
    }
  }
  return out;
}

TEST(RedisReplyReaderTest, EveryKindIsReadWhereverTheBytesAreCut) {
  const std::string bytes =
      "+OK\r\n-ERR no\r\n:-7\r\n$4\r\na\r\nb\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n$1\r\na\r\n*1\r\n:2\r\n+x\r\n";
  for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
    const auto replies = read(bytes, piece).value();
    ASSERT_EQ(replies.size(), 8U) << piece;
    EXPECT_TRUE(replies[0].isStatus("OK"));
    EXPECT_EQ(replies[1].kind, Kind::Error);
    EXPECT_EQ(replies[1].text, "ERR no");
    EXPECT_EQ(replies[2].integer, -7);
    EXPECT_EQ(replies[3].text, "a\r\nb");
    EXPECT_EQ(replies[4].kind, Kind::Nil);
    EXPECT_EQ(replies[5].kind, Kind::Nil);
    EXPECT_EQ(replies[6].kind, Kind::Array);
    ASSERT_EQ(replies[7].items.size(), 3U);
    EXPECT_EQ(replies[7].items[0].text, "a");
    EXPECT_EQ(replies[7].items[1].items[0].integer, 2);
    EXPECT_TRUE(replies[7].items[2].isStatus("x"));
  }
}

TEST(RedisReplyReaderTest, WhatIsNoReplyIsAnErrorAndStaysOne) {
  for (const auto* bytes : {"HTTP/1.1 400 Bad Request\r\n", "%1\r\n+a\r\n+b\r\n", "$-7\r\n", "*-7\r\n",
                            ":x\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    RedisReplyReader reader;
    reader.feed(std::string_view(bytes));
    EXPECT_FALSE(reader.next().ok()) << bytes;
    EXPECT_FALSE(reader.next().ok()) << bytes;
  }
}

// An array's header alone takes its memory.
TEST(RedisReplyReaderTest, ArrayLargerThanAllowedIsRefusedByItsHeader) {
  EXPECT_FALSE(read("*100000000\r\n", 100));
  EXPECT_FALSE(read("*4294967297\r\n", 100));
  RedisReplyLimits limits;
  limits.items_max = 4;
  EXPECT_TRUE(read("*3\r\n:1\r\n:2\r\n:3\r\n*3\r\n:1\r\n:2\r\n:3\r\n", 100, limits));
  EXPECT_FALSE(read("*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n", 100, limits));
  EXPECT_FALSE(read("*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n", 100, limits)) << "those within count";
}

TEST(RedisReplyReaderTest, ReplyThatNeverEndsIsRefused) {
  RedisReplyLimits limits;
  limits.unread_max = 1000;
  EXPECT_TRUE(read("$900\r\n" + std::string(900, 'x') + "\r\n", 100, limits));
  EXPECT_FALSE(read("$2000\r\n" + std::string(1500, 'x'), 100, limits));
  EXPECT_FALSE(read("+" + std::string(1500, 'x'), 100, limits));
}

TEST(RedisCommandTest, WordsGoWithTheirLengthsWhateverTheyHold) {
  std::string out;
  const std::string_view words[] = {"SET", std::string_view("a\0 b", 4), "", "%s\r\n"};
  appendRedisCommand(out, words);
  EXPECT_EQ(out, std::string("*4\r\n$3\r\nSET\r\n$4\r\na\0 b\r\n$0\r\n\r\n$4\r\n%s\r\n\r\n", 39));
}

}  // namespace
}  // namespace kith
