#include "service/rooms.h"

#include "base/json_writer.h"
#include "service/permissions.h"
#include "service/request_hash.h"

namespace kith {
namespace {

std::string joinedData(const Caller& caller, RoomRole role) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("users").beginArray().beginObject().field("id", caller.user.text());
  json.field("name", caller.name).field("role", roleName(role)).endObject().endArray().endObject();
  return out;
}

std::string leftData(const UserId& user, std::string_view cause) {
  std::string out;
  JsonWriter json(out);
  json.beginObject()
      .key("users")
      .beginArray()
      .string(user.text())
      .endArray()
      .field("cause", cause)
      .endObject();
  return out;
}

std::string roomData(const Room& room) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("room").beginObject().field("id", room.id.text()).field("name", room.name);
  json.field("topic", room.topic).endObject().endObject();
  return out;
}

/// For the person alone: the reason is nobody else's business.
std::string removedData(const RoomId& room, std::string_view cause, const std::string& reason) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("room").beginObject().field("id", room.text()).endObject().field("cause", cause);
  if (!reason.empty()) json.field("reason", reason);
  json.endObject();
  return out;
}

store::ScopedDraft draftOf(Scope scope, EntryType type, const UserId& user, std::string data,
                           int members_change = 0) {
  store::EntryDraft draft;
  draft.type = type;
  draft.ref_user = user;
  draft.data = std::move(data);
  draft.members_change = members_change;
  return {std::move(scope), std::move(draft)};
}

/// The answer of who has just come in: from what the commit wrote, so that nothing can fail after it. The
/// position is the room's, whichever log the nonce is bound in.
RoomWritten joinedAnswer(RoomWritten made, const store::Committed& committed) {
  made.written = writtenOf(committed);
  for (const auto& entry : committed.entries) {
    if (entry.logged.entry.type == EntryType::MemberJoined)
      made.written.position = {entry.epoch, entry.logged.entry.offset};
  }
  return made;
}

Result<void> mayEnterOneMore(store::Transaction& now, const UserId& user, const RoomLimits& limits) {
  if (TRY(now.roomsOf(user, limits.rooms_per_user_max)).size() < limits.rooms_per_user_max) return {};
  return Fault{FaultCode::LimitExceeded, "rooms", "you are in as many rooms as one person may be", false};
}

/// What every way out of a room writes.
Result<store::Drafts> takeOut(store::Transaction& now, RoomMember member, std::string_view cause,
                              const std::string& reason = {}) {
  member.state = MemberState::Left;
  member.role = RoomRole::Member;
  TRY(now.putMember(member));
  return store::Drafts{
      draftOf(Scope::of(member.room), EntryType::MemberLeft, member.user, leftData(member.user, cause), -1),
      draftOf(Scope::of(member.user), EntryType::RoomRemoved, member.user,
              removedData(member.room, cause, reason))};
}

}  // namespace

DiscussionRoomService::DiscussionRoomService(EventLog& log, Publish& publish, OnlineStatusService& online,
                                             TypingIndicator& typing, std::string hash_key, RoomLimits limits)
    : log_(log),
      publish_(publish),
      online_(online),
      typing_(typing),
      hash_key_(std::move(hash_key)),
      limits_(limits) {}

RoomId DiscussionRoomService::newRoomId() {
  Lock lock(random_mutex_);
  return RoomId::trusted(random_.id());
}

void DiscussionRoomService::createRoom(const Caller& caller, CreateRoom request, Reply<RoomWritten> reply) {
  const auto id = newRoomId();
  const auto hash = requestHash(hash_key_, "room.create", {request.name, request.topic});
  auto made = std::make_shared<RoomWritten>();
  auto run = [request, caller, id, made, limits = limits_](store::Transaction& now) -> Result<store::Drafts> {
    TRY(judge(Right::CreateRoom, {caller.user, std::nullopt, std::nullopt}));
    TRY(mayEnterOneMore(now, caller.user, limits));
    const Room room{id, request.name, request.topic, caller.user, now.now()};
    TRY(now.putRoom(room));
    const auto joined = TRY(now.nextOffset(Scope::of(id)));
    const RoomMember mine{id, caller.user, RoomRole::Owner, MemberState::Member, now.now(), joined};
    TRY(now.putMember(mine));
    made->room = {room, 1, joined, 0, mine};
    return store::Drafts{
        draftOf(Scope::of(caller.user), EntryType::RoomAdded, caller.user, roomData(room)),
        draftOf(Scope::of(id), EntryType::MemberJoined, caller.user, joinedData(caller, RoomRole::Owner), 1)};
  };
  auto done = [this, caller, made, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (!result->duplicate) broadcastUserJoined(*result);
    // A repeat made its room the first time: its id stands in the entry.
    if (result->duplicate)
      return answerWithRoom(caller, roomOfJson(result->entries.front().logged.entry.data), writtenOf(*result),
                            std::move(reply));
    reply(joinedAnswer(*made, *result));
  };
  log_.append({{Scope::of(caller.user), Scope::of(id)},
               caller.user,
               request.nonce,
               hash,
               0,
               store::TransactionRun(std::move(run)),
               std::move(done)});
}

