#include "service/rooms.h"

#include "service/group_tasks.h"
#include "service/permissions.h"
#include "service/request_hash.h"
#include "service/text_rules.h"

namespace kith {
namespace {

/// The answer of who has just come in: from what the commit wrote, so that nothing can fail after it. The
/// position is the room's, whichever log the nonce is bound in.
RoomWritten joinedAnswer(RoomWritten made, const store::Committed& committed) {
  made.written = writtenOf(committed);
  for (const auto& entry : committed.entries) {
    if (entry.scope.kind() != Scope::Kind::Room) continue;
    if (entry.logged.entry.type == EntryType::MemberJoined)
      made.written.position = {entry.epoch, entry.logged.entry.offset};
  }
  return made;
}

/// In a group: by its members, and not without end. Elsewhere: by everybody.
Result<void> mayCreateRoom(store::Transaction& now, const Caller& caller, const GroupId& id,
                           std::size_t rooms_max) {
  if (id.empty()) return judge(caller.right, caller);
  TRY(judgeInGroup(caller.right, now, caller, id));
  if (static_cast<std::size_t>(TRY(now.roomCount(id))) < rooms_max) return {};
  return Fault{FaultCode::LimitExceeded, "group", "the group has as many rooms as a group may have", false};
}

}  // namespace

DiscussionRoomService::DiscussionRoomService(Parts parts)
    : parts_(std::move(parts)), places_(parts_.publish, parts_.online, parts_.typing) {
  parts_.tasks.handle(kRoomEnd, [this](const StoredTask& task, Reply<TaskRunner::Next> reply) {
    letMembersGo(task, std::move(reply));
  });
  parts_.tasks.handle(kRoomPurge, [this](const StoredTask& task, Reply<TaskRunner::Next> reply) {
    purgeTexts(task, std::move(reply));
  });
}

RoomId DiscussionRoomService::newRoomId() {
  Lock lock(random_mutex_);
  return RoomId::trusted(random_.id());
}

Callback<void(Result<store::Committed>)> DiscussionRoomService::answerRoom(const Caller& caller,
                                                                           const RoomId& room,
                                                                           std::shared_ptr<RoomWritten> made,
                                                                           Reply<RoomWritten> reply) {
  return [this, caller, room, made = std::move(made),
          reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (!result->duplicate) {
      broadcast(*result);
      return reply(joinedAnswer(std::move(*made), *result));
    }
    answerAgain(caller, room, *result, std::move(reply));
  };
}

void DiscussionRoomService::createRoom(const Caller& caller, CreateRoom request, Reply<RoomWritten> reply) {
  const auto id = newRoomId();
  const auto hash =
      requestHash(parts_.hash_key, "room.create",
                  {request.name, request.topic, request.group.text(), std::to_string(request.capacity)});
  std::vector<Scope> scopes{Scope::of(caller.user), Scope::of(id)};
  if (!request.group.empty()) scopes.push_back(Scope::of(request.group));
  auto made = std::make_shared<RoomWritten>();
  auto run = [request, caller, id, made,
              limits = parts_.limits](store::Transaction& now) -> Result<store::Drafts> {
    TRY(mayCreateRoom(now, caller, request.group, limits.rooms_per_group_max));
    TRY(mayEnterOneMore(now, caller.user, limits.places_per_user_max));
    Room room{id, request.name, request.topic, caller.user, now.now(), request.group, request.capacity};
    room.folded_name = toFolded(request.name).value_or(request.name);
    TRY(now.putRoom(room));
    auto entered = TRY(letIn(now, room, {caller.user, caller.name}, RoomRole::Owner));
    made->room.room = room;
    made->room.members = 1;
    made->room.head = TRY(now.nextOffset(Scope::of(id)));
    made->room.mine = TRY(now.member(id, caller.user));
    // His own entry first: a nonce is bound there, since the room is new.
    store::Drafts drafts{std::move(entered[1]), std::move(entered[0])};
    if (!request.group.empty())
      drafts.push_back(roomDraft(Scope::of(request.group), EntryType::RoomCreated, room));
    return drafts;
  };
  parts_.log.append({std::move(scopes), caller.user, request.nonce, hash,
                     request.name.size() + request.topic.size(), store::TransactionRun(std::move(run)),
                     answerRoom(caller, id, made, std::move(reply))});
}

void DiscussionRoomService::joinRoom(const Caller& caller, const RoomId& id, const std::string& nonce,
                                     Reply<RoomWritten> reply) {
  auto made = std::make_shared<RoomWritten>();
  auto run = [id, caller, made, limits = parts_.limits](store::Transaction& now) -> Result<store::Drafts> {
    const auto own = TRY(standingIn(now, id, caller.user));
    TRY(judge(caller.right, RoomFacts{caller, own}));
    const auto members = TRY(now.head(Scope::of(id))).members;
    made->room = {*own.room, members, 0, 0, own.member};
    if (isMember(own.member)) return store::Drafts{};
    if (!own.room->group.empty()) TRY(isNotLeaving(now, own.room->group, caller.user));
    TRY(hasRoomFor(now, Scope::of(id), own.room->capacity));
    TRY(mayEnterOneMore(now, caller.user, limits.places_per_user_max));
    auto drafts = TRY(letIn(now, *own.room, {caller.user, caller.name}, RoomRole::Member));
    made->room.mine = TRY(now.member(id, caller.user));
    ++made->room.members;
    return drafts;
  };
  parts_.log.append({{Scope::of(id), Scope::of(caller.user)},
                     caller.user,
                     nonce,
                     requestHash(parts_.hash_key, "room.join", {}),
                     0,
                     store::TransactionRun(std::move(run)),
                     answerRoom(caller, id, made, std::move(reply))});
}

// An owner leaves only a room that nobody else is in. It is archived with that: nobody could end it any more.
void DiscussionRoomService::leaveRoom(const Caller& caller, const RoomId& id, const std::string& nonce,
                                      Reply<Written> reply) {
  auto run = [id, caller](store::Transaction& now) -> Result<store::Drafts> {
    const auto own = TRY(standingIn(now, id, caller.user));
    const bool seen = own.room && (own.room->group.empty() || isMember(own.in_group));
    if (seen && own.member && own.member->state == MemberState::Left) return store::Drafts{};
    const bool last = TRY(now.head(Scope::of(id))).members == 1;
    TRY(judge(caller.right, RoomFacts{caller, own, RoomFacts::kNobody, nullptr, last}));
    auto drafts = TRY(takeOut(now, *own.member, "left"));
    if (own.member->role == RoomRole::Owner && own.room->archived_at == 0) {
      auto room = *own.room;
      room.archived_at = now.now();
      TRY(now.putRoom(room));
      for (auto& draft : inBothLogs(EntryType::RoomArchived, room)) drafts.push_back(std::move(draft));
    }
    return drafts;
  };
  const auto hash = requestHash(parts_.hash_key, "room.leave", {});
  withGroup(id, [this, caller, id, nonce, hash, run = std::move(run),
                 reply = std::move(reply)](Result<std::vector<Scope>> scopes) mutable {
    if (!scopes) return reply(scopes.error());
    scopes->push_back(Scope::of(caller.user));
    auto done = broadcastThenAnswer(this, &DiscussionRoomService::broadcast, std::move(reply));
    parts_.log.append({std::move(*scopes), caller.user, nonce, hash, 0, store::TransactionRun(std::move(run)),
                       std::move(done)});
  });
}

void DiscussionRoomService::kickMember(const Caller& caller, KickMember request, Reply<Written> reply) {
  const auto hash = requestHash(parts_.hash_key, "room.kick", {request.user.text(), request.reason});
  auto run = [request, caller](store::Transaction& now) -> Result<store::Drafts> {
    const auto own = TRY(standingIn(now, request.room, caller.user));
    const auto target = TRY(standingIn(now, request.room, request.user));
    TRY(judge(caller.right, RoomFacts{caller, own, target}));
    return takeOut(now, *target.member, "kicked", request.reason);
  };
  auto done = broadcastThenAnswer(this, &DiscussionRoomService::broadcast, std::move(reply));
  parts_.log.append({{Scope::of(request.room), Scope::of(request.user)},
                     caller.user,
                     request.nonce,
                     hash,
                     request.reason.size(),
                     store::TransactionRun(std::move(run)),
                     std::move(done)});
}

void DiscussionRoomService::broadcast(const store::Committed& committed) {
  for (const auto& entry : committed.entries) {
    switch (entry.logged.entry.type) {
      case EntryType::MemberJoined:
        broadcastUserJoined(entry);
        break;
      case EntryType::MemberLeft:
        broadcastUserLeft(entry);
        break;
      default:
        places_.other(entry);
    }
  }
}

}  // namespace kith
