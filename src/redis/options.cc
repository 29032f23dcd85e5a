#include "redis/options.h"

#include <charconv>
#include <optional>

namespace kith {
namespace {

constexpr std::string_view kScheme = "redis://";
constexpr std::string_view kForm = "write redis://user:password@host:port/database";

Error wrong(std::string_view what) {
  return Error{std::string(what) + "; " + std::string(kForm)};
}

std::optional<std::uint32_t> numberOf(std::string_view text, std::uint32_t max) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || number > max) return std::nullopt;
  return number;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* end = text.data() + i + 3;
    if (i + 2 >= text.size() || std::from_chars(text.data() + i + 1, end, byte, 16).ptr != end)
      return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

Expected<void, Error> readCredentials(std::string_view text, RedisOptions& options) {
  const auto colon = text.find(':');
  const auto user = decoded(text.substr(0, colon));
  const auto password = colon == std::string_view::npos ? std::string() : decoded(text.substr(colon + 1));
  if (!user || !password) return wrong("the user or password has a % that begins no escape");
  if (password->empty()) return wrong("there is a user without a password");
  options.user = *user;
  options.password = *password;
  return {};
}

Expected<void, Error> readPlace(std::string_view text, RedisOptions& options) {
  const bool bracket = text.starts_with('[');
  const auto end = bracket ? text.find(']') : text.find(':');
  if (bracket && end == std::string_view::npos) return wrong("the host's bracket is never closed");
  options.host = std::string(bracket ? text.substr(1, end - 1) : text.substr(0, end));
  if (options.host.empty()) return wrong("there is no host");
  auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end + (bracket ? 1 : 0));
  if (rest.empty()) return {};
  const auto port = rest.starts_with(':') ? numberOf(rest.substr(1), 65'535) : std::nullopt;
  if (!port || *port == 0) return wrong("the port is no number from 1 to 65535");
  options.port = static_cast<std::uint16_t>(*port);
  return {};
}

}  // namespace

Expected<RedisOptions, Error> RedisOptions::parse(std::string_view url) {
  if (url.starts_with("rediss://")) return Error{"TLS to Redis (rediss://) is not supported; use redis://"};
  if (!url.starts_with(kScheme)) return wrong("this is no Redis URL");
  RedisOptions options;
  auto rest = url.substr(kScheme.size());
  if (rest.find_first_of("?# \t\r\n") != std::string_view::npos) return wrong("there is a space, ? or #");
  // The last @: a password may hold one, though it should not.
  const auto at = rest.rfind('@');
  if (at != std::string_view::npos) {
    TRY(readCredentials(rest.substr(0, at), options));
    rest = rest.substr(at + 1);
  }
  const auto slash = rest.find('/');
  TRY(readPlace(rest.substr(0, slash), options));
  if (slash != std::string_view::npos && slash + 1 < rest.size()) {
    const auto database = numberOf(rest.substr(slash + 1), 1'000'000);
    if (!database) return wrong("the database is no number");
    options.database = *database;
  }
  return options;
}

std::string RedisOptions::name() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port) + "/" + std::to_string(database);
}

}  // namespace kith
