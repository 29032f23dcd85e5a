// The cases of RFC 6455, each read whole, split at every byte, and one byte at a time.
#include "websocket/frame_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "websocket/frame_test_client.h"

namespace kith::websocket {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::SizeIs;
using Events = std::vector<std::string>;

struct Case {
  std::string name;
  std::string bytes;
  Events events;
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// `bytes` give `events` however they are cut.
void expectEverywhere(const Case& one) {
  EXPECT_THAT(readWhole(one.bytes), ElementsAreArray(one.events)) << one.name;
  EXPECT_THAT(readInPieces(one.bytes, 1), ElementsAreArray(one.events)) << one.name << ", byte by byte";
  const std::size_t step = one.bytes.size() > 2000 ? one.bytes.size() / 500 : 1;
  for (std::size_t cut = 1; cut < one.bytes.size(); cut += step) {
    FrameReader reader;
    Events events;
    feed(reader, one.bytes.substr(0, cut), events);
    feed(reader, one.bytes.substr(cut), events);
    ASSERT_THAT(events, ElementsAreArray(one.events)) << one.name << ", cut at " << cut;
  }
}

const std::string kRefused = "violation:1002";

TEST(FrameReader, FramesOfEveryLengthArriveWholeAndCut) {
  for (const std::size_t size :
       {0, 1, 2, 3, 4, 7, 8, 9, 124, 125, 126, 127, 128, 129, 1000, 65534, 65535, 65536}) {
    const std::string payload = repeated("0123456789", size / 10 + 1).substr(0, size);
    expectEverywhere(
        {"text of " + std::to_string(size), text(payload) + ping("x"), {"text:" + payload, "ping:x"}});
    expectEverywhere(
        {"binary of " + std::to_string(size), binary(payload) + ping(), {"binary:" + payload, "ping:"}});
  }
}

TEST(FrameReader, PingsAndPongsOfUpTo125BytesAreTaken) {
  const std::string longest(125, '\xFE');
  const std::vector<Case> cases{
      {"empty ping", ping(), {"ping:"}},
      {"ping with text", ping("hi"), {"ping:hi"}},
      {"longest ping, not text", ping(longest), {"ping:" + longest}},
      {"longest pong", pong(longest), {"pong:" + longest}},
      {"ping of 126", ping(std::string(126, 'x')) + text("a"), {kRefused}},
      {"pong of 126", pong(std::string(126, 'x')), {kRefused}},
      {"pong nobody asked for", pong("x") + text("a"), {"pong:x", "text:a"}},
      {"ten pings in order",
       ping("0") + ping("1") + ping("2") + ping("3") + ping("4") + ping("5") + ping("6") + ping("7") +
           ping("8") + ping("9"),
       {"ping:0", "ping:1", "ping:2", "ping:3", "ping:4", "ping:5", "ping:6", "ping:7", "ping:8", "ping:9"}},
  };
  for (const Case& one : cases) expectEverywhere(one);
}

TEST(FrameReader, ReservedBitsAreRefusedOnEveryFrame) {
  for (unsigned bits = 1; bits <= 7; ++bits) {
    for (const unsigned opcode : {0x1U, 0x2U, 0x8U, 0x9U, 0xAU}) {
      expectEverywhere({"bits " + std::to_string(bits) + " opcode " + std::to_string(opcode),
                        text("good") + clientFrame(0x80 | bits << 4 | opcode, "x") + text("never"),
                        {"text:good", kRefused}});
    }
    expectEverywhere(
        {"bits on a continuation", clientFrame(0x01, "a") + clientFrame(0x80 | bits << 4, "b"), {kRefused}});
  }
}

TEST(FrameReader, ReservedOpcodesAreRefusedAloneAndBetweenGoodFrames) {
  for (const unsigned opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    for (const unsigned fin : {0x80U, 0x00U}) {
      expectEverywhere({"opcode " + std::to_string(opcode), clientFrame(fin | opcode, ""), {kRefused}});
      expectEverywhere({"opcode " + std::to_string(opcode) + " with payload",
                        text("a") + clientFrame(fin | opcode, "payload") + text("b"),
                        {"text:a", kRefused}});
    }
  }
}

TEST(FrameReader, MessagesInFragmentsAreJoinedAndTheirOrderIsChecked) {
  const std::vector<Case> cases{
      {"two fragments", clientFrame(0x01, "frag") + clientFrame(0x80, "ment"), {"text:fragment"}},
      {"three fragments",
       clientFrame(0x02, "a") + clientFrame(0x00, "b") + clientFrame(0x80, "c"),
       {"binary:abc"}},
      {"empty fragments", clientFrame(0x01, "") + clientFrame(0x00, "") + clientFrame(0x80, ""), {"text:"}},
      {"empty first, full last", clientFrame(0x01, "") + clientFrame(0x80, "x"), {"text:x"}},
      {"full first, empty last", clientFrame(0x01, "x") + clientFrame(0x80, ""), {"text:x"}},
      {"empty in the middle",
       clientFrame(0x01, "a") + clientFrame(0x00, "") + clientFrame(0x80, "b"),
       {"text:ab"}},
      {"ping inside", clientFrame(0x01, "a") + ping("p") + clientFrame(0x80, "b"), {"ping:p", "text:ab"}},
      {"pings between all",
       clientFrame(0x01, "a") + ping("1") + clientFrame(0x00, "b") + ping("2") + pong("3") +
           clientFrame(0x80, "c"),
       {"ping:1", "ping:2", "pong:3", "text:abc"}},
      {"close inside", clientFrame(0x01, "a") + closing(1000) + clientFrame(0x80, "b"), {"close:1000:"}},
      {"ping in fragments", clientFrame(0x09, "a") + clientFrame(0x80, "b"), {kRefused}},
      {"pong in fragments", clientFrame(0x0A, "a"), {kRefused}},
      {"close in fragments", clientFrame(0x08, "") + clientFrame(0x80, ""), {kRefused}},
      {"continuation without start", clientFrame(0x80, "a"), {kRefused}},
      {"continuation without start, not the last", clientFrame(0x00, "a"), {kRefused}},
      {"continuation after a whole message", text("a") + clientFrame(0x80, "b"), {"text:a", kRefused}},
      {"continuation after the last fragment",
       clientFrame(0x01, "a") + clientFrame(0x80, "b") + clientFrame(0x80, "c"),
       {"text:ab", kRefused}},
      {"text inside", clientFrame(0x01, "a") + text("b"), {kRefused}},
      {"binary inside", clientFrame(0x01, "a") + binary("b"), {kRefused}},
      {"new start inside", clientFrame(0x02, "a") + clientFrame(0x02, "b"), {kRefused}},
      {"two messages in fragments",
       clientFrame(0x01, "a") + clientFrame(0x80, "b") + clientFrame(0x02, "c") + clientFrame(0x80, "d"),
       {"text:ab", "binary:cd"}},
      {"fragments, then whole",
       clientFrame(0x01, "a") + clientFrame(0x80, "b") + text("c"),
       {"text:ab", "text:c"}},
  };
  for (const Case& one : cases) expectEverywhere(one);
}

TEST(FrameReader, LengthsHaveOneFormOnly) {
  const std::string mask = "\x01\x02\x03\x04";
  const auto raw = [&](std::string_view head) { return std::string(head) + mask; };
  using namespace std::string_view_literals;
  const std::vector<Case> cases{
      {"16 bits for 0", raw("\x81\xFE\x00\x00"sv), {kRefused}},
      {"16 bits for 125", raw("\x81\xFE\x00\x7D"sv), {kRefused}},
      {"64 bits for 0", raw("\x81\xFF\x00\x00\x00\x00\x00\x00\x00\x00"sv), {kRefused}},
      {"64 bits for 65535", raw("\x81\xFF\x00\x00\x00\x00\x00\x00\xFF\xFF"sv), {kRefused}},
      {"64 bits with the high bit", raw("\x82\xFF\x80\x00\x00\x00\x00\x00\x00\x00"sv), {kRefused}},
      {"all 64 bits", raw("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv), {kRefused}},
      {"2^63-1", raw("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv), {"too large"}},
      {"2^63-1 behind a fragment",
       clientFrame(0x02, "x") + raw("\x80\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"sv),
       {"too large"}},
      {"control with 16 bits", raw("\x89\xFE\x00\x01"sv), {kRefused}},
      {"control with 64 bits", raw("\x89\xFF\x00\x00\x00\x00\x00\x00\x00\x01"sv), {kRefused}},
  };
  for (const Case& one : cases) expectEverywhere(one);
}

TEST(FrameReader, AFrameWithoutAMaskIsRefused) {
  const std::vector<Case> cases{
      {"text", std::string("\x81\x02hi"), {kRefused}},
      {"empty text", std::string("\x81\x00", 2), {kRefused}},
      {"ping", std::string("\x89\x00", 2), {kRefused}},
      {"close", std::string("\x88\x00", 2), {kRefused}},
      {"after a good one", text("a") + std::string("\x81\x02hi"), {"text:a", kRefused}},
  };
  for (const Case& one : cases) expectEverywhere(one);
}

TEST(FrameReader, BadHeadersAreRefusedBeforeTheirLengthHasCome) {
  EXPECT_THAT(readWhole("\x93"), ElementsAre(kRefused)) << "a reserved opcode is seen in its first byte";
  EXPECT_THAT(readWhole("\x81\x7F"), ElementsAre(kRefused)) << "so is a missing mask in the second";
  EXPECT_THAT(readWhole("\x89\xFE"), ElementsAre(kRefused));
}

TEST(FrameReader, CloseFramesAreCheckedAndEndTheStream) {
  const std::string longest(123, 'r');
  std::vector<Case> cases{
      {"no code", closing(), {"close:1005:"}},
      {"half a code", closing("\x03"), {kRefused}},
      {"code only", closing(1000), {"close:1000:"}},
      {"with a reason", closing(1001, "bye"), {"close:1001:bye"}},
      {"longest reason", closing(1000, longest), {"close:1000:" + longest}},
      {"reason too long", closing(1000, longest + "x"), {kRefused}},
      {"reason of no UTF-8", closing(1000, "\xC3\x28"), {"violation:1007"}},
      {"reason cut in a character", closing(1000, "\xE2\x82"), {"violation:1007"}},
      {"reason in UTF-8", closing(1000, "\xE2\x82\xAC"), {"close:1000:\xE2\x82\xAC"}},
      {"data after it", closing(1000) + text("a") + ping(), {"close:1000:"}},
      {"nonsense after it", closing(1000) + "\xFF\xFF\xFF\xFF", {"close:1000:"}},
      {"twice", closing(1000) + closing(1001), {"close:1000:"}},
      {"text before it", text("a") + closing(), {"text:a", "close:1005:"}},
  };
  for (const unsigned code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999}) {
    cases.push_back({"good code", closing(code), {"close:" + std::to_string(code) + ":"}});
  }
  for (const unsigned code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    cases.push_back({"bad code " + std::to_string(code), closing(code, "x"), {kRefused}});
  }
  for (const Case& one : cases) expectEverywhere(one);
}

TEST(FrameReader, AMessageUpToTheLimitIsTakenAndAboveItIsTooLarge) {
  const std::string limit(FrameReader::kMessageBytes, 'x');
  expectEverywhere({"at the limit", text(limit), {"text:" + limit}});
  expectEverywhere({"one above", text(limit + "x"), {"too large"}});
  expectEverywhere(
      {"one above in two frames", clientFrame(0x01, limit) + clientFrame(0x80, "x"), {"too large"}});
  expectEverywhere({"at the limit in two frames",
                    clientFrame(0x01, limit.substr(1)) + clientFrame(0x80, "x"),
                    {"text:" + limit}});
  EXPECT_THAT(readWhole(text(limit).substr(0, 14).replace(2, 8, std::string("\0\0\0\0\0\1\0\1", 8))),
              ElementsAre("too large"))
      << "the announcement is enough";
}

TEST(FrameReader, TheLimitMayBeWideForTheFirstMessageAndNarrowAfterIt) {
  FrameReader reader(100);
  Events events;
  feed(reader, text(std::string(100, 'x')), events);
  reader.setMessageBytesMax(10);
  feed(reader, text(std::string(11, 'x')), events);

  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1], "too large");
}

TEST(FrameReader, HoldsNoMoreThanHasArrivedAndGivesItBack) {
  FrameReader reader(1 << 30);
  Events events;
  const std::string frame = binary(std::string(1 << 20, 'x'));
  feed(reader, frame.substr(0, 1000), events);
  EXPECT_LE(reader.heldBytes(), 2100U) << "a megabyte is announced, a kilobyte is here";
  EXPECT_TRUE(reader.midMessage());
  feed(reader, frame.substr(1000), events);
  EXPECT_THAT(events, SizeIs(1));
  feed(reader, "", events);
  EXPECT_LE(reader.heldBytes(), 1100U);
  EXPECT_FALSE(reader.midMessage());
  RecordProperty("reader_bytes", static_cast<int>(sizeof(FrameReader)));
  EXPECT_LE(sizeof(FrameReader), 160U);
}

TEST(FrameReader, AMessageThatLiesWholeInTheInputIsNotCopied) {
  std::string bytes = text(std::string(5000, 'x'));
  std::span<char> input(bytes);
  FrameReader reader;

  const Event event = reader.next(input);

  EXPECT_GE(event.payload.data(), bytes.data());
  EXPECT_LT(event.payload.data(), bytes.data() + bytes.size());
  EXPECT_EQ(reader.heldBytes(), FrameReader().heldBytes());
}

// K12: large client messages arrive in several frames, and the server did not know continuation.
TEST(FrameReader, K12OneCommandOf60KiBInAnyNumberOfFragmentsIsOneMessage) {
  const std::string command = repeated("0123456789", 6000);
  for (const std::size_t count : {1U, 2U, 3U, 60'000U}) {
    std::string bytes;
    const std::size_t size = command.size() / count;
    Events expected;
    for (std::size_t i = 0; i < count; ++i) {
      const unsigned first = (i == 0 ? 0x01U : 0x00U) | (i + 1 == count ? 0x80U : 0x00U);
      bytes += clientFrame(first, std::string_view(command).substr(i * size, size));
      if (count > 1 && i % 1000 == 0) {
        bytes += ping("now");
        if (i + 1 < count) expected.push_back("ping:now");
      }
    }
    expected.push_back("text:" + command);

    EXPECT_THAT(readWhole(bytes), ElementsAreArray(expected)) << count;
    for (const std::size_t piece : {1U, 7U, 1460U}) {
      EXPECT_THAT(readInPieces(bytes, piece), ElementsAreArray(expected))
          << count << " in pieces of " << piece;
    }
  }
}

TEST(FrameReader, K12AFragmentAboveTheLimitEndsItWithoutAnyMoreMemory) {
  FrameReader reader;
  Events events;
  const std::string kilobyte(1024, 'x');
  feed(reader, clientFrame(0x01, kilobyte), events);
  for (int i = 1; i < 64; ++i) feed(reader, clientFrame(0x00, kilobyte), events);
  EXPECT_THAT(events, SizeIs(0));
  EXPECT_LE(reader.heldBytes(), 2 * FrameReader::kMessageBytes + 200);

  feed(reader, clientFrame(0x80, "x"), events);

  EXPECT_THAT(events, ElementsAre("too large"));
  EXPECT_LE(reader.heldBytes(), 100U);
}

TEST(FrameReader, K12ACutInsideACharacterOrAHeaderChangesNothing) {
  const std::string emoji = "\xF0\x9F\x98\x80";
  for (std::size_t cut = 0; cut <= 4; ++cut) {
    expectEverywhere({"character over two frames",
                      clientFrame(0x01, emoji.substr(0, cut)) + ping() + clientFrame(0x80, emoji.substr(cut)),
                      {"ping:", "text:" + emoji}});
  }
}

// K13: a control frame of length zero derailed the parser.
TEST(FrameReader, K13FramesOfLengthZeroAreFramesLikeOthers) {
  using namespace std::string_view_literals;
  for (const std::string_view mask : {"\0\0\0\0"sv, "\x01\x02\x03\x04"sv}) {
    std::string bytes;
    Events expected;
    for (int i = 0; i < 1000; ++i) {
      bytes += clientFrame(0x89, "", mask) + clientFrame(0x8A, "", mask) + clientFrame(0x81, "", mask);
      expected.insert(expected.end(), {"ping:", "pong:", "text:"});
    }
    bytes += text("a normal command");
    expected.push_back("text:a normal command");

    EXPECT_THAT(readWhole(bytes), ElementsAreArray(expected));
    for (const std::size_t piece : {1U, 5U, 6U, 7U})
      EXPECT_THAT(readInPieces(bytes, piece), ElementsAreArray(expected));
  }
  expectEverywhere(
      {"a zero mask", clientFrame(0x81, "plain", "\0\0\0\0"sv) + ping(), {"text:plain", "ping:"}});
}

}  // namespace
}  // namespace kith::websocket
