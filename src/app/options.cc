#include "app/options.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/assert.h"

namespace kith {
namespace {

const Option* optionOf(std::string_view key) {
  const auto& table = optionTable();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Option& option) { return option.key == key; });
  return found == table.end() ? nullptr : &*found;
}

bool isChoice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const auto bar = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, bar) == value) return true;
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return false;
}

Expected<void, Error> check(const Option& option, const std::string& value, const std::string& where) {
  const std::string name = where + " " + std::string(option.key);
  switch (option.type) {
    case OptionType::Text:
      return {};
    case OptionType::Flag:
      if (value == "true" || value == "false") return {};
      return Error{name + " must be true or false"};
    case OptionType::Choice:
      if (isChoice(option.choices, value)) return {};
      return Error{name + " must be one of " + std::string(option.choices)};
    case OptionType::Number: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error == std::errc() && end == value.data() + value.size() && number >= option.least &&
          number <= option.most)
        return {};
      return Error{name + " must be a number from " + std::to_string(option.least) + " to " +
                   std::to_string(option.most) +
                   (option.unit.empty() ? "" : " (" + std::string(option.unit) + ")")};
    }
  }
  return {};
}

using Flat = std::map<std::string, std::string>;

void flatten(const toml::table& table, const std::string& prefix, Flat& out) {
  for (const auto& [key, node] : table) {
    const auto name = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      flatten(*inner, name + ".", out);
    } else if (const auto* text = node.as_string()) {
      out[name] = text->get();
    } else {
      std::ostringstream value;
      value << toml::node_view<const toml::node>(node);
      out[name] = value.str();
    }
  }
}

Expected<Flat, Error> readFile(const std::string& file) {
  Flat out;
  const auto parsed = toml::parse_file(file);
  if (!parsed) {
    const auto& error = parsed.error();
    return Error{file + ":" + std::to_string(error.source().begin.line) + ":" +
                 std::to_string(error.source().begin.column) + ": " + std::string(error.description())};
  }
  flatten(parsed.table(), "", out);
  return out;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t before = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, before + (a[i - 1] == b[j - 1] ? 0 : 1)});
      before = above;
    }
  }
  return row[b.size()];
}

/// People remember the last word of a key: what is nearest to that counts as well.
std::size_t difference(std::string_view typed, std::string_view key) {
  const auto whole = distance(typed, key);
  const auto dot = key.rfind('.');
  return dot == key.npos ? whole : std::min(whole, distance(typed, key.substr(dot + 1)));
}

}  // namespace

std::string environmentName(std::string_view key) {
  std::string out = "KITH_";
  for (const char c : key)
    out += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string nearestKey(std::string_view key, const std::vector<std::string>& also) {
  std::string best;
  // A third of the letters may be wrong: further off it is another word.
  std::size_t least = key.size() / 3 + 1;
  const auto look = [&](std::string_view known) {
    const auto far = difference(key, known);
    if (far >= least) return;
    least = far;
    best = known;
  };
  for (const auto& known : also) look(known);
  for (const auto& option : optionTable()) look(option.key);
  return best;
}

std::string noSuchOption(std::string_view key, const std::vector<std::string>& also) {
  const std::string name(key);
  if (const auto* option = optionOf(key); option != nullptr && option->secret) {
    return "--" + name + " is a secret: give it by " + environmentName(key) +
           " or in the file, since others can read a command line";
  }
  const auto near = nearestKey(key, also);
  std::string none = "there is no option --" + name;
  if (near.empty()) return none;
  const auto* option = optionOf(near);
  if (option == nullptr || !option->secret) return none + "; did you mean --" + near + "?";
  return none + "; did you mean the variable " + environmentName(near) + "?";
}

Expected<Options, Error> Options::load(const std::string& file,
                                       const std::map<std::string, std::string>& environment,
                                       const std::map<std::string, std::string>& flags) {
  Options out;
  for (const auto& option : optionTable())
    out.values_[std::string(option.key)] = std::string(option.standard);
  if (!file.empty()) {
    for (const auto& [key, value] : TRY(readFile(file))) {
      const auto* option = optionOf(key);
      if (option == nullptr) {
        out.unknown_.push_back(key);
        continue;
      }
      TRY(check(*option, value, file + ":"));
      out.values_[key] = value;
    }
  }
  for (const auto& option : optionTable()) {
    const auto found = environment.find(environmentName(option.key));
    if (found == environment.end()) continue;
    TRY(check(option, found->second, "environment:"));
    out.values_[std::string(option.key)] = found->second;
  }
  for (const auto& [key, value] : flags) {
    const auto* option = optionOf(key);
    if (option == nullptr || option->secret) return Error{noSuchOption(key)};
    TRY(check(*option, value, "flag:"));
    out.values_[key] = value;
  }
  return out;
}

const std::string& Options::text(std::string_view key) const {
  const auto found = values_.find(key);
  ASSERT(found != values_.end());
  return found->second;
}

std::int64_t Options::number(std::string_view key) const {
  std::int64_t out = 0;
  const auto& value = text(key);
  std::from_chars(value.data(), value.data() + value.size(), out);
  return out;
}

}  // namespace kith
