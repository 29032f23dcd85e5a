#include "rest/operation_request.h"

#include <simdjson.h>

#include <set>

#include "base/json_writer.h"

namespace kith {
namespace {

/// Path and query hold text; the table says which of it is a number or a flag.
void writeParameter(JsonWriter& json, const Field& field, std::string_view text) {
  json.key(field.name);
  const auto type = jsonTypeOf(field.type);
  const bool digits = !text.empty() && text.size() < 17 && text.find_first_not_of("0123456789") == text.npos;
  const bool plain = digits && (text.size() == 1 || text.front() != '0');
  const bool flag = text == "true" || text == "false";
  if ((type == "integer" && plain) || (type == "boolean" && flag)) {
    json.raw(text);
  } else {
    json.string(text);  // of the wrong form: the table's check says so
  }
}

std::string unquoted(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

Result<void> checkedBody(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.allocate(std::max<std::size_t>(body.size(), 64), 32) != simdjson::SUCCESS ||
      parser.parse(body).get(object) != simdjson::SUCCESS) {
    return Fault::badField("", "the body must be a JSON object");
  }
  std::set<std::string_view> seen;
  for (const auto& [key, value] : object) {
    if (!seen.insert(key).second)
      return Fault::badField(std::string(key.substr(0, 64)), "stands in the body twice");
  }
  return {};
}

Result<std::string> operationRequest(const Operation& operation, const http::Request& request) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  const bool from_query = operation.verb == "GET";
  for (const auto& field : operation.fields) {
    if (const auto text = request.param(field.name); !text.empty()) {
      writeParameter(json, field, text);
    } else if (const auto value = from_query ? request.queryValue(field.name) : std::nullopt) {
      writeParameter(json, field, *value);
    } else if (field.type == FieldType::Nonce && request.hasHeader("idempotency-key")) {
      json.field(field.name, unquoted(request.header("idempotency-key")));
    }
  }
  std::string_view body = request.body;
  while (!body.empty() && std::isspace(static_cast<unsigned char>(body.front())) != 0) body.remove_prefix(1);
  while (!body.empty() && std::isspace(static_cast<unsigned char>(body.back())) != 0) body.remove_suffix(1);
  if (from_query || body.empty()) {
    json.endObject();
    return out;
  }
  TRY(checkedBody(request.body));
  const auto inner = body.substr(1, body.size() - 2);
  const bool empty = inner.find_first_not_of(" \t\r\n") == inner.npos;
  if (!empty && out.size() > 1) out += ',';
  if (!empty) out += inner;
  return out += '}';
}

}  // namespace kith
