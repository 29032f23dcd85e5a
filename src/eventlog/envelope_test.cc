#include "eventlog/envelope.h"

#include <gtest/gtest.h>

namespace kith {
namespace {

LoggedEntry hello() {
  LoggedEntry logged;
  logged.entry.offset = 42;
  logged.entry.at = 1767607200123;
  logged.entry.actor = UserId::trusted("u7");
  logged.entry.nonce = "k1f";
  logged.entry.data = R"({"author_name":"Ann"})";
  logged.message = Message{};
  logged.message->seq = 42;
  logged.message->author = UserId::trusted("u7");
  logged.message->text = "hello \"you\"\n";
  logged.message->at = 1767607200123;
  return logged;
}

TEST(Envelope, AMessageHasItsOffsetItsTextAndItsNonce) {
  EXPECT_EQ(
      renderEntry(hello()),
      R"({"type":"message.created","offset":42,"at":"2026-01-05T10:00:00.123Z","actor":"u7","message":{"seq":42,)"
      R"("author":"u7","kind":"user","text":"hello \"you\"\n","format":"markdown","at":"2026-01-05T10:00:00.123Z",)"
      R"("nonce":"k1f"},"author_name":"Ann"})");
}

TEST(Envelope, ADeletedMessageIsReplayedWithoutItsText) {
  auto logged = hello();
  logged.message->text.clear();
  logged.message->deleted_at = 1767607201000;
  logged.message->deleted_by = UserId::trusted("u7");
  const auto json = renderEntry(logged);
  EXPECT_NE(json.find(R"("deleted":true)"), std::string::npos);
  EXPECT_EQ(json.find("text"), std::string::npos);
}

TEST(Envelope, AnEditIsShownWithThePresentText) {
  auto logged = hello();
  logged.entry.offset = 43;
  logged.entry.type = EntryType::MessageEdited;
  logged.entry.ref_seq = 42;
  logged.entry.nonce.clear();
  logged.entry.data = "{}";
  logged.message->text = "the newest";
  logged.message->edited_at = 1767607205000;
  logged.message->edit_count = 3;
  EXPECT_EQ(renderEntry(logged),
            R"({"type":"message.edited","offset":43,"at":"2026-01-05T10:00:00.123Z","actor":"u7","seq":42,)"
            R"("text":"the newest","edited_at":"2026-01-05T10:00:05.000Z","edit_count":3})");
}

TEST(Envelope, ADeleteNamesAllItsMessagesWhateverOneOfThemIs) {
  auto logged = hello();  // of several the store gives the first along
  logged.entry.offset = 44;
  logged.entry.type = EntryType::MessageDeleted;
  logged.entry.ref_seq = 42;
  logged.entry.nonce.clear();
  logged.entry.data = R"({"seqs":[42,43],"reason":"spam"})";
  const auto publication = renderPublication(logged);
  EXPECT_EQ(*publication.data,
            R"({"type":"message.deleted","offset":44,"at":"2026-01-05T10:00:00.123Z","actor":"u7",)"
            R"("seqs":[42,43],"reason":"spam"})");
  EXPECT_EQ(publication.deleted, (std::vector<Offset>{42, 43}));
}

TEST(Envelope, AMemberEntryCarriesTheCountAndItsOwnFields) {
  LoggedEntry logged;
  logged.entry.offset = 7;
  logged.entry.type = EntryType::MemberLeft;
  logged.entry.actor = UserId::trusted("u2");
  logged.entry.members = 117;
  logged.entry.data = R"({"users":["u5"],"cause":"kicked"})";
  EXPECT_EQ(renderEntry(logged),
            R"({"type":"member.left","offset":7,"at":"1970-01-01T00:00:00.000Z","actor":"u2",)"
            R"("count":117,"users":["u5"],"cause":"kicked"})");
}

TEST(Envelope, TheSameEntryGivesTheSameBytes) {
  EXPECT_EQ(renderEntry(hello()), renderEntry(hello()));
}

}  // namespace
}  // namespace kith
