#include "protocol/json_codec.h"

#include <gtest/gtest.h>

namespace kith::protocol {
namespace {

class JsonCommands : public ::testing::Test {
 protected:
  JsonCommandReader reader;
  Command one(std::string_view text) {
    auto commands = reader.read(text);
    EXPECT_TRUE(commands) << text;
    if (!commands || commands->size() != 1) return {};
    return commands->front();
  }
  void refused(std::string_view text) { EXPECT_FALSE(reader.read(text)) << text; }
};

TEST_F(JsonCommands, ConnectCarriesTokenDataAndPositions) {
  const auto command =
      one(R"({"id":1,"connect":{"token":"t","data":{"kith": {"subscriptions":"all"}},"name":"js",
    "subs":{"room:a":{"recover":true,"epoch":"e","offset":7},"room:b":null}}})");
  const auto& connect = std::get<Connect>(command.request);
  EXPECT_EQ(command.id, 1u);
  EXPECT_EQ(connect.token, "t");
  EXPECT_EQ(connect.data, R"({"kith": {"subscriptions":"all"}})");
  ASSERT_EQ(connect.subs.size(), 1u);
  EXPECT_EQ(connect.subs.at("room:a").offset, 7u);
  EXPECT_TRUE(connect.subs.at("room:a").recover);
}

TEST_F(JsonCommands, SeveralCommandsMayComeInOneMessageWithAndWithoutLineEnds) {
  const auto commands = reader.read(
      "{\"id\":1,\"presence\":{\"channel\":\"a\"}}\n{\"id\":2,\n\"unsubscribe\":{\"channel\":\"b\"}}{}\n");
  ASSERT_TRUE(commands);
  ASSERT_EQ(commands->size(), 3u);
  EXPECT_EQ(std::get<Presence>((*commands)[0].request).channel, "a");
  EXPECT_EQ(std::get<Unsubscribe>((*commands)[1].request).channel, "b");
  EXPECT_TRUE(std::holds_alternative<Pong>((*commands)[2].request));
}

TEST_F(JsonCommands, APayloadIsPassedOnAsItCame) {
  const auto command = one(R"({"rpc":{"data":{"b":"}\"{", "a" : [1,{"x":null}]},"method":"m"},"id":9})");
  EXPECT_EQ(std::get<Rpc>(command.request).data, R"({"b":"}\"{", "a" : [1,{"x":null}]})");
  EXPECT_EQ(std::get<Rpc>(command.request).method, "m");
}

TEST_F(JsonCommands, OfDoubledKeysTheFirstCounts) {
  const auto command = one(R"({"id":1,"rpc":{"method":"first","method":"second"},"id":2})");
  EXPECT_EQ(command.id, 1u);
  EXPECT_EQ(std::get<Rpc>(command.request).method, "first");
}

TEST_F(JsonCommands, UnknownFieldsAreIgnored) {
  EXPECT_EQ(
      std::get<Subscribe>(one(R"({"id":3,"subscribe":{"channel":"c","new":{"x":[]}},"extra":1})").request)
          .channel,
      "c");
}

