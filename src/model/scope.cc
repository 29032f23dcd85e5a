#include "model/scope.h"

#include "base/assert.h"

namespace kith {

Scope::Scope(Kind kind, const std::string& id)
    : kind_(kind), name_((kind == Kind::Room ? "room:" : "user:") + id) {}

std::optional<Scope> Scope::parse(std::string_view name) {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos || !isIdText(name.substr(colon + 1))) return std::nullopt;
  const auto kind = name.substr(0, colon);
  const std::string id(name.substr(colon + 1));
  if (kind == "room") return Scope(Kind::Room, id);
  if (kind == "user") return Scope(Kind::User, id);
  return std::nullopt;
}

RoomId Scope::room() const {
  ASSERT(kind_ == Kind::Room);
  return RoomId::trusted(id());
}

UserId Scope::user() const {
  ASSERT(kind_ == Kind::User);
  return UserId::trusted(id());
}

}  // namespace kith
