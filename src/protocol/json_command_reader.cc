#include <simdjson.h>

#include <array>
#include <charconv>
#include <optional>

#include "base/assert.h"
#include "protocol/json_codec.h"

namespace kith::protocol {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kMessageBytesMax = 256 * 1024;  // the frame reader's limit is lower

bool isSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// The end of the JSON value at the start of `text`, which is an object or array: brackets are
/// counted outside strings. Nothing if it does not end here.
std::size_t valueEnd(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

std::optional<unsigned> escapedUnit(std::string_view text, std::size_t at) {
  unsigned unit = 0;
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  if (error != std::errc() || end != text.data() + at + 6) return std::nullopt;
  return unit;
}

/// The same text with U+FFFD for each escaped half of a surrogate pair. Browsers write such halves, and
/// JSON's grammar allows them, but they are no text. Not a byte moves: payloads are still taken from `raw`,
/// so that the operation refuses its own, instead of the connection ending for one odd character.
std::string withoutLoneSurrogates(std::string_view raw) {
  std::string out(raw);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] != '\\') continue;
    const auto unit = escapedUnit(out, i);
    if (unit && *unit >= 0xD800 && *unit < 0xE000) {
      const auto low = escapedUnit(out, i + 6);
      const bool pair = *unit < 0xDC00 && low && *low >= 0xDC00 && *low < 0xE000;
      if (!pair) out.replace(i + 2, 4, "fffd");
      i += pair ? 11 : 5;
    } else {
      ++i;
    }
  }
  return out;
}

/// Walks valid JSON for the raw text of payloads, which are passed on as they came.
class RawFields {
 public:
  explicit RawFields(std::string_view object) : text_(object) {}

  /// The raw text of the first field of that name, or empty.
  std::string_view find(std::string_view name) {
    at_ = 1;
    while (true) {
      skipSpace();
      if (at_ >= text_.size() || text_[at_] == '}') return {};
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      const auto key = value();
      skipSpace();
      ++at_;  // the colon
      skipSpace();
      const auto content = value();
      if (key.size() == name.size() + 2 && key.substr(1, name.size()) == name) return content;
    }
  }

 private:
  void skipSpace() {
    while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
  }
  std::string_view value() {
    const std::size_t start = at_;
    if (text_[at_] == '{' || text_[at_] == '[') {
      at_ += valueEnd(text_.substr(at_));
    } else if (text_[at_] == '"') {
      for (++at_; text_[at_] != '"'; ++at_) {
        if (text_[at_] == '\\') ++at_;
      }
      ++at_;
    } else {
      while (at_ < text_.size() && !isSpace(text_[at_]) && text_[at_] != ',' && text_[at_] != '}' &&
             text_[at_] != ']')
        ++at_;
    }
    return text_.substr(start, at_ - start);
  }
  std::string_view text_;
  std::size_t at_ = 1;
};

/// Reads typed fields; a field of the wrong type spoils the command.
class Fields {
 public:
  explicit Fields(object from) : from_(from) {}
  bool ok() const { return ok_; }
  void spoil() { ok_ = false; }

  std::string text(const char* name) {
    element found;
    if (!take(name, found)) return {};
    std::string_view value;
    if (found.get(value) != simdjson::SUCCESS) ok_ = false;
    return std::string(value);
  }
  std::int64_t number(const char* name) {
    element found;
    if (!take(name, found)) return 0;
    std::int64_t value = 0;
    if (found.get(value) != simdjson::SUCCESS) ok_ = false;
    return value;
  }
  Offset offset(const char* name) {
    const auto value = number(name);
    if (value < 0) ok_ = false;
    return static_cast<Offset>(value < 0 ? 0 : value);
  }
  bool flag(const char* name) {
    element found;
    if (!take(name, found)) return false;
    bool value = false;
    if (found.get(value) != simdjson::SUCCESS) ok_ = false;
    return value;
  }
  bool has(const char* name) {
    element found;
    return take(name, found);
  }
  /// Nothing if it is not there or no object: an empty `object` may not even be asked.
  std::optional<object> inner(const char* name) {
    element found;
    if (!take(name, found)) return std::nullopt;
    object value;
    if (found.get(value) == simdjson::SUCCESS) return value;
    ok_ = false;
    return std::nullopt;
  }

 private:
  bool take(const char* name, element& out) {
    return from_.at_key(name).get(out) == simdjson::SUCCESS && !out.is_null();
  }
  object from_;
  bool ok_ = true;
};

Connect readConnect(Fields& fields, std::string_view raw) {
  Connect out{fields.text("token"),
              std::string(RawFields(raw).find("data")),
              fields.text("name"),
              fields.text("version"),
              {}};
  const auto subs = fields.inner("subs");
  if (!subs) return out;
  for (const auto& [channel, value] : *subs) {
    object inner;
    if (value.is_null()) continue;
    if (value.get(inner) != simdjson::SUCCESS) {
      fields.spoil();
      break;
    }
    Fields sub(inner);
    SubscriptionPosition position{sub.flag("recover"), sub.text("epoch"), sub.offset("offset")};
    // Left out, it would look as if nothing had been missed.
    if (!sub.ok()) fields.spoil();
    out.subs.try_emplace(std::string(channel), std::move(position));
  }
  return out;
}

