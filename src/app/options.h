#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"

namespace kith {

enum class OptionType { Text, Number, Flag, Choice };

/// One setting of the server. The table of these is the only place that names it: flags, environment,
/// file and the reference are made from it.
struct Option {
  std::string_view key;  // "http_server.port": flag --http_server.port, KITH_HTTP_SERVER_PORT
  OptionType type;
  std::string_view standard;  // its default
  std::int64_t least = 0;     // of a number
  std::int64_t most = 0;
  std::string_view unit;     // "ms", "bytes", or empty
  std::string_view choices;  // of a choice, separated by |
  bool secret = false;       // never shown, and not taken as a flag
  std::string_view text;     // one sentence
};

const std::vector<Option>& optionTable();

/// The settings in force: default < file < environment < flag. Checked: a value always fits its option.
class Options {
 public:
  /// `flags` as KEY=VALUE pairs, `environment` as of the process, `file` empty for none.
  static Expected<Options, Error> load(const std::string& file,
                                       const std::map<std::string, std::string>& environment,
                                       const std::map<std::string, std::string>& flags);

  const std::string& text(std::string_view key) const;
  std::int64_t number(std::string_view key) const;
  bool flag(std::string_view key) const { return text(key) == "true"; }
  /// Keys of the file that no option has: each a warning in `serve`.
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> unknown_;
};

/// KITH_HTTP_SERVER_PORT for "http_server.port".
std::string environmentName(std::string_view key);
/// The known key nearest to a mistyped one, by the whole or by what stands behind its last dot; or empty.
/// `also`: keys beside those of the table.
std::string nearestKey(std::string_view key, const std::vector<std::string>& also = {});
/// What is said of a flag that is not taken: there is none of that name, or it is a secret.
std::string noSuchOption(std::string_view key, const std::vector<std::string>& also = {});

}  // namespace kith
