#include "service/permissions.h"

#include <algorithm>

namespace kith {

const Standing RoomFacts::kNobody{};
const std::optional<GroupMember> GroupFacts::kNobody{};

namespace {

/// Who ranks higher may act on who ranks lower.
enum class Rank { Outside, Member, Owner, SiteAdmin };

template <class Row>
Rank rankOf(const std::optional<Row>& row) {
  if (!isMember(row)) return Rank::Outside;  // who has left has no role
  return row->role == RoomRole::Owner ? Rank::Owner : Rank::Member;
}

/// The higher of the roles in the room and in its group.
Rank rankOf(const Standing& standing) {
  return std::max(rankOf(standing.member), rankOf(standing.in_group));
}

template <class Own>
Rank rankOf(const Caller& caller, const Own& own) {
  return caller.site_role == SiteRole::Admin ? Rank::SiteAdmin : rankOf(own);
}

Result<void> allow() {
  return {};
}
Result<void> deny(FaultCode code) {
  return Fault::of(code);
}
Result<void> allowIf(bool allowed, FaultCode otherwise = FaultCode::PermissionDenied) {
  return allowed ? allow() : deny(otherwise);
}

/// On somebody else: only with a right of the staff, and only on who ranks lower.
Result<void> judgeActing(Rank own, Rank target) {
  if (own < Rank::Owner) return deny(FaultCode::PermissionDenied);
  return allowIf(own > target, FaultCode::HigherRole);
}

Result<void> judgeMessage(Right right, const RoomFacts& facts) {
  if (facts.message == nullptr) return deny(FaultCode::NotFound);
  const bool own = facts.message->author == facts.caller.user;
  if (right == Right::EditMessage) {
    if (!own) return deny(FaultCode::PermissionDenied);
    return allowIf(!facts.message->deleted(), FaultCode::NotFound);
  }
  if (own) return allow();
  return judgeActing(rankOf(facts.caller, facts.own), rankOf(facts.target));
}

/// The main room belongs to its group: it is entered, left and ended with it.
Fault withItsGroup() {
  return {FaultCode::PermissionDenied,
          {},
          "the main room of a group is joined, left and deleted with the group",
          false};
}

bool isSeen(const RoomFacts& facts) {
  if (!facts.own.room) return false;
  return facts.own.room->group.empty() || isMember(facts.own.in_group) ||
         facts.caller.site_role == SiteRole::Admin;
}

bool needsActiveRoom(Right right) {
  return right == Right::JoinRoom || right == Right::PostMessage || right == Right::Type ||
         right == Right::EditMessage;
}

/// Of a group that is gone no room is there, though the task that ends them has not come to it yet.
Result<std::optional<Room>> roomThatIsThere(store::Reader& reader, const RoomId& id) {
  auto room = TRY(reader.room(id));
  if (room && !room->group.empty()) {
    if (!TRY(reader.group(room->group))) room.reset();
  }
  return room;
}

}  // namespace

Result<void> judge(Right right, const RoomFacts& facts) {
  if (facts.caller.user.empty()) return deny(FaultCode::Unauthorized);
  if (!isSeen(facts)) return deny(FaultCode::NotFound);
  const auto& [room, member, in_group] = facts.own;
  const auto rank = rankOf(facts.caller, facts.own);
  const bool inside = isMember(member) && (room->group.empty() || isMember(in_group));
  if (facts.caller.back_end && right == Right::ReadPlace) return allow();
  const bool archived = room->archived_at != 0;
  switch (right) {
    case Right::SeeRooms:
      return allow();
    case Right::JoinRoom:
      if (!room->group.empty() && !isMember(in_group))
        return deny(FaultCode::NotMember);  // a site admin joins the group first
      return allowIf(!archived || inside, FaultCode::Archived);
    case Right::UpdateRoom:
    case Right::ArchiveRoom:
      return allowIf(rank >= Rank::Owner, inside ? FaultCode::PermissionDenied : FaultCode::NotMember);
    case Right::DeleteRoom:
      if (room->isMain()) return withItsGroup();
      return allowIf(rank >= Rank::Owner, inside ? FaultCode::PermissionDenied : FaultCode::NotMember);
    case Right::KickMember:
      if (rank < Rank::Owner) return deny(inside ? FaultCode::PermissionDenied : FaultCode::NotMember);
      if (room->isMain()) return withItsGroup();
      if (!isMember(facts.target.member)) return deny(FaultCode::NotFound);
      if (facts.target.member->role == RoomRole::Owner) return deny(FaultCode::HigherRole);  // by nobody
      return judgeActing(rank, rankOf(facts.target));
    case Right::DeleteMessage:
      if (!inside && rank != Rank::SiteAdmin) return deny(FaultCode::NotMember);
      return judgeMessage(right, facts);
    default:
      break;
  }
  if (!inside) return deny(FaultCode::NotMember);
  if (archived && needsActiveRoom(right)) return deny(FaultCode::Archived);
  switch (right) {
    case Right::ReadPlace:
    case Right::PostMessage:
    case Right::Type:
      return allow();
    case Right::LeaveRoom:
      if (room->isMain()) return withItsGroup();
      return allowIf(member->role != RoomRole::Owner || facts.last, FaultCode::LastOwner);
    case Right::EditMessage:
      return judgeMessage(right, facts);
    default:
      return deny(FaultCode::PermissionDenied);
  }
}

Result<void> judge(Right right, const GroupFacts& facts) {
  if (facts.caller.user.empty()) return deny(FaultCode::Unauthorized);
  if (!facts.group) return deny(FaultCode::NotFound);
  const auto rank = rankOf(facts.caller, facts.own);
  const bool inside = isMember(facts.own);
  switch (right) {
    case Right::SeeGroups:
    case Right::JoinGroup:
    case Right::CancelRequest:
      return allow();
    case Right::SeeRooms:
    case Right::CreateRoom:
    case Right::ReadPlace:
      return allowIf(inside || facts.caller.back_end, FaultCode::NotMember);
    case Right::LeaveGroup:
      if (!inside) return deny(FaultCode::NotMember);
      return allowIf(facts.own->role != RoomRole::Owner, FaultCode::LastOwner);
    case Right::DecideRequests:
    case Right::UpdateGroup:
    case Right::DeleteGroup:
      return allowIf(rank >= Rank::Owner, inside ? FaultCode::PermissionDenied : FaultCode::NotMember);
    case Right::KickFromGroup:
      if (rank < Rank::Owner) return deny(inside ? FaultCode::PermissionDenied : FaultCode::NotMember);
      if (!isMember(facts.target)) return deny(FaultCode::NotFound);
      if (facts.target->role == RoomRole::Owner) return deny(FaultCode::HigherRole);  // by nobody
      return judgeActing(rank, rankOf(facts.target));
    default:
      return deny(FaultCode::PermissionDenied);
  }
}

Result<void> judge(Right right, const Caller& caller) {
  if (caller.user.empty()) return deny(FaultCode::Unauthorized);
  switch (right) {
    case Right::SeeRooms:
    case Right::CreateRoom:
    case Right::SeeGroups:
    case Right::CreateGroup:
      return allow();
    case Right::SeeAllOnline:
    case Right::ManagePresence:
      return allowIf(caller.site_role == SiteRole::Admin);
    default:
      return deny(FaultCode::PermissionDenied);
  }
}

Result<Standing> standingIn(store::Reader& reader, const RoomId& id, const UserId& user) {
  Standing standing;
  standing.room = TRY(roomThatIsThere(reader, id));
  standing.member = TRY(reader.member(id, user));
  if (standing.room && !standing.room->group.empty()) {
    standing.in_group = TRY(reader.groupMember(standing.room->group, user));
  }
  return standing;
}

Result<Standing> standingIn(store::ScopeState& now, const UserId& user) {
  Standing standing;
  standing.room = TRY(now.room());
  standing.member = TRY(now.member(user));
  if (!standing.room || standing.room->group.empty()) return standing;
  standing.in_group = TRY(now.groupMember(user));
  if (!TRY(now.group())) standing.room.reset();  // as roomThatIsThere()
  return standing;
}

Result<void> judgeInRoom(Right right, store::Reader& reader, const Caller& caller, const RoomId& room) {
  const auto own = TRY(standingIn(reader, room, caller.user));
  return judge(right, RoomFacts{caller, own});
}

Result<void> judgeInGroup(Right right, store::Reader& reader, const Caller& caller, const GroupId& id) {
  const auto group = TRY(reader.group(id));
  const auto own = TRY(reader.groupMember(id, caller.user));
  return judge(right, GroupFacts{caller, group, own});
}

Result<void> judgeInPlace(store::Reader& reader, const Caller& caller, const Scope& place) {
  if (place.kind() == Scope::Kind::Group) return judgeInGroup(caller.right, reader, caller, place.group());
  return judgeInRoom(caller.right, reader, caller, place.room());
}

Result<void> judgeTowards(store::Reader& reader, const Caller& caller, const UserId& person) {
  if (caller.user.empty()) return deny(FaultCode::Unauthorized);
  if (caller.right != Right::SeeIfOnline) return deny(FaultCode::PermissionDenied);
  if (person == caller.user) return allow();
  if (caller.site_role == SiteRole::Admin) {
    const auto known = TRY(reader.user(person));
    return allowIf(known.has_value(), FaultCode::NotFound);
  }
  const bool shared = TRY(reader.sharePlace(caller.user, person));
  return allowIf(shared, FaultCode::NotFound);
}

Result<void> judgeOverPlace(store::Reader& reader, const Caller& caller, const Scope& place) {
  TRY(judge(caller.right, caller));
  if (place.kind() == Scope::Kind::Group) {
    const auto group = TRY(reader.group(place.group()));
    return allowIf(group.has_value(), FaultCode::NotFound);
  }
  const auto room = TRY(roomThatIsThere(reader, place.room()));
  return allowIf(room.has_value(), FaultCode::NotFound);
}

Result<Granted> mayRead(store::Reader& reader, const Caller& caller, const Scope& scope) {
  const auto denied = Fault::of(FaultCode::PermissionDenied);
  switch (scope.kind()) {
    case Scope::Kind::User:
      if (caller.user.empty() || scope.user() != caller.user) return denied;
      return Granted{};
    case Scope::Kind::Room: {
      const auto own = TRY(standingIn(reader, scope.room(), caller.user));
      if (!judge(Right::ReadPlace, RoomFacts{caller, own})) return denied;
      Granted granted{own.member->join_offset};
      if (!own.room->group.empty()) granted.beside = Scope::of(own.room->group);
      return granted;
    }
    case Scope::Kind::Group: {
      const auto group = TRY(reader.group(scope.group()));
      const auto own = TRY(reader.groupMember(scope.group(), caller.user));
      if (!judge(Right::ReadPlace, GroupFacts{caller, group, own})) return denied;
      return Granted{own->join_offset};
    }
    case Scope::Kind::Staff: {
      const auto group = TRY(reader.group(scope.group()));
      const auto own = TRY(reader.groupMember(scope.group(), caller.user));
      // Beside the group only: a site admin who is no member decides without listening.
      if (!isMember(own) || !judge(Right::DecideRequests, GroupFacts{caller, group, own})) return denied;
      return Granted{std::nullopt, Scope::of(scope.group())};
    }
  }
  return denied;
}

Result<Granted> mayListen(store::Reader& reader, const Caller& caller, const Scope& scope) {
  if (scope.kind() == Scope::Kind::User && !caller.login.empty()) {
    const auto login = TRY(reader.session(caller.login));
    if (!login || login->revoked_at != 0) return Fault::of(FaultCode::Unauthorized);
  }
  return mayRead(reader, caller, scope);
}

}  // namespace kith
