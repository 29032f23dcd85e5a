#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kith {

enum class LogLevel { Debug, Info, Warn, Error, Off };

/// One line per event: text on a terminal, a JSON object otherwise. To standard error.
///
/// Any thread. Never a message text, token or password. Values are escaped: an event is one line
/// whatever it holds.
class Log {
 public:
  using Fields = std::vector<std::pair<std::string_view, std::string>>;

  enum class Format { Text, Json };
  Log(LogLevel level, Format format);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view event, const Fields& fields = {}) { write(LogLevel::Debug, event, fields); }
  void info(std::string_view event, const Fields& fields = {}) { write(LogLevel::Info, event, fields); }
  void warn(std::string_view event, const Fields& fields = {}) { write(LogLevel::Warn, event, fields); }
  void error(std::string_view event, const Fields& fields = {}) { write(LogLevel::Error, event, fields); }

 private:
  void write(LogLevel level, std::string_view event, const Fields& fields);
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace kith
