#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/id.h"

namespace kith {

/// What has a log of its own: a room or a user. Its name is its channel on the wire ("room:ID").
class Scope {
 public:
  enum class Kind { Room, User };

  static Scope of(const RoomId& room) { return Scope(Kind::Room, room.text()); }
  static Scope of(const UserId& user) { return Scope(Kind::User, user.text()); }
  /// "room:ID" or "user:ID" with a well-formed id, else nothing.
  static std::optional<Scope> parse(std::string_view name);

  Kind kind() const { return kind_; }
  const std::string& name() const { return name_; }
  std::string id() const { return name_.substr(name_.find(':') + 1); }
  RoomId room() const;  // of a room's scope only
  UserId user() const;  // of a user's scope only

  friend bool operator==(const Scope& a, const Scope& b) { return a.name_ == b.name_; }
  friend auto operator<=>(const Scope& a, const Scope& b) { return a.name_ <=> b.name_; }

 private:
  Scope(Kind kind, const std::string& id);
  Kind kind_;
  std::string name_;
};

/// Offsets of a log: 1, 2, 3, … without holes; 0 is before the first entry.
using Offset = std::uint64_t;

/// A place in a log. The epoch changes only if offsets may have gone back.
struct Position {
  std::string epoch;
  Offset offset = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace kith

template <>
struct std::hash<kith::Scope> {
  std::size_t operator()(const kith::Scope& scope) const { return std::hash<std::string>()(scope.name()); }
};
