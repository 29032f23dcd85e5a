#include "service/permissions.h"

namespace kith {

const std::optional<RoomMember> Facts::kNobody{};

namespace {

bool isMember(const std::optional<RoomMember>& row) {
  return row && row->state == MemberState::Member;
}

bool outranks(const std::optional<RoomMember>& mine, const std::optional<RoomMember>& other) {
  // Who has left has no role.
  return isMember(mine) && mine->role == RoomRole::Owner &&
         !(isMember(other) && other->role == RoomRole::Owner);
}

Result<void> allow() {
  return {};
}
Result<void> deny(FaultCode code) {
  return Fault::of(code);
}

Result<void> judgeMessage(Right right, const Facts& facts) {
  if (facts.message == nullptr) return deny(FaultCode::NotFound);
  const bool own = facts.message->author == facts.actor;
  if (right == Right::EditMessage) {
    if (!own) return deny(FaultCode::PermissionDenied);
    return facts.message->deleted() ? deny(FaultCode::NotFound) : allow();
  }
  if (own) return allow();
  if (facts.mine->role != RoomRole::Owner) return deny(FaultCode::PermissionDenied);
  return outranks(facts.mine, facts.target) ? allow() : deny(FaultCode::HigherRole);
}

}  // namespace

Result<void> judge(Right right, const Facts& facts) {
  if (facts.actor.empty()) return deny(FaultCode::Unauthorized);
  if (right == Right::SeeRooms || right == Right::CreateRoom) return allow();
  if (!facts.room) return deny(FaultCode::NotFound);
  if (right == Right::JoinRoom) return allow();
  if (!isMember(facts.mine)) return deny(FaultCode::NotMember);
  switch (right) {
    case Right::ReadRoom:
    case Right::PostMessage:
    case Right::Type:
      return allow();
    case Right::LeaveRoom:
      return facts.mine->role == RoomRole::Owner ? deny(FaultCode::LastOwner) : allow();
    case Right::EditMessage:
    case Right::DeleteMessage:
      return judgeMessage(right, facts);
    case Right::KickMember:
      if (facts.mine->role != RoomRole::Owner) return deny(FaultCode::PermissionDenied);
      if (!isMember(facts.target)) return deny(FaultCode::NotFound);
      return outranks(facts.mine, facts.target) ? allow() : deny(FaultCode::HigherRole);
    case Right::SeeRooms:
    case Right::CreateRoom:
    case Right::JoinRoom:
      break;
  }
  return deny(FaultCode::PermissionDenied);
}

Result<void> judgeInRoom(Right right, store::Reader& reader, const UserId& user, const RoomId& id) {
  const auto room = TRY(reader.room(id));
  const auto mine = TRY(reader.member(id, user));
  return judge(right, {user, room, mine});
}

Result<Granted> mayRead(store::Reader& reader, const UserId& user, const Scope& scope) {
  if (scope.kind() == Scope::Kind::User) {
    if (user.empty() || scope.user() != user) return Fault::of(FaultCode::PermissionDenied);
    return Granted{};
  }
  const auto room = TRY(reader.room(scope.room()));
  const auto mine = TRY(reader.member(scope.room(), user));
  if (!judge(Right::ReadRoom, {user, room, mine})) return Fault::of(FaultCode::PermissionDenied);
  return Granted{mine->join_offset};
}

Result<Granted> mayListen(store::Reader& reader, const Caller& caller, const Scope& scope) {
  if (scope.kind() == Scope::Kind::User && !caller.login.empty()) {
    const auto login = TRY(reader.session(caller.login));
    if (!login || login->revoked_at != 0) return Fault::of(FaultCode::Unauthorized);
  }
  return mayRead(reader, caller.user, scope);
}

}  // namespace kith
