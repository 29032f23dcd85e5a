#include "model/scope.h"

#include <array>
#include <utility>

#include "base/assert.h"

namespace kith {

namespace {

constexpr std::array<std::pair<Scope::Kind, std::string_view>, 4> kPrefixes{{
    {Scope::Kind::Room, "room:"},
    {Scope::Kind::Group, "group:"},
    {Scope::Kind::User, "user:"},
    {Scope::Kind::Staff, "staff:group:"},
}};

}  // namespace

Scope::Scope(Kind kind, const std::string& id)
    : kind_(kind), name_(std::string(kPrefixes[static_cast<std::size_t>(kind)].second) + id) {}

std::optional<Scope> Scope::parse(std::string_view name) {
  for (const auto& [kind, prefix] : kPrefixes) {
    if (!name.starts_with(prefix)) continue;
    const auto id = name.substr(prefix.size());
    if (!isIdText(id)) return std::nullopt;
    return Scope(kind, std::string(id));
  }
  return std::nullopt;
}

RoomId Scope::room() const {
  ASSERT(kind_ == Kind::Room);
  return RoomId::trusted(id());
}

GroupId Scope::group() const {
  ASSERT(kind_ == Kind::Group || kind_ == Kind::Staff);
  return GroupId::trusted(id());
}

UserId Scope::user() const {
  ASSERT(kind_ == Kind::User);
  return UserId::trusted(id());
}

}  // namespace kith
