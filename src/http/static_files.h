#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/message.h"

namespace kith::http {

enum class Caching {
  Revalidate,  // "no-cache": ask each time, 304 if unchanged
  Immutable,   // the name carries a digest of the content
};

/// One file of the program's own, compressed when it was built. Bodies live as long as the program.
struct EmbeddedFile {
  std::string_view path;  // "/assets/app-3f2a.js"
  std::string_view type;
  std::string_view etag;  // with quotes: "\"3f2a\""
  std::string_view identity;
  std::string_view gzip{};  // "" if not smaller
  std::string_view br{};
  Caching caching = Caching::Revalidate;
};

/// Serves a table of embedded files, and the page for the routes that the page itself draws.
///
/// Reads no file system: a path is a key of the table or it is nothing. Never changes once made;
/// any thread.
class StaticFiles {
 public:
  /// `page_routes`: patterns such as "/rooms/{room}" that are answered with /index.html.
  StaticFiles(std::span<const EmbeddedFile> files, std::vector<std::string> page_routes);

  /// Nothing if there is no such file. For GET and HEAD.
  std::optional<Response> find(const Request& request) const;

 private:
  const EmbeddedFile* fileOf(const Request& request) const;
  bool isPageRoute(const std::vector<std::string>& path) const;

  std::unordered_map<std::string_view, const EmbeddedFile*> files_;
  std::vector<std::vector<std::string>> page_routes_;
};

}  // namespace kith::http
