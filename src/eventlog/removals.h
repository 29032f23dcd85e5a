#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "eventlog/publication.h"

namespace kith {

/// Who lately lost the right to read a scope (everybody, if it was deleted), and where in its log: what an
/// attach asks between the read of a right and going live.
///
/// Belongs to the scope's Follow, on its owner loop. Apart from the ring, which an edit cuts short; at
/// most kMax are kept, and what is older is unknown, never "not removed".
class Removals {
 public:
  static constexpr std::size_t kMax = 256;

  /// All after `offset` will be noted from here on.
  void startAt(Offset offset) {
    known_after_ = offset;
    items_.clear();
  }

  void note(const Publication& publication) {
    const auto type = publication.type;
    const bool all = type == EntryType::RoomDeleted || type == EntryType::GroupDeleted ||
                     type == EntryType::SessionsRevoked;
    if (!all && type != EntryType::MemberLeft) return;
    items_.emplace_back(publication.offset, all ? UserId() : publication.ref_user);
    if (items_.size() <= kMax) return;
    known_after_ = items_.front().first;
    items_.erase(items_.begin());
  }

  /// False if he surely kept his right since `after`. A revoked sign-in and the end of a place name nobody:
  /// they concern all who listen to that scope.
  bool mayHaveRemoved(const UserId& user, Offset after) const {
    if (after < known_after_) return true;
    for (const auto& [offset, who] : items_) {
      if (offset > after && (who.empty() || who == user)) return true;
    }
    return false;
  }

 private:
  Offset known_after_ = 0;
  std::vector<std::pair<Offset, UserId>> items_;  // mostly empty
};

}  // namespace kith
