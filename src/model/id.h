#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/shared_text.h"

namespace kith {

/// `[A-Za-z0-9_-]{1,64}`: the form of every id, so that none can forge a channel or a key.
bool isIdText(std::string_view text);

/// An id of one kind: a room's is never taken for a user's. Always well-formed, or empty ("none"). Copies
/// share their text.
template <class Kind>
class Id {
 public:
  Id() = default;
  static std::optional<Id> parse(std::string_view text) {
    if (!isIdText(text)) return std::nullopt;
    return Id(std::string(text));
  }
  /// For text known to be an id: one that Kith made or has stored.
  static Id trusted(std::string text) { return Id(std::move(text)); }

  const std::string& text() const { return text_.text(); }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  SharedText text_;
};

using UserId = Id<struct UserKind>;
using RoomId = Id<struct RoomKind>;
using GroupId = Id<struct GroupKind>;
using JoinRequestId = Id<struct JoinRequestKind>;
using SessionId = Id<struct SessionKind>;

}  // namespace kith

template <class Kind>
struct std::hash<kith::Id<Kind>> {
  std::size_t operator()(const kith::Id<Kind>& id) const { return std::hash<std::string>()(id.text()); }
};
