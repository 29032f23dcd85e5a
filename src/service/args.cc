#include "service/args.h"

#include <simdjson.h>

#include <set>
#include <sstream>

#include "base/assert.h"
#include "service/text_rules.h"

namespace kith {
namespace {

using simdjson::dom::element;

Fault bad(const Field& field, const std::string& detail) {
  return Fault::badField(std::string(field.name), detail);
}

std::string range(std::int64_t least, std::int64_t most) {
  return "an integer from " + std::to_string(least) + " to " + std::to_string(most);
}

std::string textUpTo(std::size_t least, std::size_t most) {
  return "a text of " + std::to_string(least) + " to " + std::to_string(most) + " code points";
}

Fault notAllowed(const Field& field, const InputLimits& limits) {
  return bad(field, "must be " + allowedOf(field.type, limits));
}

Result<std::string> stringOf(const Field& field, const element& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return bad(field, "must be a string");
  return std::string(text);
}

Result<std::int64_t> integerOf(const Field& field, const InputLimits& limits, const element& value,
                               std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number < least || number > most)
    return notAllowed(field, limits);
  return number;
}

Result<std::string> checkedNonce(const Field& field, const InputLimits& limits, std::string text) {
  bool visible = !text.empty() && text.size() <= limits.nonce_bytes_max;
  for (const char c : text) visible = visible && c > 0x20 && c < 0x7f;
  if (!visible) return notAllowed(field, limits);
  return text;
}

using Value = std::variant<std::string, std::int64_t, bool>;

constexpr std::int64_t kNumberMax = (std::int64_t{1} << 53) - 1;  // what JSON carries everywhere

Result<std::string> checkedId(const Field& field, const InputLimits& limits, std::string text) {
  if (!isIdText(text)) return notAllowed(field, limits);
  return text;
}

Result<std::string> checkedSlug(const Field& field, const InputLimits& limits, std::string text) {
  bool good = text.size() >= 2 && text.size() <= limits.slug_max && text.front() != '-' && text.back() != '-';
  for (const char c : text) good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  if (!good) return notAllowed(field, limits);
  return text;
}

Result<Value> checkedIds(const Field& field, const InputLimits& limits, const element& value) {
  simdjson::dom::array array;
  if (value.get(array) != simdjson::SUCCESS || array.size() > limits.default_rooms_max)
    return notAllowed(field, limits);
  std::set<std::string> seen;
  std::string ids;
  for (const auto item : array) {
    auto id = TRY(checkedId(field, limits, TRY(stringOf(field, item))));
    if (!seen.insert(id).second) return notAllowed(field, limits);
    if (!ids.empty()) ids += ' ';
    ids += id;
  }
  return Value(std::move(ids));
}

Result<Value> checkedSeqs(const Field& field, const InputLimits& limits, const element& value) {
  simdjson::dom::array array;
  if (value.get(array) != simdjson::SUCCESS || array.size() == 0) return notAllowed(field, limits);
  if (array.size() > limits.seqs_max) {
    return Fault{FaultCode::LimitExceeded, std::string(field.name),
                 "at most " + std::to_string(limits.seqs_max) + " at once", false};
  }
  std::set<std::int64_t> seen;
  for (const auto item : array) {
    const auto seq = TRY(integerOf(field, limits, item, 1, kNumberMax));
    if (!seen.insert(seq).second) return bad(field, "names " + std::to_string(seq) + " twice");
  }
  std::string seqs;
  for (const auto seq : seen) seqs += (seqs.empty() ? "" : " ") + std::to_string(seq);
  return Value(std::move(seqs));
}

Result<Value> checkedText(const Field& field, const InputLimits& limits, std::string text) {
  const std::string name(field.name);
  switch (field.type) {
    case FieldType::Nonce:
      return Value(TRY(checkedNonce(field, limits, std::move(text))));
    case FieldType::MessageText:
      return Value(TRY(checkedMessage(text, name, limits.message_text_max, limits.message_bytes_max)));
    case FieldType::RoomName:
      return Value(TRY(checkedName(text, name, limits.room_name_max)));
    case FieldType::Topic:
      return Value(TRY(checkedLine(text, name, limits.topic_max)));
    case FieldType::Description:
      return Value(TRY(kith::checkedText(text, name, {0, limits.description_max})));
    case FieldType::Query:
      return Value(TRY(checkedLine(text, name, limits.room_name_max)));
    case FieldType::Reason:
      return Value(TRY(checkedLine(text, name, limits.reason_max)));
    case FieldType::Slug:
      return Value(TRY(checkedSlug(field, limits, std::move(text))));
    default:
      return bad(field, "is of an unknown type");
  }
}

Result<Value> oneOf(const Field& field, const InputLimits& limits, const element& value,
                    std::string_view first, std::string_view second) {
  auto text = TRY(stringOf(field, value));
  if (text == first || text == second) return Value(std::move(text));
  return notAllowed(field, limits);
}

Result<Value> checkedValue(const Field& field, const InputLimits& limits, const element& value) {
  switch (field.type) {
    case FieldType::RoomId:
    case FieldType::GroupId:
    case FieldType::UserId:
    case FieldType::RequestId:
    case FieldType::Cursor:
      return Value(TRY(checkedId(field, limits, TRY(stringOf(field, value)))));
    case FieldType::Seq:
      return Value(TRY(integerOf(field, limits, value, 1, kNumberMax)));
    case FieldType::Limit:
      return Value(TRY(integerOf(field, limits, value, 1, limits.page_max)));
    case FieldType::OnlineTtl:
      return Value(TRY(integerOf(field, limits, value, limits.online_ttl_min_s, limits.online_ttl_max_s)));
    case FieldType::Capacity:
      return Value(TRY(integerOf(field, limits, value, 0, limits.capacity_max)));
    case FieldType::Boolean: {
      bool flag = false;
      if (value.get(flag) != simdjson::SUCCESS) return notAllowed(field, limits);
      return Value(flag);
    }
    case FieldType::Format:
      return oneOf(field, limits, value, "plain", "markdown");
    case FieldType::JoinMode:
      return oneOf(field, limits, value, "open", "approval");
    case FieldType::RoomIds:
      return checkedIds(field, limits, value);
    case FieldType::Seqs:
      return checkedSeqs(field, limits, value);
    default:
      return checkedText(field, limits, TRY(stringOf(field, value)));
  }
}

}  // namespace

