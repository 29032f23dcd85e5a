#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/group.h"
#include "store/mongodb/session.h"

namespace kith::store::mongodb {

inline constexpr std::size_t kIdsPerFind = 500;

inline std::string_view stateName(MemberState state) {
  return state == MemberState::Member ? "member" : "left";
}

/// The `_id` of somebody's row in a place.
inline std::string memberId(const std::string& place, const UserId& user) {
  return place + ':' + user.text();
}

/// A RoomMember or GroupMember.
template <class Member, class PlaceId>
Member memberAt(const View& row, PlaceId place) {
  return {std::move(place),
          UserId::trusted(row.text("user")),
          row.text("role") == roleName(RoomRole::Owner) ? RoomRole::Owner : RoomRole::Member,
          row.text("state") == stateName(MemberState::Member) ? MemberState::Member : MemberState::Left,
          row.number("joined_at"),
          row.offset("join_offset")};
}

/// `place` is the name of the field that holds the place's id.
template <class Member>
Document memberRow(const char* place, const std::string& place_id, const Member& member) {
  Document row;
  row.text("_id", memberId(place_id, member.user))
      .text(place, place_id)
      .text("user", member.user.text())
      .text("role", roleName(member.role))
      .text("state", stateName(member.state))
      .number("joined_at", member.joined_at)
      .number("join_offset", member.join_offset);
  return row;
}

/// What a user is a member of, as far as his rows say: the ids in `place` of `collection`.
Result<std::vector<std::string>> placesOf(Session& session, const char* collection, const char* place,
                                          const UserId& user);

/// Runs over the rows with these `_id`s, in no order. `take` gets a View.
template <class Take>
Result<void> eachOf(Session& session, const char* collection, const std::vector<std::string>& ids,
                    Take take) {
  for (std::size_t first = 0; first < ids.size(); first += kIdsPerFind) {
    const std::size_t last = std::min(ids.size(), first + kIdsPerFind);
    Document those;
    those.among("_id", {ids.begin() + static_cast<std::ptrdiff_t>(first),
                        ids.begin() + static_cast<std::ptrdiff_t>(last)});
    auto rows = session.find(collection, those);
    while (TRY(rows.next())) take(rows.row());
  }
  return {};
}

/// What people are called, in the order asked; who has no row is called nothing.
Result<std::vector<std::string>> displayNames(Session& session, const std::vector<UserId>& users);

}  // namespace kith::store::mongodb
