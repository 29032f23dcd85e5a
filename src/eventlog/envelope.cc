#include "eventlog/envelope.h"

#include <simdjson.h>

#include "base/assert.h"
#include "base/json_writer.h"

namespace kith {
namespace {

void writeEdited(JsonWriter& json, const Entry& entry, const Message& message) {
  json.field("seq", entry.ref_seq);
  if (message.deleted()) {
    json.flag("deleted", true);
    return;
  }
  json.field("text", message.text).field("edited_at", formatTime(message.edited_at));
  json.field("edit_count", message.edit_count);
}

// Fields of the type that the service put beside the fixed ones: a JSON object, spliced in.
void writeData(JsonWriter& json, const std::string& data) {
  ASSERT(data.size() >= 2 && data.front() == '{' && data.back() == '}');
  if (data.size() > 2) json.raw(std::string_view(data).substr(1, data.size() - 2));
}

// One entry may take several messages away; the log's row has room for one, the data names all.
std::vector<Offset> deletedBy(const Entry& entry) {
  if (entry.type != EntryType::MessageDeleted) return {};
  std::vector<Offset> seqs{entry.ref_seq};
  simdjson::dom::parser parser;
  simdjson::dom::array named;
  if (parser.parse(entry.data)["seqs"].get(named) != simdjson::SUCCESS) return seqs;
  for (const auto item : named) {
    Offset seq = 0;
    if (item.get(seq) == simdjson::SUCCESS && seq != entry.ref_seq) seqs.push_back(seq);
  }
  return seqs;
}

}  // namespace

void writeMessageFields(JsonWriter& json, const Message& message, const std::string& nonce) {
  json.field("seq", message.seq).field("author", message.author.text()).field("kind", "user");
  if (message.deleted()) {
    json.flag("deleted", true).field("deleted_at", formatTime(message.deleted_at));
    json.field("deleted_by", message.deleted_by.text());
    if (!message.delete_reason.empty()) json.field("reason", message.delete_reason);
  } else {
    json.field("text", message.text).field("format", formatName(message.format));
  }
  if (message.reply_to != 0) json.field("reply_to", message.reply_to);
  json.field("at", formatTime(message.at));
  if (message.edited_at != 0 && !message.deleted()) {
    json.field("edited_at", formatTime(message.edited_at)).field("edit_count", message.edit_count);
  }
  if (!nonce.empty()) json.field("nonce", nonce);
}

std::string renderEntry(const LoggedEntry& logged) {
  const Entry& entry = logged.entry;
  std::string out;
  out.reserve(256 + (logged.message ? logged.message->text.size() : 0));
  JsonWriter json(out);
  json.beginObject().field("type", entryTypeName(entry.type)).field("offset", entry.offset);
  json.field("at", formatTime(entry.at)).field("actor", entry.actor.text());
  switch (entry.type) {
    case EntryType::MessageCreated:
      ASSERT(logged.message);
      json.key("message").beginObject();
      writeMessageFields(json, *logged.message, entry.nonce);
      json.endObject();
      break;
    case EntryType::MessageEdited:
      ASSERT(logged.message);
      writeEdited(json, entry, *logged.message);
      break;
    case EntryType::MemberJoined:
    case EntryType::MemberLeft:
      json.field("count", entry.members);
      break;
    default:
      break;  // everything about them stands in the data
  }
  if (entry.type != EntryType::MessageCreated && !entry.nonce.empty()) json.field("nonce", entry.nonce);
  writeData(json, entry.data);
  json.endObject();
  out.shrink_to_fit();  // the ring keeps it
  return out;
}

Publication renderPublication(const LoggedEntry& logged) {
  const Entry& entry = logged.entry;
  const Offset ref_seq = entry.type == EntryType::MessageCreated ? entry.offset : entry.ref_seq;
  return {entry.offset,    shareBytes(renderEntry(logged)), entry.type, ref_seq, entry.ref_user,
          deletedBy(entry)};
}

}  // namespace kith