void DiscussionRoomService::joinRoom(const Caller& caller, const RoomId& id, const std::string& nonce,
                                     Reply<RoomWritten> reply) {
  const auto hash = requestHash(hash_key_, "room.join", {});
  auto made = std::make_shared<RoomWritten>();
  auto run = [id, caller, made, limits = limits_](store::Transaction& now) -> Result<store::Drafts> {
    const auto room = TRY(now.room(id));
    const auto mine = TRY(now.member(id, caller.user));
    TRY(judge(Right::JoinRoom, {caller.user, room, mine}));
    made->room = {*room, TRY(now.head(Scope::of(id))).members, 0, 0, mine};
    if (mine && mine->state == MemberState::Member) return store::Drafts{};
    TRY(mayEnterOneMore(now, caller.user, limits));
    const auto offset = TRY(now.nextOffset(Scope::of(id)));
    const RoomMember joined{id, caller.user, RoomRole::Member, MemberState::Member, now.now(), offset};
    TRY(now.putMember(joined));
    made->room.mine = joined;
    ++made->room.members;
    return store::Drafts{
        draftOf(Scope::of(id), EntryType::MemberJoined, caller.user, joinedData(caller, RoomRole::Member), 1),
        draftOf(Scope::of(caller.user), EntryType::RoomAdded, caller.user, roomData(*room))};
  };
  auto done = [this, caller, id, made, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (!result->duplicate) broadcastUserJoined(*result);
    if (result->duplicate) return answerWithRoom(caller, id, writtenOf(*result), std::move(reply));
    reply(joinedAnswer(*made, *result));
  };
  log_.append({{Scope::of(id), Scope::of(caller.user)},
               caller.user,
               nonce,
               hash,
               0,
               store::TransactionRun(std::move(run)),
               std::move(done)});
}

void DiscussionRoomService::leaveRoom(const Caller& caller, const RoomId& id, const std::string& nonce,
                                      Reply<Written> reply) {
  const auto hash = requestHash(hash_key_, "room.leave", {});
  auto run = [id, caller](store::Transaction& now) -> Result<store::Drafts> {
    const auto room = TRY(now.room(id));
    const auto mine = TRY(now.member(id, caller.user));
    if (room && mine && mine->state == MemberState::Left) return store::Drafts{};
    TRY(judge(Right::LeaveRoom, {caller.user, room, mine}));
    return takeOut(now, *mine, "left");
  };
  auto done = broadcastThenAnswer(this, &DiscussionRoomService::broadcastUserLeft, std::move(reply));
  log_.append({{Scope::of(id), Scope::of(caller.user)},
               caller.user,
               nonce,
               hash,
               0,
               store::TransactionRun(std::move(run)),
               std::move(done)});
}

void DiscussionRoomService::kickMember(const Caller& caller, KickMember request, Reply<Written> reply) {
  const auto hash = requestHash(hash_key_, "room.kick", {request.user.text(), request.reason});
  auto run = [request, caller](store::Transaction& now) -> Result<store::Drafts> {
    const auto room = TRY(now.room(request.room));
    const auto mine = TRY(now.member(request.room, caller.user));
    const auto target = TRY(now.member(request.room, request.user));
    TRY(judge(Right::KickMember, {caller.user, room, mine, target}));
    return takeOut(now, *target, "kicked", request.reason);
  };
  auto done = broadcastThenAnswer(this, &DiscussionRoomService::broadcastUserLeft, std::move(reply));
  log_.append({{Scope::of(request.room), Scope::of(request.user)},
               caller.user,
               request.nonce,
               hash,
               0,
               store::TransactionRun(std::move(run)),
               std::move(done)});
}

void DiscussionRoomService::broadcastUserJoined(const store::Committed& committed) {
  for (const auto& entry : committed.entries) {
    if (entry.logged.entry.type == EntryType::MemberJoined) publish_.publishUserJoined(entry);
  }
  publishOthers(committed);
}

void DiscussionRoomService::broadcastUserLeft(const store::Committed& committed) {
  for (const auto& entry : committed.entries) {
    if (entry.logged.entry.type != EntryType::MemberLeft) continue;
    typing_.stopped(entry.scope.room(), entry.logged.entry.ref_user);
    publish_.publishUserLeft(entry);
  }
  publishOthers(committed);
}

// The same event in the log of the person concerned, who is online in other places now.
void DiscussionRoomService::publishOthers(const store::Committed& committed) {
  for (const auto& entry : committed.entries) {
    if (entry.scope.kind() != Scope::Kind::User) continue;
    online_.membershipChanged(entry.scope.user());
    publish_.publishEntry(entry);
  }
}

}  // namespace kith