Subscribe readSubscribe(Fields& fields) {
  return {fields.text("channel"), fields.text("token"),    fields.flag("recover"),
          fields.text("epoch"),   fields.offset("offset"), fields.flag("join_leave"),
          fields.has("tf"),       fields.number("type"),   fields.number("flag")};
}

History readHistory(Fields& fields) {
  History out{
      fields.text("channel"), fields.number("limit"), fields.flag("reverse"), fields.has("since"), {}};
  if (const auto inner = fields.inner("since")) {
    Fields since(*inner);
    out.since = {since.text("epoch"), since.offset("offset")};
    if (!since.ok()) fields.spoil();
  }
  return out;
}

/// The request of the first known field, in the order of the protocol.
bool readRequest(object command, std::string_view raw, Command& out) {
  static constexpr std::array kNames{"connect",  "subscribe",      "unsubscribe", "publish",
                                     "presence", "presence_stats", "history",     "send",
                                     "rpc",      "refresh",        "sub_refresh", "pong"};
  RawFields top(raw);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    element found;
    if (command.at_key(kNames[i]).get(found) != simdjson::SUCCESS) continue;
    object request;
    if (found.get(request) != simdjson::SUCCESS) return false;
    Fields fields(request);
    const auto inner = top.find(kNames[i]);
    switch (i) {
      case 0:
        out.request = readConnect(fields, inner);
        break;
      case 1:
        out.request = readSubscribe(fields);
        break;
      case 2:
        out.request = Unsubscribe{fields.text("channel")};
        break;
      case 3:
        out.request = Publish{fields.text("channel"), std::string(RawFields(inner).find("data")),
                              fields.number("type")};
        break;
      case 4:
        out.request = Presence{fields.text("channel")};
        break;
      case 5:
        out.request = PresenceStats{fields.text("channel")};
        break;
      case 6:
        out.request = readHistory(fields);
        break;
      case 7:
        out.request = Send{};
        break;
      case 8:
        out.request = Rpc{fields.text("method"), std::string(RawFields(inner).find("data"))};
        break;
      case 9:
        out.request = Refresh{fields.text("token")};
        break;
      case 10:
        out.request = SubRefresh{fields.text("channel"), fields.text("token"), fields.number("type")};
        break;
      default:
        out.request = Pong{};
    }
    return fields.ok();
  }
  return false;
}

bool readCommand(object command, std::string_view raw, Command& out) {
  if (command.size() == 0) return true;  // {} is a pong
  std::uint64_t id = 0;
  element found;
  if (command.at_key("id").get(found) == simdjson::SUCCESS) {
    if (found.get(id) != simdjson::SUCCESS || id > UINT32_MAX) return false;
  }
  out.id = static_cast<std::uint32_t>(id);
  if (!readRequest(command, raw, out)) return false;
  const bool without_id =
      std::holds_alternative<Send>(out.request) || std::holds_alternative<Pong>(out.request);
  return id != 0 || without_id;
}

}  // namespace

struct JsonCommandReader::Parser {
  Parser() { ASSERT(dom.allocate(kMessageBytesMax, kDepthMax) == simdjson::SUCCESS); }
  simdjson::dom::parser dom{kMessageBytesMax};
};

JsonCommandReader::JsonCommandReader() : parser_(std::make_unique<Parser>()) {}
JsonCommandReader::~JsonCommandReader() = default;

Expected<std::vector<Command>, DecodeFault> JsonCommandReader::read(std::string_view message) {
  std::vector<Command> out;
  while (true) {
    while (!message.empty() && isSpace(message.front())) message.remove_prefix(1);
    if (message.empty()) break;
    if (message.front() != '{') return DecodeFault::Malformed;
    const auto end = valueEnd(message);
    if (end == std::string_view::npos) return DecodeFault::Malformed;
    const auto raw = message.substr(0, end);
    message.remove_prefix(end);

    element document;
    auto error = parser_->dom.parse(raw.data(), raw.size()).get(document);
    if (error == simdjson::STRING_ERROR) error = parser_->dom.parse(withoutLoneSurrogates(raw)).get(document);
    if (error == simdjson::DEPTH_ERROR) return DecodeFault::TooDeep;
    object command;
    if (error != simdjson::SUCCESS || document.get(command) != simdjson::SUCCESS)
      return DecodeFault::Malformed;
    Command& next = out.emplace_back();
    if (!readCommand(command, raw, next)) return DecodeFault::Malformed;
  }
  if (out.empty()) return DecodeFault::Malformed;  // an empty message says nothing
  return out;
}

}  // namespace kith::protocol
