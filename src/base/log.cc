#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/clock.h"
#include "base/json_writer.h"

namespace kith {

struct Log::Sink {
  spdlog::logger logger;
  Format format;
};

namespace {

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};

spdlog::level::level_enum levelOf(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warn:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
    case LogLevel::Off:
      break;
  }
  return spdlog::level::off;
}

}  // namespace

Log::Log(LogLevel level, Format format)
    : sink_(std::make_unique<Sink>(
          Sink{spdlog::logger("kith", std::make_shared<spdlog::sinks::stderr_sink_mt>()), format})) {
  sink_->logger.set_level(levelOf(level));
  sink_->logger.set_pattern("%v");
  sink_->logger.flush_on(spdlog::level::debug);
  sink_->logger.set_error_handler([](const std::string&) {});
}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view event, const Fields& fields) {
  if (!sink_->logger.should_log(levelOf(level))) return;
  std::string line;
  const auto time = formatTime(SystemClock().wall());
  const auto name = kNames[static_cast<int>(level)];
  if (sink_->format == Format::Json) {
    JsonWriter json(line);
    json.beginObject().field("time", time).field("level", name).field("event", event);
    for (const auto& [key, value] : fields) json.field(key, value);
    json.endObject();
  } else {
    line.append(time).append(" ").append(name).append(" ").append(event);
    for (const auto& [key, value] : fields) {
      line.append(" ").append(key).append("=");
      appendJsonString(line, value);
    }
  }
  sink_->logger.log(levelOf(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace kith
