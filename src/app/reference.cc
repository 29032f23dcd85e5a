#include "app/reference.h"

#include "app/options.h"

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

}  // namespace

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

}  // namespace kith
