#include "service/place_entries.h"

#include "base/json_writer.h"

namespace kith {
namespace {

void writeRoom(JsonWriter& json, const Room& room) {
  json.key("room")
      .beginObject()
      .field("id", room.id.text())
      .field("name", room.name)
      .field("topic", room.topic);
  if (!room.group.empty()) json.field("group", room.group.text());
  json.endObject();
}

std::string removedData(std::string_view kind, const std::string& id, std::string_view cause,
                        const std::string& reason) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key(kind).beginObject().field("id", id).endObject().field("cause", cause);
  if (!reason.empty()) json.field("reason", reason);
  json.endObject();
  return out;
}

}  // namespace

store::ScopedDraft draftOf(Scope scope, EntryType type, const UserId& user, std::string data,
                           int members_change) {
  store::EntryDraft draft;
  draft.type = type;
  draft.ref_user = user;
  draft.data = std::move(data);
  draft.members_change = members_change;
  return {std::move(scope), std::move(draft)};
}

store::ScopedDraft joinedDraft(Scope place, const Joiner& who, RoomRole role) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("users").beginArray().beginObject().field("id", who.user.text());
  json.field("name", who.name).field("role", roleName(role)).endObject().endArray().endObject();
  return draftOf(std::move(place), EntryType::MemberJoined, who.user, std::move(out), 1);
}

store::ScopedDraft leftDraft(Scope place, const UserId& user, std::string_view cause) {
  std::string out;
  JsonWriter json(out);
  json.beginObject()
      .key("users")
      .beginArray()
      .string(user.text())
      .endArray()
      .field("cause", cause)
      .endObject();
  return draftOf(std::move(place), EntryType::MemberLeft, user, std::move(out), -1);
}

store::ScopedDraft addedDraft(const UserId& user, const Room& room) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  writeRoom(json, room);
  json.endObject();
  return draftOf(Scope::of(user), EntryType::RoomAdded, user, std::move(out));
}

store::ScopedDraft addedDraft(const UserId& user, const Group& group, RoomRole role) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("group").beginObject().field("id", group.id.text()).field("slug", group.slug);
  json.field("name", group.name)
      .field("main_room", group.mainRoom().text())
      .field("role", roleName(role))
      .endObject()
      .endObject();
  return draftOf(Scope::of(user), EntryType::GroupAdded, user, std::move(out));
}

store::ScopedDraft removedDraft(const UserId& user, const RoomId& room, std::string_view cause,
                                const std::string& reason) {
  return draftOf(Scope::of(user), EntryType::RoomRemoved, user,
                 removedData("room", room.text(), cause, reason));
}

store::ScopedDraft removedDraft(const UserId& user, const GroupId& group, std::string_view cause,
                                const std::string& reason) {
  return draftOf(Scope::of(user), EntryType::GroupRemoved, user,
                 removedData("group", group.text(), cause, reason));
}

store::ScopedDraft roomDraft(Scope scope, EntryType type, const Room& room) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  if (type == EntryType::RoomArchived) json.flag("archived", room.archived_at != 0);
  writeRoom(json, room);
  json.endObject();
  return draftOf(std::move(scope), type, UserId(), std::move(out));
}

store::ScopedDraft defaultRoomsDraft(const Group& group) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("changes").beginObject().key("default_rooms").beginArray();
  for (const auto& room : group.default_rooms) json.string(room.text());
  json.endArray().endObject().endObject();
  return draftOf(Scope::of(group.id), EntryType::GroupUpdated, UserId(), std::move(out));
}

store::Drafts inBothLogs(EntryType type, const Room& room) {
  store::Drafts drafts{roomDraft(Scope::of(room.id), type, room)};
  if (!room.group.empty()) drafts.push_back(roomDraft(Scope::of(room.group), type, room));
  return drafts;
}

store::ScopedDraft requestDraft(Scope scope, EntryType type, const JoinRequest& request,
                                const std::string& applicant_name) {
  std::string out;
  JsonWriter json(out);
  json.beginObject()
      .key("request")
      .beginObject()
      .field("id", request.id.text())
      .field("group", request.group.text());
  json.field("user", request.user.text());
  if (!applicant_name.empty()) json.field("name", applicant_name);
  json.field("state", requestStateName(request.state)).endObject();
  if (!request.reason.empty()) json.field("reason", request.reason);
  json.endObject();
  return draftOf(std::move(scope), type, request.user, std::move(out));
}

Result<store::Drafts> letIn(store::Transaction& now, const Room& room, const Joiner& who, RoomRole role) {
  const auto scope = Scope::of(room.id);
  const auto offset = TRY(now.nextOffset(scope));
  TRY(now.putMember(RoomMember{room.id, who.user, role, MemberState::Member, now.now(), offset}));
  return store::Drafts{joinedDraft(scope, who, role), addedDraft(who.user, room)};
}

Result<store::Drafts> takeOut(store::Transaction& now, RoomMember member, std::string_view cause,
                              const std::string& reason) {
  member.state = MemberState::Left;
  member.role = RoomRole::Member;
  TRY(now.putMember(member));
  return store::Drafts{leftDraft(Scope::of(member.room), member.user, cause),
                       removedDraft(member.user, member.room, cause, reason)};
}

Result<void> hasRoomFor(store::Transaction& now, const Scope& place, std::int64_t capacity) {
  if (capacity == 0 || TRY(now.head(place)).members < capacity) return {};
  return Fault::of(FaultCode::Full);
}

Result<void> mayEnterOneMore(store::Transaction& now, const UserId& user, std::size_t places_max,
                             std::string_view he_is) {
  if (TRY(now.placeCount(user, places_max)) < places_max) return {};
  return Fault{FaultCode::LimitExceeded, "rooms",
               std::string(he_is) + " in as many rooms and groups as one person may be", false};
}

}  // namespace kith
