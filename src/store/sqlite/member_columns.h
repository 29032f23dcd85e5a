#pragma once

#include "model/group.h"
#include "store/sqlite/connection.h"

namespace kith::store::sqlite {

// Columns of a member's row (alias m) behind the id of his place, in rooms and groups alike.
#define KITH_MEMBER_COLUMNS "m.user, m.role, m.state, m.joined_at, m.join_offset"
inline constexpr int kMemberColumns = 5;

inline std::string_view stateName(MemberState state) {
  return state == MemberState::Member ? "member" : "left";
}

/// A RoomMember or GroupMember from KITH_MEMBER_COLUMNS at the columns from `column` on.
template <class Member, class PlaceId>
Member memberAt(const Query& row, int column, PlaceId place) {
  return {std::move(place),
          UserId::trusted(row.textAt(column)),
          row.textAt(column + 1) == roleName(RoomRole::Owner) ? RoomRole::Owner : RoomRole::Member,
          row.textAt(column + 2) == stateName(MemberState::Member) ? MemberState::Member : MemberState::Left,
          row.numberAt(column + 3),
          row.offsetAt(column + 4)};
}

/// Binds what follows the place's id: user, role, state, joined_at, join_offset.
template <class Member>
Result<void> putMemberRow(Query& upsert, const Member& member) {
  return upsert.text(member.user.text())
      .text(roleName(member.role))
      .text(stateName(member.state))
      .number(member.joined_at)
      .number(member.join_offset)
      .run();
}

}  // namespace kith::store::sqlite
