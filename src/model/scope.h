#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/shared_text.h"
#include "model/id.h"

namespace kith {

/// What has a log of its own: a room, a group, a user, or the staff of a group. Its name is its channel on
/// the wire ("room:ID", "staff:group:ID"). Copies share it.
class Scope {
 public:
  enum class Kind { Room, Group, User, Staff };

  static Scope of(const RoomId& room) { return Scope(Kind::Room, room.text()); }
  static Scope of(const GroupId& group) { return Scope(Kind::Group, group.text()); }
  static Scope staffOf(const GroupId& group) { return Scope(Kind::Staff, group.text()); }
  static Scope of(const UserId& user) { return Scope(Kind::User, user.text()); }
  /// A scope's name with a well-formed id, else nothing.
  static std::optional<Scope> parse(std::string_view name);

  Kind kind() const { return kind_; }
  const std::string& name() const { return name_.text(); }
  std::string id() const { return name().substr(name().rfind(':') + 1); }
  /// Has members, presence and typing.
  bool isPlace() const { return kind_ == Kind::Room || kind_ == Kind::Group; }
  RoomId room() const;    // of a room's scope only
  GroupId group() const;  // of a group's scope or its staff's only
  UserId user() const;    // of a user's scope only

  friend bool operator==(const Scope& a, const Scope& b) { return a.name_ == b.name_; }
  friend auto operator<=>(const Scope& a, const Scope& b) { return a.name_ <=> b.name_; }

 private:
  Scope(Kind kind, const std::string& id);
  Kind kind_;
  SharedText name_;
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
