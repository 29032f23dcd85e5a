#include "app/reference.h"

#include "app/options.h"
#include "model/fault_table.h"
#include "protocol/codes.h"
#include "rest/problem.h"
#include "service/operations.h"
#include "service/shapes.h"
#include "service/who_may.h"

namespace kith {
namespace {

std::string rangeOf(const Option& option) {
  if (option.type == OptionType::Choice) {
    std::string out;
    for (const char c : option.choices) out += c == '|' ? std::string(", ") : std::string(1, c);
    return out;
  }
  if (option.type != OptionType::Number) return "text";
  const auto most = option.most == INT64_MAX ? "" : std::to_string(option.most);
  return std::to_string(option.least) + " – " + most +
         (option.unit.empty() ? "" : " " + std::string(option.unit));
}

std::string optionsReference() {
  std::string out =
      "# Options\n\n"
      "Every option can stand in a TOML file (`kith serve --config kith.toml`), in the environment, or on "
      "the command line.\n"
      "A later one wins: default, file, environment, flag. A secret is never taken from the command line, "
      "where others can\n"
      "read it. `port = 9000` below `[http_server]`, `KITH_HTTP_SERVER_PORT=9000` and `--http_server.port "
      "9000` say the same.\n"
      "A mistyped value or flag is refused with what is allowed; an unknown key of the file is a warning.\n\n"
      "| option | environment | values | default | |\n|---|---|---|---|---|\n";
  for (const auto& option : optionTable()) {
    out += "| `" + std::string(option.key) + "` | `" + environmentName(option.key) + "` | " +
           rangeOf(option) + " | " +
           (option.standard.empty() ? "" : "`" + std::string(option.standard) + "`") + " | " +
           std::string(option.text) + (option.secret ? " A secret." : "") + " |\n";
  }
  return out;
}

std::string code(std::string_view text) {
  return '`' + std::string(text) + '`';
}

/// A list of fields, each set as code: "`rooms[]`: room, `next`?" of "rooms[]: room, next?".
std::string fieldsText(std::string_view fields) {
  std::string out;
  for (std::size_t begin = 0; begin < fields.size();) {
    const auto end = std::min(fields.find(", ", begin), fields.size());
    const auto field = fields.substr(begin, end - begin);
    const auto colon = field.find(": ");
    if (!out.empty()) out += ", ";
    if (field.front() == '+')
      out += "the fields of [" + std::string(field.substr(1)) + "](#objects)";
    else
      out += code(field.substr(0, colon));
    if (colon != field.npos) {
      const auto object = std::string(field.substr(colon + 2));
      out += ": [" + object + "](#objects)";
    }
    begin = end + 2;
  }
  return out;
}

/// The objects that a page names, and those that they name; a row names only ones that follow it.
std::string withObjects(std::string page) {
  std::string out =
      "\n## Objects\n\n"
      "What stands behind a colon above is one of these; `[]` is an array of them, and what has a `?` may be "
      "missing.\n\n"
      "| object | fields | |\n|---|---|---|\n";
  for (const auto& [name, fields, text] : objectShapes()) {
    const auto link = "[" + std::string(name) + "](#objects)";
    if (page.find(link) == page.npos && out.find(link) == out.npos) continue;
    out += "| " + std::string(name) + " | " + fieldsText(fields) + " | " + std::string(text) + " |\n";
  }
  return page + out;
}

std::string operationText(const Operation& operation) {
  const auto route = [&](std::string_view verb, std::string_view path) {
    std::string out(path);
    if (!out.starts_with(kPlacePath)) return code(std::string(verb) + " /api/v1" + out);
    const auto rest = out.substr(kPlacePath.size());
    return code(std::string(verb) + " /api/v1/rooms/{room}" + rest) + ", " +
           code(std::string(verb) + " /api/v1/groups/{group}" + rest);
  };
  std::string out =
      "\n## " + std::string(operation.method) + "\n\n" + std::string(operation.summary) + "\n\n";
  out += "- REST: " + route(operation.verb, operation.route);
  if (!operation.also.empty()) out += ", " + route("POST", operation.also);
  out += "; " + std::to_string(operation.status) + "\n- Who may: " + std::string(whoMay(operation.right)) +
         ".\n- Answer: " + (operation.answer.empty() ? "an empty object" : fieldsText(operation.answer)) +
         "\n";
  if (operation.fields.empty()) return out;
  out += "\n| field | | must be | |\n|---|---|---|---|\n";
  for (const auto& field : operation.fields) {
    out += "| " + code(field.name) + " | " + (field.need == Field::Need::Required ? "required" : "optional") +
           " | " + allowedOf(field.type, InputLimits{}) + " | " + std::string(field.text) + " |\n";
  }
  return out;
}

std::string operationsReference() {
  std::string out =
      "# Operations\n\n"
      "Each can be called in two ways, with one result: as an RPC of a connection, by its name with an "
      "object "
      "of the fields, and\n"
      "over REST. There a field that stands in braces is a part of the path, the others of a `GET` are in "
      "the "
      "query, all others in a\n"
      "JSON body; the nonce may also be the header `Idempotency-Key`. Unknown fields are ignored. Times are "
      "RFC 3339 in UTC. Limits that\n"
      "an option changes stand here with its default ([options](options.md)). What is refused has one of "
      "these "
      "[codes](codes.md).\n\n"
      "An application's back end, by its key, has the rights of a site admin, reads every room and group, "
      "and "
      "does what only a person can\n"
      "(to come, to go, to speak) in the name of whom it names in the header `Kith-User`.\n";
  for (const auto& operation : operations()) out += operationText(operation);
  return withObjects(std::move(out));
}

std::string eventsText(const std::vector<EventShape>& events) {
  std::string out = "| type | heard on | fields | |\n|---|---|---|---|\n";
  for (const auto& [name, scopes, fields, text] : events) {
    out += "| " + code(name) + " | " + std::string(scopes) + " | " + fieldsText(fields) + " | " +
           std::string(text) + " |\n";
  }
  return out;
}

std::string eventsReference() {
  return withObjects(
      "# Events\n\n"
      "What a subscriber of a channel hears: `room:ID` and `group:ID` by their members, `user:ID` by that "
      "person alone, `staff:group:ID` by\n"
      "who decides on requests. A type that a client does not know, it ignores.\n\n"
      "## Entries\n\n"
      "Stored for good, numbered 1, 2, 3, … in their log, and replayed to who comes back. All have " +
      fieldsText(kEntryFields) +
      ";\n"
      "of a message its `nonce` stands in the message.\n\n" +
      eventsText(entryShapes()) +
      "\n## Signals\n\n"
      "Never stored, without an offset, and may be lost: each says how things are, and not what has "
      "changed "
      "since another. All have " +
      fieldsText(kSignalFields) + ".\n\n" + eventsText(signalShapes()));
}

std::string disconnectText(const protocol::Disconnect& why) {
  return "| " + std::to_string(why.code) + " | " + std::string(why.reason) + " | " + std::string(why.text) +
         " |\n";
}

std::string codesReference() {
  std::string out =
      "# Codes\n\n"
      "## Errors\n\n"
      "On a connection an error has the number, and as `message` the name, with the field in fault behind a "
      "colon: `bad_request:text`.\n"
      "REST answers with the status and `application/problem+json`: the name is `code`, the field "
      "`errors[].pointer`. Where it is worth trying\n"
      "again, `temporary` is set, or `retry_after` and the header `Retry-After`.\n\n"
      "| number | name | HTTP | |\n|---|---|---|---|\n";
  for (const auto& [fault, name, text] : faultTable()) {
    out += "| " + std::to_string(static_cast<int>(fault)) + " | " + code(name) + " | " +
           std::to_string(statusOf(fault)) + " | " + std::string(text) + " |\n";
  }
  out +=
      "\n## Ends of a connection\n\n"
      "The close code of the WebSocket. Below 3500 an SDK connects again by itself; from there on it does "
      "not.\n\n"
      "| code | reason | |\n|---|---|---|\n";
  for (const auto& why : protocol::kDisconnects) out += disconnectText(why);
  out +=
      "\n## Ends of a subscription\n\n"
      "The code of the push `unsubscribe`. Below 2500 it is for good.\n\n"
      "| code | reason | |\n|---|---|---|\n";
  for (const auto& why : protocol::kUnsubscribes) out += disconnectText(why);
  return out;
}

}  // namespace

std::vector<ReferencePage> referencePages() {
  return {{"options.md", optionsReference()},
          {"operations.md", operationsReference()},
          {"events.md", eventsReference()},
          {"codes.md", codesReference()}};
}

}  // namespace kith
