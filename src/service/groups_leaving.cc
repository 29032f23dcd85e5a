#include "service/group_tasks.h"
#include "service/groups.h"
#include "service/permissions.h"
#include "service/request_hash.h"

namespace kith {
namespace {

using Next = TaskRunner::Next;

/// Out of the group and its main room.
Result<store::Drafts> takeOutOfGroup(store::Transaction& now, GroupMember member, std::string_view cause,
                                     const std::string& reason = {}) {
  const auto group = member.group;
  const auto user = member.user;
  member.state = MemberState::Left;
  member.role = RoomRole::Member;
  TRY(now.putMember(member));
  store::Drafts drafts{leftDraft(Scope::of(group), user, cause), removedDraft(user, group, cause, reason)};
  const auto in_main = TRY(now.member(Group::mainRoomOf(group), user));
  if (!in_main || in_main->state != MemberState::Member) return drafts;
  for (auto& draft : TRY(takeOut(now, *in_main, cause == "kicked" ? "kicked" : "group_left")))
    drafts.push_back(std::move(draft));
  return drafts;
}

/// A room of the group beside the main one that he is still in.
Result<std::optional<RoomId>> roomLeft(store::Reader& reader, const GroupId& group, const UserId& user) {
  for (const auto& room : TRY(reader.roomsIn(group, user, 2))) {
    if (room != Group::mainRoomOf(group)) return std::optional<RoomId>(room);
  }
  return std::optional<RoomId>();
}

/// Into a default room, unless something stands against it now: he is in the group, and may join later.
Result<store::Drafts> enterIfPossible(store::Transaction& now, const GroupTask& who, const RoomId& id,
                                      const GroupLimits& limits) {
  const auto standing = TRY(standingIn(now, id, who.user));
  const auto& room = standing.room;
  if (!room || room->group != who.group || room->archived_at != 0) return store::Drafts{};
  if (!isMember(standing.in_group) || isMember(standing.member)) return store::Drafts{};
  if (!hasRoomFor(now, Scope::of(id), room->capacity)) return store::Drafts{};
  if (!mayEnterOneMore(now, who.user, limits.places_per_user_max)) return store::Drafts{};
  return letIn(now, *room, {who.user, who.name}, RoomRole::Member);
}

/// Is the task still to be done as it was when this step began? What is stored counts, and goes into `next`:
/// it may be over, and he may have come back since.
Result<bool> stands(store::Transaction& now, const StoredTask& task, Next& next) {
  next = TRY(now.task(task.key));
  return next && next->data == task.data;
}

std::vector<Scope> scopesOf(const GroupId& group, const UserId& user) {
  return {Scope::of(group), Scope::of(Group::mainRoomOf(group)), Scope::of(user)};
}

}  // namespace

// Nothing is shut until the rooms are left: while he is a member of the group, he may be of its rooms.
void CommunityGroupService::leaveGroup(const Caller& caller, const GroupId& id,
                                       const std::string& given_nonce, Reply<LeftGroup> reply) {
  const auto nonce = given_nonce.empty() ? newId() : given_nonce;
  auto task = std::make_shared<std::optional<StoredTask>>();
  auto run = [=](store::Transaction& now) -> Result<store::Drafts> {
    const auto group = TRY(now.group(id));
    const auto own = TRY(now.groupMember(id, caller.user));
    if (group && own && own->state == MemberState::Left) return store::Drafts{};
    TRY(judge(caller.right, GroupFacts{caller, group, own}));
    *task = groupTask(kGroupLeave, {id, caller.user, {}, {}, nonce});
    if (auto begun = TRY(now.task((*task)->key))) {
      *task = std::move(begun);  // from another of his devices: one leave
    } else {
      TRY(now.putTask(**task));
    }
    return store::Drafts{};
  };
  auto done = [this, id, caller, task, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (!*task) return reply(LeftGroup{writtenOf(*result)});
    const auto nonce = groupTaskOf(**task).nonce;
    auto ended = [this, id, caller, nonce, reply = std::move(reply)](Result<LeftGroup> left) mutable {
      if (!left || left->accepted) return reply(std::move(left));
      auto read = [id, caller, nonce](store::Reader& reader) -> Result<LeftGroup> {
        const auto entry = TRY(reader.entryOfNonce(Scope::of(id), caller.user, nonce));
        if (!entry) return LeftGroup{writtenOf({})};  // put out meanwhile: he is out
        const bool his_leaving =
            entry->entry.type == EntryType::MemberLeft && entry->entry.ref_user == caller.user;
        if (!his_leaving) return LeftGroup{{}, true};  // the nonce is of something else
        const auto epoch = TRY(reader.head(Scope::of(id))).position.epoch;
        return LeftGroup{{{epoch, entry->entry.offset}, entry->entry.at}};
      };
      parts_.log.readValue<LeftGroup>(
          std::move(read), [reply = std::move(reply)](Result<LeftGroup> found) mutable {
            if (!found)
              return reply(LeftGroup{{}, true});  // he has left; only where that stands is not known
            reply(std::move(found));
          });
    };
    answerAfter<LeftGroup>(*task, LeftGroup{}, std::move(ended));
  };
  parts_.log.append({scopesOf(id, caller.user), caller.user, nonce,
                     requestHash(parts_.hash_key, "group.leave", {}), 0,
                     store::TransactionRun(std::move(run)), std::move(done)});
}

void CommunityGroupService::kickMember(const Caller& caller, KickFromGroup request, Reply<LeftGroup> reply) {
  const auto hash = requestHash(parts_.hash_key, "group.kick", {request.user.text(), request.reason});
  const auto task = groupTask(kGroupKick, {request.group, request.user, {}, caller.user});
  auto rooms_left = std::make_shared<bool>(false);
  auto run = [=](store::Transaction& now) -> Result<store::Drafts> {
    const auto group = TRY(now.group(request.group));
    const auto own = TRY(now.groupMember(request.group, caller.user));
    const auto target = TRY(now.groupMember(request.group, request.user));
    TRY(judge(caller.right, GroupFacts{caller, group, own, target}));
    *rooms_left = TRY(roomLeft(now, request.group, request.user)).has_value();
    if (*rooms_left) TRY(now.putTask(task));
    return takeOutOfGroup(now, *target, "kicked", request.reason);
  };
  auto done = [this, task, rooms_left, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (!result->duplicate) broadcast(*result);
    answerAfter<LeftGroup>(*rooms_left ? std::optional(task) : std::nullopt, LeftGroup{writtenOf(*result)},
                           std::move(reply));
  };
  parts_.log.append({scopesOf(request.group, request.user), caller.user, request.nonce, hash,
                     request.reason.size(), store::TransactionRun(std::move(run)), std::move(done)});
}

// Room by room; each commit finds out by itself whether there is something left to do, so that a step may
// be repeated, and whatever he does meanwhile is seen.
void CommunityGroupService::leaveOneRoom(const StoredTask& task, Reply<Next> reply) {
  const auto what = groupTaskOf(task);
  parts_.log.readValue<std::optional<RoomId>>(
      [what](store::Reader& reader) { return roomLeft(reader, what.group, what.user); },
      [this, task, reply = std::move(reply)](Result<std::optional<RoomId>> room) mutable {
        if (!room) return reply(room.error());
        if (*room) return leaveRoomOf(task, **room, std::move(reply));
        leaveAtLast(task, groupTaskOf(task).nonce, std::move(reply));
      });
}

void CommunityGroupService::leaveRoomOf(const StoredTask& task, const RoomId& room, Reply<Next> reply) {
  const auto what = groupTaskOf(task);
  auto next = std::make_shared<Next>();
  auto run = [what, room, task, next](store::Transaction& now) -> Result<store::Drafts> {
    if (!TRY(stands(now, task, *next))) return store::Drafts{};
    if (!TRY(now.room(room))) return store::Drafts{};  // ended meanwhile: its own task lets him go
    const auto member = TRY(now.member(room, what.user));
    if (!member || member->state != MemberState::Member) return store::Drafts{};
    return takeOut(now, *member, "group_left");
  };
  appendStep(
      {{Scope::of(room), Scope::of(what.user)}, what.by.empty() ? what.user : what.by, {}, {}},
      std::move(run), [next] { return *next; }, std::move(reply));
}

// A nonce that he has used for something else since the leave began is not bound once more: he leaves all the
// same.
void CommunityGroupService::leaveAtLast(const StoredTask& task, const std::string& nonce, Reply<Next> reply) {
  const auto what = groupTaskOf(task);
  auto next = std::make_shared<Next>();
  auto run = [what, task, next](store::Transaction& now) -> Result<store::Drafts> {
    if (!TRY(stands(now, task, *next))) return store::Drafts{};
    if (TRY(roomLeft(now, what.group, what.user))) return store::Drafts{};  // he has joined one meanwhile
    next->reset();
    TRY(now.removeTask(task.key));
    if (!TRY(now.group(what.group))) return store::Drafts{};  // deleted meanwhile: its own task lets him go
    const auto member = TRY(now.groupMember(what.group, what.user));
    if (task.kind == kGroupKick || !isMember(member)) return store::Drafts{};
    return takeOutOfGroup(now, *member, "left");
  };
  const bool leaves = task.kind == kGroupLeave;
  StepBy by{scopesOf(what.group, what.user), leaves ? what.user : what.by, nonce,
            nonce.empty() ? std::string() : requestHash(parts_.hash_key, "group.leave", {})};
  auto ended = [this, task, nonce, reply = std::move(reply)](Result<Next> ended) mutable {
    const bool used = !ended && !nonce.empty() && ended.error().code == FaultCode::NonceConflict;
    if (used) return leaveAtLast(task, {}, std::move(reply));
    reply(std::move(ended));
  };
  appendStep(
      std::move(by), std::move(run), [next] { return *next; }, std::move(ended));
}

void CommunityGroupService::enterDefaultRoom(const StoredTask& task, Reply<Next> reply) {
  auto what = groupTaskOf(task);
  if (what.rooms.empty()) return reply(Next());
  const auto id = what.rooms.front();
  what.rooms.erase(what.rooms.begin());
  const bool last = what.rooms.empty();
  const auto rest = groupTask(kGroupEnter, what);
  auto next = std::make_shared<Next>();
  auto run = [what, id, rest, last, task, next,
              limits = parts_.limits](store::Transaction& now) -> Result<store::Drafts> {
    // He may have left and joined again, and then all rooms are due once more.
    if (!TRY(stands(now, task, *next))) return store::Drafts{};
    *next = last ? Next() : Next(rest);
    if (last)
      TRY(now.removeTask(rest.key));
    else
      TRY(now.putTask(rest));
    return enterIfPossible(now, what, id, limits);
  };
  appendStep(
      {{Scope::of(id), Scope::of(what.user)}, what.user, {}, {}}, std::move(run), [next] { return *next; },
      std::move(reply));
}

}  // namespace kith
