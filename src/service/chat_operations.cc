#include "service/chat_operations.h"

#include <algorithm>

#include "base/json_writer.h"
#include "eventlog/envelope.h"
#include "service/chat.h"
#include "service/page_cut.h"

namespace kith {
namespace {

constexpr std::size_t kReplyPreviewCodePoints = 200;

/// The start of a text, never cut inside a character.
std::string preview(const std::string& text) {
  std::size_t points = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts && ++points > kReplyPreviewCodePoints) return text.substr(0, i);
  }
  return text;
}

void writeReplied(JsonWriter& json, const Message& message) {
  json.key("reply").beginObject().field("seq", message.seq).field("author", message.author.text());
  if (message.deleted()) {
    json.flag("deleted", true);
  } else {
    json.field("text", preview(message.text));
  }
  json.endObject();
}

std::string shownMessage(const ShownPage& shown, const Message& message, const std::string& nonce) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  writeMessageFields(json, message, nonce);
  const auto replied = shown.replied.find(message.reply_to);
  if (replied != shown.replied.end()) writeReplied(json, replied->second);
  json.endObject();
  return out;
}

void writeNames(JsonWriter& json, const ShownPage& shown) {
  json.key("users").beginObject();
  for (const auto& [user, name] : shown.names)
    json.key(user.text()).beginObject().field("name", name).endObject();
  json.endObject();
}

/// The row of a page that stands first above the place it was asked from.
std::size_t anchorOf(const store::PageQuery& query, const store::MessagePage& page) {
  using From = store::PageQuery::From;
  if (query.from == From::After) return 0;
  if (query.from != From::Around) return page.messages.size();
  const auto above = std::find_if(page.messages.begin(), page.messages.end(),
                                  [&](const auto& row) { return row.first.seq >= query.cursor; });
  return static_cast<std::size_t>(above - page.messages.begin());
}

std::string shownPage(const ShownPage& shown, const store::PageQuery& query) {
  const auto& page = shown.page;
  std::vector<std::string> rows;
  for (const auto& [message, nonce] : page.messages) rows.push_back(shownMessage(shown, message, nonce));
  const auto cut = cutPage(rows, anchorOf(query, page));
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("messages").beginArray();
  for (std::size_t i = cut.first; i < cut.last; ++i) json.raw(rows[i]);
  json.endArray();
  writeNames(json, shown);
  json.field("epoch", page.head.position.epoch).field("offset", page.head.position.offset);
  json.flag("has_more_before", page.has_more_before || cut.first > 0);
  json.flag("has_more_after", page.has_more_after || cut.last < rows.size());
  json.endObject();
  return out;
}

std::string shownEdits(const std::vector<MessageEdit>& edits, std::int64_t after) {
  std::vector<std::string> rows;
  for (const auto& edit : edits) {
    if (edit.number <= after) continue;
    JsonWriter json(rows.emplace_back());
    json.beginObject().field("number", edit.number).field("text", edit.text);
    json.field("replaced_at", formatTime(edit.at)).endObject();
  }
  const auto cut = cutPage(rows, 0);
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("edits").beginArray();
  for (std::size_t i = 0; i < cut.last; ++i) json.raw(rows[i]);
  json.endArray().flag("has_more_after", cut.last < rows.size()).endObject();
  return out;
}

}  // namespace

void writeWritten(JsonWriter& json, const Written& result) {
  if (!result.changed) {
    json.flag("changed", false);
    return;
  }
  json.field("offset", result.position.offset)
      .field("epoch", result.position.epoch)
      .field("at", formatTime(result.at));
  if (result.duplicate) json.flag("duplicate", true);
}

Reply<Written> answerWritten(Reply<std::string> reply) {
  return [reply = std::move(reply)](Result<Written> result) mutable {
    if (!result) return reply(result.error());
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    writeWritten(json, *result);
    json.endObject();
    reply(std::move(out));
  };
}

void sendMessage(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto format = args.text("format") == "plain" ? TextFormat::Plain : TextFormat::Markdown;
  services.chat.sendMessage(
      caller, {args.room(), args.text("text"), args.text("nonce"), format, args.seq("reply_to")},
      [reply = std::move(reply)](Result<Written> result) mutable {
        if (!result) return reply(result.error());
        std::string out;
        JsonWriter json(out);
        json.beginObject().field("seq", result->position.offset);
        writeWritten(json, *result);
        json.endObject();
        reply(std::move(out));
      });
}

void editMessage(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.chat.editMessage(caller, {args.room(), args.seq("seq"), args.text("text"), args.text("nonce")},
                            answerWritten(std::move(reply)));
}

void deleteMessage(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  if (args.has("seq") == args.has("seqs")) return reply(Fault::badField("seq", "give either a seq or seqs"));
  auto seqs = args.has("seqs") ? args.seqs("seqs") : std::vector<Offset>{args.seq("seq")};
  services.chat.deleteMessage(caller, {args.room(), std::move(seqs), args.text("reason"), args.text("nonce")},
                              answerWritten(std::move(reply)));
}

void getMessages(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  using From = store::PageQuery::From;
  store::PageQuery query{From::Newest, 0, static_cast<std::size_t>(args.number("limit", 50))};
  int cursors = 0;
  for (const auto& [name, from] :
       {std::pair{"before", From::Before}, {"after", From::After}, {"around", From::Around}}) {
    if (!args.has(name)) continue;
    ++cursors;
    query.from = from;
    query.cursor = args.seq(name);
  }
  if (cursors > 1) return reply(Fault::badField("before", "give one of before, after and around"));
  services.chat.getMessages(caller, args.room(), query,
                            [query, reply = std::move(reply)](Result<ShownPage> shown) mutable {
                              if (!shown) return reply(shown.error());
                              reply(shownPage(*shown, query));
                            });
}

void getMessage(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.chat.getMessage(caller, args.room(), args.seq("seq"),
                           [reply = std::move(reply)](Result<ShownPage> shown) mutable {
                             if (!shown) return reply(shown.error());
                             std::string out;
                             JsonWriter json(out);
                             const auto& [message, nonce] = shown->page.messages.front();
                             json.beginObject().key("message").raw(shownMessage(*shown, message, nonce));
                             writeNames(json, *shown);
                             json.endObject();
                             reply(std::move(out));
                           });
}

void getEdits(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.chat.getEdits(caller, args.room(), args.seq("seq"),
                         [after = args.number("after", 0),
                          reply = std::move(reply)](Result<std::vector<MessageEdit>> edits) mutable {
                           if (!edits) return reply(edits.error());
                           reply(shownEdits(*edits, after));
                         });
}

void setTyping(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto state = args.flag("on", false) ? TypingIndicator::State::On : TypingIndicator::State::Off;
  const auto room = args.has("group") ? Group::mainRoomOf(args.group()) : args.room();
  services.chat.broadcastTyping(caller, room, state, [reply = std::move(reply)](Result<bool> result) mutable {
    if (!result) return reply(result.error());
    reply(std::string("{}"));
  });
}

}  // namespace kith
