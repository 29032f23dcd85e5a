#include "http/static_files.h"

#include <algorithm>
#include <cstdlib>

namespace kith::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view takeElement(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view element = trimmed(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return element;
}

/// True unless `coding` is absent or has the quality 0 (RFC 9110, section 12.5.3).
bool accepts(std::string_view accept_encoding, std::string_view coding) {
  while (!accept_encoding.empty()) {
    std::string_view element = takeElement(accept_encoding, ',');
    if (!equalIgnoringCase(takeElement(element, ';'), coding)) continue;
    while (!element.empty()) {
      const std::string_view parameter = takeElement(element, ';');
      const bool quality = parameter.starts_with("q=") || parameter.starts_with("Q=");
      if (quality && parameter.substr(2).find_first_not_of("0.") == std::string_view::npos) return false;
    }
    return true;
  }
  return false;
}

/// Weak comparison with a list of tags, or "*" (RFC 9110, section 13.1.2).
bool matches(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    std::string_view tag = takeElement(if_none_match, ',');
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

/// Each coding is a representation of its own: "\"3f2a\"" becomes "\"3f2a-br\"".
std::string tagOf(std::string_view etag, std::string_view coding) {
  std::string tag(etag);
  if (!coding.empty() && tag.size() >= 2) tag.insert(tag.size() - 1, "-" + std::string(coding));
  return tag;
}

std::vector<std::string> segmentsOf(std::string_view path) {
  std::vector<std::string> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

StaticFiles::StaticFiles(std::span<const EmbeddedFile> files, std::vector<std::string> page_routes) {
  for (const EmbeddedFile& file : files) files_.emplace(file.path, &file);
  for (const std::string& route : page_routes) page_routes_.push_back(segmentsOf(route));
}

bool StaticFiles::isPageRoute(const std::vector<std::string>& path) const {
  return std::any_of(page_routes_.begin(), page_routes_.end(), [&](const auto& pattern) {
    return std::equal(pattern.begin(), pattern.end(), path.begin(), path.end(),
                      [](const auto& want, const auto& is) {
                        return want == is || (want.starts_with('{') && want.ends_with('}') && !is.empty());
                      });
  });
}

const EmbeddedFile* StaticFiles::fileOf(const Request& request) const {
  std::string path;
  for (const std::string& segment : request.path) path += "/" + segment;
  auto found = files_.find(path);
  if (found == files_.end() && (path == "/" || isPageRoute(request.path))) found = files_.find("/index.html");
  return found == files_.end() ? nullptr : found->second;
}

std::optional<Response> StaticFiles::find(const Request& request) const {
  const EmbeddedFile* file = fileOf(request);
  if (file == nullptr) return std::nullopt;
  const std::string accept_encoding = request.header("accept-encoding");
  std::string_view coding;
  std::string_view body = file->identity;
  if (!file->br.empty() && accepts(accept_encoding, "br")) {
    coding = "br";
    body = file->br;
  } else if (!file->gzip.empty() && accepts(accept_encoding, "gzip")) {
    coding = "gzip";
    body = file->gzip;
  }
  const std::string tag = tagOf(file->etag, coding);
  Response response;
  response.with("ETag", tag)
      .with("Vary", "Accept-Encoding")
      .with("Cache-Control",
            file->caching == Caching::Immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (matches(request.header("if-none-match"), tag)) {
    response.status = 304;
    return response;
  }
  response.with("Content-Type", std::string(file->type));
  if (!coding.empty()) response.with("Content-Encoding", std::string(coding));
  response.static_body = body;
  return response;
}

}  // namespace kith::http