Result<Args> Args::parse(const std::vector<Field>& fields, const InputLimits& limits, std::string_view json) {
  // One parser per call: requests are rare beside deliveries, and workers come from any thread.
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (json.empty()) json = "{}";
  if (parser.allocate(std::max<std::size_t>(json.size(), 64), 32) != simdjson::SUCCESS ||
      parser.parse(json.data(), json.size()).get(object) != simdjson::SUCCESS) {
    return Fault::badField("", "the request must be a JSON object");
  }
  Args out;
  for (const auto& field : fields) {
    element value;
    const bool there = object.at_key(field.name).get(value) == simdjson::SUCCESS && !value.is_null();
    if (!there && field.need == Field::Need::Required) return bad(field, "is required");
    if (there) out.values_.emplace_back(field.name, TRY(checkedValue(field, limits, value)));
  }
  return out;
}

const Args::Value* Args::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return &value;
  }
  return nullptr;
}

const std::string& Args::text(std::string_view name) const {
  static const std::string none;
  const auto* value = find(name);
  return value == nullptr ? none : std::get<std::string>(*value);
}

std::vector<RoomId> Args::rooms(std::string_view name) const {
  std::istringstream ids(text(name));
  std::vector<RoomId> rooms;
  for (std::string id; ids >> id;) rooms.push_back(RoomId::trusted(id));
  return rooms;
}

std::vector<Offset> Args::seqs(std::string_view name) const {
  std::istringstream items(text(name));
  std::vector<Offset> seqs;
  for (Offset seq = 0; items >> seq;) seqs.push_back(seq);
  return seqs;
}

std::int64_t Args::number(std::string_view name, std::int64_t otherwise) const {
  const auto* value = find(name);
  return value == nullptr ? otherwise : std::get<std::int64_t>(*value);
}

bool Args::flag(std::string_view name, bool otherwise) const {
  const auto* value = find(name);
  return value == nullptr ? otherwise : std::get<bool>(*value);
}

std::string allowedOf(FieldType type, const InputLimits& limits) {
  switch (type) {
    case FieldType::RoomId:
    case FieldType::GroupId:
    case FieldType::UserId:
    case FieldType::RequestId:
      return "an id: 1 to 64 characters of A-Z a-z 0-9 _ -";
    case FieldType::Cursor:
      return "the `next` of the page before";
    case FieldType::Seq:
      return range(1, kNumberMax);
    case FieldType::Seqs:
      return "a list of 1 to " + std::to_string(limits.seqs_max) + " different seqs";
    case FieldType::MessageText:
      return textUpTo(1, limits.message_text_max) + ", in at most " +
             std::to_string(limits.message_bytes_max) + " bytes";
    case FieldType::RoomName:
      return "a name of 1 to " + std::to_string(limits.room_name_max) + " code points";
    case FieldType::Topic:
      return textUpTo(0, limits.topic_max) + ", one line";
    case FieldType::Description:
      return textUpTo(0, limits.description_max);
    case FieldType::Slug:
      return "2 to " + std::to_string(limits.slug_max) + " characters of a-z 0-9 and, inside, -";
    case FieldType::JoinMode:
      return R"("open" or "approval")";
    case FieldType::Capacity:
      return range(0, limits.capacity_max);
    case FieldType::Query:
      return textUpTo(0, limits.room_name_max) + ", one line";
    case FieldType::RoomIds:
      return "a list of at most " + std::to_string(limits.default_rooms_max) + " different ids";
    case FieldType::Reason:
      return textUpTo(0, limits.reason_max) + ", one line";
    case FieldType::Nonce:
      return "1 to " + std::to_string(limits.nonce_bytes_max) + " visible ASCII characters";
    case FieldType::Format:
      return R"("plain" or "markdown")";
    case FieldType::Boolean:
      return "true or false";
    case FieldType::OnlineTtl:
      return range(limits.online_ttl_min_s, limits.online_ttl_max_s);
    case FieldType::Limit:
      return range(1, limits.page_max);
  }
  return {};
}

std::string_view jsonTypeOf(FieldType type) {
  switch (type) {
    case FieldType::Seq:
    case FieldType::Capacity:
    case FieldType::OnlineTtl:
    case FieldType::Limit:
      return "integer";
    case FieldType::RoomIds:
    case FieldType::Seqs:
      return "array";
    case FieldType::Boolean:
      return "boolean";
    default:
      return "string";
  }
}

}  // namespace kith
