#include "presence/redis/change_lines.h"

#include <algorithm>
#include <optional>

#include "presence/redis/held_users.h"

namespace kith {
namespace {

std::optional<PresenceChange> readLine(std::string_view line) {
  if (line.empty() || (line.front() != '+' && line.front() != '-')) return std::nullopt;
  const auto end = std::min(line.find(' '), line.size());
  const auto user = UserId::parse(line.substr(1, end - 1));
  if (!user) return std::nullopt;
  const auto now = line.front() == '+' ? PresenceChange::Now::Online : PresenceChange::Now::Offline;
  return PresenceChange{*user, now, parseScopes(line.substr(std::min(end + 1, line.size())))};
}

}  // namespace

std::vector<std::string> writeChanges(const std::vector<PresenceChange>& changes, std::size_t part_bytes) {
  std::vector<std::string> parts;
  for (const auto& change : changes) {
    std::string line = (change.now == PresenceChange::Now::Online ? "+" : "-") + change.user.text();
    for (const auto& scope : change.scopes) line += " " + scope.name();
    line += '\n';
    if (parts.empty() || parts.back().size() + line.size() > part_bytes) parts.emplace_back();
    parts.back() += line;
  }
  return parts;
}

std::vector<PresenceChange> readChanges(std::string_view text) {
  std::vector<PresenceChange> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto change = readLine(text.substr(0, end))) out.push_back(std::move(*change));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace kith
