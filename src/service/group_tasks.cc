#include "service/group_tasks.h"

#include <simdjson.h>

#include "base/json_writer.h"

namespace kith {
namespace {

std::string textOf(const simdjson::dom::element& data, const char* name) {
  std::string_view text;
  return data[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::string keyOf(const char* kind, const GroupId& group, const UserId& user) {
  auto key = std::string(kind) + ':' + group.text();
  if (std::string_view(kind) != kGroupEnd) key += ':' + user.text();
  return key;
}

}  // namespace

StoredTask groupTask(const char* kind, const GroupTask& task) {
  std::string data;
  JsonWriter json(data);
  json.beginObject().field("group", task.group.text()).field("user", task.user.text());
  if (!task.name.empty()) json.field("name", task.name);
  if (!task.by.empty()) json.field("by", task.by.text());
  if (!task.nonce.empty()) json.field("nonce", task.nonce);
  if (!task.rooms.empty()) {
    json.key("rooms").beginArray();
    for (const auto& room : task.rooms) json.string(room.text());
    json.endArray();
  }
  json.endObject();
  return {keyOf(kind, task.group, task.user), kind, std::move(data)};
}

GroupTask groupTaskOf(const StoredTask& stored) {
  simdjson::dom::parser parser;
  simdjson::dom::element data;
  GroupTask task;
  if (parser.parse(stored.data).get(data) != simdjson::SUCCESS) return task;
  task.group = GroupId::trusted(textOf(data, "group"));
  task.user = UserId::trusted(textOf(data, "user"));
  task.name = textOf(data, "name");
  task.by = UserId::trusted(textOf(data, "by"));
  task.nonce = textOf(data, "nonce");
  simdjson::dom::array rooms;
  if (data["rooms"].get(rooms) != simdjson::SUCCESS) return task;
  for (const auto room : rooms) {
    std::string_view id;
    if (room.get(id) == simdjson::SUCCESS) task.rooms.push_back(RoomId::trusted(std::string(id)));
  }
  return task;
}

StoredTask roomTask(const char* kind, const RoomId& room, const UserId& by, WallMs run_at) {
  std::string data;
  JsonWriter(data).beginObject().field("room", room.text()).field("by", by.text()).endObject();
  return {std::string(kind) + ':' + room.text(), kind, std::move(data), run_at};
}

std::pair<RoomId, UserId> roomTaskOf(const StoredTask& stored) {
  simdjson::dom::parser parser;
  simdjson::dom::element data;
  if (parser.parse(stored.data).get(data) != simdjson::SUCCESS) return {};
  return {RoomId::trusted(textOf(data, "room")), UserId::trusted(textOf(data, "by"))};
}

Result<void> isNotLeaving(store::Transaction& now, const GroupId& group, const UserId& user) {
  for (const char* kind : {kGroupLeave, kGroupKick}) {
    if (TRY(now.task(keyOf(kind, group, user))))
      return Fault::unavailable("the group is still being left; try again");
  }
  return {};
}

Result<std::unordered_set<Scope>> wholeLogs(store::Reader& reader, const std::vector<Scope>& logs) {
  std::unordered_set<Scope> whole;
  for (const auto& log : logs) {
    const auto head = reader.head(log);
    if (!head && head.error().temporary) return head.error();
    if (head) whole.insert(log);
  }
  return whole;
}

Result<store::ScopedDraft> endRoomNow(store::Transaction& now, const Room& room, const UserId& by) {
  TRY(now.removeRoom(room.id));
  TRY(now.putTask(roomTask(kRoomEnd, room.id, by)));
  return roomDraft(Scope::of(room.id), EntryType::RoomDeleted, room);
}

std::pair<GroupId, std::string> addedGroupOf(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element group;
  if (parser.parse(json.data(), json.size())["group"].get(group) != simdjson::SUCCESS) return {};
  return {GroupId::trusted(textOf(group, "id")), textOf(group, "role")};
}

JoinRequestId requestOfJson(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element request;
  if (parser.parse(json.data(), json.size())["request"].get(request) != simdjson::SUCCESS) return {};
  return JoinRequestId::trusted(textOf(request, "id"));
}

}  // namespace kith
