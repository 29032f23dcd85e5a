#include "http/target.h"

#include <simdjson.h>

#include <algorithm>
#include <cctype>

namespace kith::http {
namespace {

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool isText(std::string_view text) {
  const bool plain = std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  return plain && simdjson::validate_utf8(text.data(), text.size());
}

/// A query may carry line breaks and tabs (commands in a URL), but no NUL.
bool isQueryText(std::string_view text) {
  return text.find('\0') == std::string_view::npos && simdjson::validate_utf8(text.data(), text.size());
}

bool parsePath(std::string_view path, Target& out) {
  path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    const auto segment = percentDecode(path.substr(0, slash), false);
    if (!segment || !isText(*segment) || *segment == "." || *segment == "..") return false;
    out.path.push_back(*segment);
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool parseQuery(std::string_view query, Target& out) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const auto name = percentDecode(pair.substr(0, equals), true);
    const auto value =
        percentDecode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value || !isQueryText(*name) || !isQueryText(*value)) return false;
    out.query.emplace_back(*name, *value);
  }
  return true;
}

}  // namespace

std::optional<std::string> percentDecode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hexValue(text[i + 1]);
      const int low = hexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

std::optional<Target> parseTarget(std::string_view target) {
  if (target.empty() || target.front() != '/' || target.find('#') != std::string_view::npos)
    return std::nullopt;
  Target out;
  const std::size_t question = target.find('?');
  if (!parsePath(target.substr(0, question), out)) return std::nullopt;
  if (question != std::string_view::npos && !parseQuery(target.substr(question + 1), out))
    return std::nullopt;
  return out;
}

std::string percentEncode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      (out += '%').append({kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
  }
  return out;
}

}  // namespace kith::http