TEST_F(JsonCommands, WhatIsMalformedAnywhereIsRefused) {
  for (const char* text : {"",
                           " ",
                           "\n",
                           "x",
                           "{",
                           "[]",
                           "1",
                           "{\"id\":1}",
                           "{\"id\":1,\"ping\":{}}",
                           "{\"id\":0,\"rpc\":{}}",
                           "{\"rpc\":{}}",
                           "{\"id\":-1,\"rpc\":{}}",
                           "{\"id\":4294967296,\"rpc\":{}}",
                           "{\"id\":\"1\",\"rpc\":{}}",
                           "{\"id\":1,\"rpc\":[]}",
                           "{\"id\":1,\"rpc\":{\"method\":5}}",
                           "{\"id\":1,\"rpc\":{\"data\":nul}}",
                           "{\"id\":1,\"rpc\":{\"data\":01}}",
                           "{\"id\":1,\"rpc\":{}} x",
                           "{\"id\":1,\"rpc\":{\"data\":\"\\q\"}}",
                           "{\"id\":1,\"subscribe\":{\"offset\":-1}}",
                           "{\"id\":1,\"subscribe\":{\"offset\":1.5}}",
                           "{\"id\":1,\"publish\":{\"data\":{]}}",
                           "{\"id\":1,\"history\":{\"since\":5}}",
                           "{\"id\":1,\"connect\":{\"subs\":[]}}",
                           "{\"id\":1,\"connect\":{\"subs\":{\"room:a\":5}}}",
                           "{\"id\":1,\"connect\":{\"subs\":{\"room:a\":{\"offset\":\"x\"}}}}",
                           "{\"id\":1,\"connect\":{\"subs\":{\"room:a\":{},\"room:b\":{\"recover\":1}}}}",
                           "{\"id\":1,\"history\":{\"since\":{\"offset\":\"x\"}}}"}) {
    refused(text);
  }
}

TEST_F(JsonCommands, DepthIsBounded) {
  std::string deep = R"({"id":1,"rpc":{"data":)" + std::string(100000, '[') + std::string(100000, ']') + "}}";
  refused(deep);
}

TEST_F(JsonCommands, SendNeedsNoId) {
  EXPECT_TRUE(std::holds_alternative<Send>(one(R"({"send":{"data":{}}})").request));
}

TEST(JsonReplies, ZeroFalseAndEmptyAreLeftOutAndWhatMustStandStands) {
  const JsonCodec codec;
  EXPECT_EQ(codec.done(4, "unsubscribe"), R"({"id":4,"unsubscribe":{}})");
  EXPECT_EQ(codec.presence(5, {}), R"({"id":5,"presence":{"presence":{}}})");
  EXPECT_EQ(
      codec.pushJoin("room:a", {"u1", "Ann"}),
      R"({"push":{"channel":"room:a","join":{"info":{"user":"u1","client":"u1","chan_info":{"name":"Ann"}}}}})");
  EXPECT_EQ(codec.pushLeave("room:a", {"u1", ""}),
            R"({"push":{"channel":"room:a","leave":{"info":{"user":"u1","client":"u1"}}}})");
  EXPECT_EQ(codec.presenceStats(6, 0), R"({"id":6,"presence_stats":{"num_clients":0,"num_users":0}})");
  EXPECT_EQ(codec.history(7, {{}, "e", 0}),
            R"({"id":7,"history":{"publications":[],"epoch":"e","offset":0}})");
  SubscribeResult empty;
  empty.epoch = "e";
  EXPECT_EQ(codec.subscribe(8, empty),
            R"({"id":8,"subscribe":{"recoverable":true,"epoch":"e","positioned":true}})");
}

TEST(JsonReplies, AnErrorNamesTheFieldAndSaysWhetherToTryAgain) {
  const JsonCodec codec;
  EXPECT_EQ(codec.error(3, Fault::badField("text", "is required")),
            R"({"id":3,"error":{"code":107,"message":"bad_request:text"}})");
  EXPECT_EQ(codec.error(3, Fault::unavailable("x")),
            R"({"id":3,"error":{"code":100,"message":"internal","temporary":true}})");
}

TEST(JsonReplies, ASignalHasNoOffsetAtAll) {
  const JsonCodec codec;
  EXPECT_EQ(codec.pushPublication("room:a", R"({"type":"typing"})", 0),
            R"({"push":{"channel":"room:a","pub":{"data":{"type":"typing"}}}})");
  EXPECT_EQ(codec.pushPublication("room:a", "{}", 5),
            R"({"push":{"channel":"room:a","pub":{"data":{},"offset":5}}})");
}

TEST(JsonReplies, LineEndsInsideAPayloadDoNotBreakTheFraming) {
  EXPECT_EQ(JsonCodec().rpc(1, "{\n\"a\":\r\n1}"), R"({"id":1,"rpc":{"data":{"a":1}}})");
}

}  // namespace
}  // namespace kith::protocol
