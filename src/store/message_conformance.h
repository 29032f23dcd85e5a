#pragma once

#include <algorithm>
#include <set>

#include "store/store_under_test.h"

// Messages: pages, edits, deletes.
namespace kith::store {

inline std::vector<Offset> seqsOf(const MessagePage& page) {
  std::vector<Offset> seqs;
  for (const auto& [message, nonce] : page.messages) seqs.push_back(message.seq);
  return seqs;
}

TEST_P(StoreConformance, AMessageIsStoredWithAllItsFields) {
  say("first");
  auto item = message(room, bob, "");
  item.run = AppendRun([](ScopeState&) -> Result<EntryDraft> {
    EntryDraft draft;
    draft.message = NewMessage{"*hi* \xF0\x9F\x91\x8B", TextFormat::Plain, 1};
    draft.data = "{\"a\":1}";
    return draft;
  });
  const auto committed = write(std::move(item));
  const auto& logged = committed->entries.front().logged;
  for (const auto& found : {*logged.message, *read([&](Reader& reader) { return reader.message(room, 2); }),
                            *log(scope)[1].message}) {
    EXPECT_EQ(found.room, room);
    EXPECT_EQ(found.seq, 2u);
    EXPECT_EQ(found.author, bob);
    EXPECT_EQ(found.text, "*hi* \xF0\x9F\x91\x8B");
    EXPECT_EQ(found.format, TextFormat::Plain);
    EXPECT_EQ(found.reply_to, 1u);
    EXPECT_EQ(found.at, logged.entry.at);
    EXPECT_FALSE(found.deleted());
  }
  EXPECT_EQ(logged.entry.ref_seq, 2u);
  EXPECT_EQ(log(scope)[1].entry.data, "{\"a\":1}");
}

TEST_P(StoreConformance, PagesOfAnEmptyOrUnknownRoomAreEmpty) {
  using From = PageQuery::From;
  for (const auto from : {From::Newest, From::Before, From::After, From::Around}) {
    const auto page = read([&](Reader& reader) { return reader.page(room, {from, 7, 50}); });
    EXPECT_TRUE(page.messages.empty());
    EXPECT_FALSE(page.has_more_before || page.has_more_after);
    EXPECT_EQ(page.head.position.offset, 0u);
    EXPECT_FALSE(page.head.position.epoch.empty());
  }
}

TEST_P(StoreConformance, CursorsAreExclusiveAndNeedNotBeMessages) {
  // Messages at 1, 3, 5, 7, 9; joins between them.
  for (int i = 0; i < 5; ++i) {
    say("text", "n" + std::to_string(i));
    written(join(room, UserId::trusted("u" + std::to_string(i))));
  }
  using From = PageQuery::From;
  using Seqs = std::vector<Offset>;
  struct Case {
    PageQuery query;
    Seqs seqs;
    bool before;
    bool after;
  };
  const std::vector<Case> cases{
      {{From::Newest, 0, 2}, {7, 9}, true, false},
      {{From::Newest, 0, 5}, {1, 3, 5, 7, 9}, false, false},
      {{From::Before, 7, 2}, {3, 5}, true, true},
      {{From::Before, 6, 2}, {3, 5}, true, true},
      {{From::Before, 1, 2}, {}, false, true},
      {{From::Before, 0, 2}, {}, false, true},
      {{From::Before, 1'000, 9}, {1, 3, 5, 7, 9}, false, false},
      {{From::Before, ~Offset{0}, 1}, {9}, true, false},
      {{From::After, 0, 2}, {1, 3}, false, true},
      {{From::After, 5, 2}, {7, 9}, true, false},
      {{From::After, 9, 2}, {}, true, false},
      {{From::After, ~Offset{0}, 2}, {}, true, false},
      {{From::Around, 5, 2}, {3, 5, 7}, true, true},
      {{From::Around, 6, 2}, {5, 7}, true, true},
      {{From::Around, 5, 50}, {1, 3, 5, 7, 9}, false, false},
      {{From::Around, 1, 2}, {1, 3}, false, true},
      {{From::Around, 500, 4}, {7, 9}, true, false},
      {{From::Around, 0, 4}, {1, 3}, false, true},
  };
  for (const auto& [query, seqs, before, after] : cases) {
    SCOPED_TRACE("from " + std::to_string(static_cast<int>(query.from)) + " cursor " +
                 std::to_string(query.cursor));
    const auto page = read([&, query = query](Reader& reader) { return reader.page(room, query); });
    EXPECT_EQ(seqsOf(page), seqs);
    EXPECT_EQ(page.has_more_before, before);
    EXPECT_EQ(page.has_more_after, after);
    EXPECT_EQ(page.head.position.offset, 10u);
  }
  const auto page = read([&](Reader& reader) { return reader.page(room, {From::Newest, 0, 1}); });
  EXPECT_EQ(page.messages.front().second, "n4");
}

// D18: any walk visits every message exactly once, and has_more_* are right.
TEST_P(StoreConformance, AnyWalkVisitsEveryMessageOnceWhileOthersSendAndDelete) {
  auto random = this->random();
  for (int i = 0; i < 30; ++i) say("early " + std::to_string(i));
  const std::uint64_t sender_seed = random();
  std::atomic<bool> ended{false};
  std::thread sender([&] {
    std::mt19937_64 own(sender_seed);
    for (int i = 0; i < 150; ++i) {
      if (own() % 4 == 0) {
        (void)write(remove(1 + own() % 30)).ok();
      } else {
        (void)write(message(room, ann, "late " + std::to_string(i))).ok();
      }
    }
    ended = true;
  });
  using From = PageQuery::From;
  while (true) {
    const bool last_round = ended;
    // Backwards from the newest: everything up to the head of the first page.
    std::vector<Offset> back;
    PageQuery query{From::Newest, 0, 1 + random() % 20};
    Offset head_at_start = 0;
    while (true) {
      const auto page = read([&](Reader& reader) { return reader.page(room, query); });
      if (query.from == From::Newest) head_at_start = page.head.position.offset;
      const auto seqs = seqsOf(page);
      EXPECT_TRUE(std::is_sorted(seqs.begin(), seqs.end()));
      back.insert(back.begin(), seqs.begin(), seqs.end());
      if (!page.has_more_before) break;
      ASSERT_FALSE(seqs.empty());
      query = {From::Before, seqs.front(), 1 + random() % 20};
    }
    std::vector<Offset> expected;
    for (const auto& logged : log(scope)) {
      if (logged.entry.type == EntryType::MessageCreated && logged.entry.offset <= head_at_start) {
        expected.push_back(logged.entry.offset);
      }
    }
    EXPECT_EQ(back, expected);
    // Forwards from a random place, a page around it included.
    const auto start = read([&](Reader& reader) {
      return reader.page(room, {From::Around, 1 + random() % 60, 1 + random() % 20});
    });
    auto forth = seqsOf(start);
    bool more = start.has_more_after;
    while (more && !forth.empty()) {
      const auto page = read([&](Reader& reader) {
        return reader.page(room, {From::After, forth.back(), 1 + random() % 20});
      });
      const auto seqs = seqsOf(page);
      ASSERT_FALSE(seqs.empty());
      forth.insert(forth.end(), seqs.begin(), seqs.end());
      more = page.has_more_after;
    }
    std::vector<Offset> all;
    for (const auto& logged : log(scope)) {
      if (logged.entry.type != EntryType::MessageCreated || forth.empty()) continue;
      if (logged.entry.offset >= forth.front() && logged.entry.offset <= forth.back())
        all.push_back(logged.entry.offset);
    }
    EXPECT_EQ(forth, all);
    if (last_round) break;
  }
  sender.join();
}

TEST_P(StoreConformance, AnEditShowsTheNewTextAndKeepsTheOld) {
  const auto seq = say("one");
  clock.pass(1'000);
  const auto committed = write(edit(seq, "two"));
  ASSERT_TRUE(committed.ok());
  const auto& logged = committed->entries.front().logged;
  EXPECT_EQ(logged.message->text, "two");
  EXPECT_EQ(logged.message->edited_at, logged.entry.at);
  written(edit(seq, "three"));
  const auto message = read([&](Reader& reader) { return reader.message(room, seq); });
  EXPECT_EQ(message->text, "three");
  EXPECT_EQ(message->edit_count, 2);
  EXPECT_GT(message->edited_at, message->at);
  const auto edits = read([&](Reader& reader) { return reader.edits(room, seq); });
  ASSERT_EQ(edits.size(), 2u);
  EXPECT_EQ(edits[0].number, 1);
  EXPECT_EQ(edits[0].text, "one");
  EXPECT_EQ(edits[1].text, "two");
  // The log refers to the message and shows it as it is now.
  EXPECT_EQ(log(scope)[0].message->text, "three");
  EXPECT_EQ(log(scope)[1].message->text, "three");
}

TEST_P(StoreConformance, OnlyTheNewestHundredOldTextsAreKept) {
  const auto seq = say("text 0");
  std::vector<std::future<Result<Committed>>> answers;
  for (int i = 1; i <= 105; ++i) answers.push_back(submit(edit(seq, "text " + std::to_string(i))));
  for (auto& answer : answers) ASSERT_TRUE(answer.get().ok());
  const auto edits = read([&](Reader& reader) { return reader.edits(room, seq); });
  ASSERT_EQ(edits.size(), 100u);
  EXPECT_EQ(edits.front().text, "text 5");
  EXPECT_EQ(edits.front().number, 6);
  EXPECT_EQ(edits.back().text, "text 104");
}

TEST_P(StoreConformance, ADeleteLeavesATombstone) {
  const auto seq = say("secret", "n1");
  written(edit(seq, "another secret"));
  clock.pass(1'000);
  written(remove(seq));
  const auto message = read([&](Reader& reader) { return reader.message(room, seq); });
  ASSERT_TRUE(message.has_value());
  EXPECT_TRUE(message->deleted());
  EXPECT_EQ(message->text, "");
  EXPECT_EQ(message->author, ann);
  EXPECT_EQ(message->deleted_by, bob);
  EXPECT_EQ(message->delete_reason, "spam");
  EXPECT_TRUE(read([&](Reader& reader) { return reader.edits(room, seq); }).empty());
  const auto page = read([&](Reader& reader) { return reader.page(room, {}); });
  EXPECT_EQ(seqsOf(page), std::vector<Offset>{seq});
  EXPECT_EQ(head(scope).messages, 1);

  written(transaction({scope}, ann, [this, seq](Transaction& rows) -> Result<Drafts> {
    TRY(rows.deleteMessage(room, seq, ann, "again"));
    return Drafts{};
  }));
  EXPECT_EQ(read([&](Reader& reader) { return reader.message(room, seq); })->deleted_by, bob);
  EXPECT_EQ(write(edit(seq, "back again")).error().code, FaultCode::NotFound);
  EXPECT_EQ(write(edit(77, "never there")).error().code, FaultCode::NotFound);
  EXPECT_EQ(write(remove(77)).error().code, FaultCode::NotFound);
}

// One item deletes several under one entry; one of them that never was leaves all of them as they are.
TEST_P(StoreConformance, SeveralDeletesOfOneItemHoldTogether) {
  std::vector<Offset> seqs{say("one"), say("two"), say("three")};
  const auto removeAll = [&](std::vector<Offset> which) {
    return transaction({scope}, ann, [this, which](Transaction& rows) -> Result<Drafts> {
      for (const Offset seq : which) TRY(rows.deleteMessage(room, seq, ann, ""));
      return drafts(scope, EntryType::MessageDeleted, which.front());
    });
  };
  const auto deleted = [&](Offset seq) {
    return read([&](Reader& reader) { return reader.message(room, seq); })->deleted();
  };
  EXPECT_EQ(write(removeAll({seqs[0], seqs[1], 77})).error().code, FaultCode::NotFound);
  for (const Offset seq : seqs) EXPECT_FALSE(deleted(seq));
  EXPECT_EQ(head(scope).position.offset, 3u);

  EXPECT_EQ(written(removeAll({seqs[0], seqs[2]})), 4u);
  EXPECT_TRUE(deleted(seqs[0]));
  EXPECT_FALSE(deleted(seqs[1]));
  EXPECT_TRUE(deleted(seqs[2]));
}

// D9: a text that was deleted occurs nowhere afterwards.
TEST_P(StoreConformance, ADeletedTextIsNowhere) {
  auto random = this->random();
  std::vector<std::pair<Offset, std::vector<std::string>>> gone;
  std::vector<std::string> kept;
  for (int i = 0; i < 40; ++i) {
    // Long ones need pages of their own, which are freed.
    const std::string filler(random() % 3 == 0 ? 9'000 : random() % 200, 'f');
    const std::string text =
        "needle-" + std::to_string(random()) + filler + "-tail-" + std::to_string(random());
    const std::string edited = "edited-" + std::to_string(random()) + filler;
    const auto seq = say(text);
    written(edit(seq, edited));
    if (random() % 2 == 0) {
      gone.push_back({seq, {text.substr(0, 17), text.substr(text.size() - 12), edited.substr(0, 17)}});
    } else {
      kept.push_back(text.substr(0, 17));
    }
  }
  for (const auto& [seq, texts] : gone) written(remove(seq));
  for (const auto& text : kept) EXPECT_TRUE(under_test->keepsAnywhere(text));
  for (const auto& [seq, texts] : gone) {
    for (const auto& text : texts)
      EXPECT_FALSE(under_test->keepsAnywhere(text)) << "message " << seq << ": " << text;
  }
}

}  // namespace kith::store
