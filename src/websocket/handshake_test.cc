#include "websocket/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket/frame_test_client.h"
#include "websocket/frame_writer.h"

namespace kith::websocket {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSupported[] = {"centrifuge-json", "centrifuge-protobuf"};

HandshakeRequest good() {
  return {.method = "GET",
          .version = "HTTP/1.1",
          .upgrade = "websocket",
          .connection = "Upgrade",
          .websocket_version = "13",
          .key = "dGhlIHNhbXBsZSBub25jZQ==",
          .protocols = ""};
}

TEST(Handshake, TheExampleOfTheStandardIsAccepted) {
  const auto accepted = accept(good(), kSupported);

  EXPECT_EQ(accepted.value().response,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

TEST(Handshake, TokensMayStandInListsAndInAnyCase) {
  auto request = good();
  request.upgrade = "h2c, WebSocket";
  request.connection = "keep-alive,UPGRADE";

  EXPECT_TRUE(accept(request, kSupported).ok());
}

TEST(Handshake, TheFirstKnownSubprotocolOfTheClientIsChosen) {
  auto request = good();
  request.protocols = "unknown, centrifuge-protobuf ,centrifuge-json";

  const auto accepted = accept(request, kSupported);

  EXPECT_EQ(accepted.value().subprotocol, "centrifuge-protobuf");
  EXPECT_THAT(accepted.value().response, HasSubstr("\r\nSec-WebSocket-Protocol: centrifuge-protobuf\r\n"));
}

// Some clients send the field empty; to refuse them would be to refuse all of their users.
TEST(Handshake, AnEmptyOrUnknownSubprotocolIsAsGoodAsNone) {
  for (const std::string_view protocols : {"", " ", ",", "unknown", "Centrifuge-Json"}) {
    auto request = good();
    request.protocols = protocols;
    const auto accepted = accept(request, kSupported);
    ASSERT_TRUE(accepted.ok()) << protocols;
    EXPECT_EQ(accepted.value().subprotocol, "");
    EXPECT_THAT(accepted.value().response, Not(HasSubstr("Sec-WebSocket-Protocol")));
  }
}

TEST(Handshake, WhatIsMissingOrWrongIsToldApart) {
  struct Case {
    void (*change)(HandshakeRequest&);
    int status;
    std::string field;
  };
  const std::vector<Case> cases{
      {[](auto& r) { r.method = "POST"; }, 405, "Allow: GET"},
      {[](auto& r) { r.version = "HTTP/1.0"; }, 400, ""},
      {[](auto& r) { r.upgrade = ""; }, 426, "Upgrade: websocket"},
      {[](auto& r) { r.upgrade = "h2c"; }, 426, "Upgrade: websocket"},
      {[](auto& r) { r.connection = "keep-alive"; }, 426, "Upgrade: websocket"},
      {[](auto& r) { r.websocket_version = "8"; }, 426, "Sec-WebSocket-Version: 13"},
      {[](auto& r) { r.websocket_version = ""; }, 426, "Sec-WebSocket-Version: 13"},
      {[](auto& r) { r.websocket_version = "13, 8"; }, 426, "Sec-WebSocket-Version: 13"},
      {[](auto& r) { r.key = ""; }, 400, ""},
      {[](auto& r) { r.key = "short=="; }, 400, ""},
      {[](auto& r) { r.key = "dGhlIHNhbXBsZSBub25jZTEy"; }, 400, ""},  // 18 bytes
      {[](auto& r) { r.key = "dGhlIHNhbXBsZSBub25j!Q=="; }, 400, ""},  // no base64
      {[](auto& r) { r.key = "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="; }, 400, ""},
  };
  for (const Case& one : cases) {
    auto request = good();
    one.change(request);
    const auto refused = accept(request, kSupported);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().status, one.status);
    EXPECT_EQ(refused.error().field, one.field);
    EXPECT_FALSE(refused.error().reason.empty());
  }
}

TEST(FrameWriter, LengthsTakeTheirShortestForm) {
  EXPECT_EQ(encodeFrame(Opcode::Text, "Hello"), "\x81\x05Hello");
  EXPECT_EQ(encodeFrame(Opcode::Binary, std::string(125, 'x')).substr(0, 2), "\x82\x7D");
  EXPECT_EQ(encodeFrame(Opcode::Binary, std::string(126, 'x')).substr(0, 4),
            std::string("\x82\x7E\x00\x7E", 4));
  EXPECT_EQ(encodeFrame(Opcode::Binary, std::string(65535, 'x')).substr(0, 4), "\x82\x7E\xFF\xFF");
  EXPECT_EQ(encodeFrame(Opcode::Binary, std::string(65536, 'x')).substr(0, 10),
            std::string("\x82\x7F\0\0\0\0\0\x01\0\0", 10));
  for (const std::size_t size : {0U, 125U, 126U, 65535U, 65536U}) {
    EXPECT_EQ(encodeFrame(Opcode::Text, std::string(size, 'x')).size(), headerBytes(size) + size);
  }
}

TEST(FrameWriter, AReasonThatIsTooLongIsCutBetweenCharacters) {
  EXPECT_EQ(encodeClose(3001, "shutdown"), "\x88\x0A\x0B\xB9shutdown");
  EXPECT_EQ(encodeClose(kCloseNoCode, "nobody reads it"), std::string("\x88\x00", 2));
  std::string reason(121, 'r');
  reason += "\xE2\x82\xAC and more";

  const std::string frame = encodeClose(1000, reason);

  EXPECT_EQ(frame.size(), 2U + 2U + 121U);
  EXPECT_TRUE(isUtf8(std::string_view(frame).substr(4)));
}

}  // namespace
}  // namespace kith::websocket
