#include "service/room_operations.h"

#include "base/json_writer.h"
#include "service/chat_operations.h"
#include "service/member_json.h"
#include "service/online_read.h"
#include "service/page_cut.h"
#include "service/rooms.h"
#include "service/text_rules.h"

namespace kith {
namespace {

void writeRoom(JsonWriter& json, const store::RoomRow& row) {
  const bool joined = row.mine && row.mine->state == MemberState::Member;
  json.beginObject()
      .field("id", row.room.id.text())
      .field("name", row.room.name)
      .field("topic", row.room.topic);
  if (!row.room.group.empty()) json.field("group", row.room.group.text());
  if (row.room.isMain()) json.flag("main", true);
  if (row.room.capacity != 0) json.field("capacity", row.room.capacity);
  if (row.room.archived_at != 0) json.field("archived_at", formatTime(row.room.archived_at));
  json.field("members", row.members).flag("joined", joined);
  if (joined) json.field("role", roleName(row.mine->role));
  json.field("created_at", formatTime(row.room.created_at));
  if (row.last_message_at != 0) json.field("last_message_at", formatTime(row.last_message_at));
  json.endObject();
}

Reply<RoomWritten> answerRoom(Reply<std::string> reply) {
  return [reply = std::move(reply)](Result<RoomWritten> result) mutable {
    if (!result) return reply(result.error());
    std::string out;
    JsonWriter json(out);
    json.beginObject().key("room");
    if (result->shown)
      writeRoom(json, result->room);
    else
      json.beginObject().field("id", result->room.room.id.text()).endObject();
    if (result->room.mine) json.field("role", roleName(result->room.mine->role));
    writeWritten(json, result->written);
    json.endObject();
    reply(std::move(out));
  };
}

}  // namespace

void listRooms(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto limit = static_cast<std::size_t>(args.number("limit", 50));
  const auto query = toFolded(args.text("query")).value_or("");
  services.rooms.listRooms(caller,
                           {args.flag("joined", false), args.group(), query, args.room("cursor"), limit},
                           [reply = std::move(reply)](Result<RoomPage> page) mutable {
                             if (!page) return reply(page.error());
                             std::vector<std::string> rows;
                             for (const auto& row : page->rooms) {
                               JsonWriter json(rows.emplace_back());
                               writeRoom(json, row);
                             }
                             std::string out;
                             JsonWriter json(out);
                             json.beginObject();
                             const auto last = writePage(json, "rooms", rows);
                             if (page->more || last < rows.size())
                               json.field("next", page->rooms[last - 1].room.id.text());
                             json.endObject();
                             reply(std::move(out));
                           });
}

void getRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.rooms.getRoom(caller, args.room(), [reply = std::move(reply)](Result<store::RoomRow> row) mutable {
    if (!row) return reply(row.error());
    std::string out;
    JsonWriter json(out);
    json.beginObject().key("room");
    writeRoom(json, *row);
    json.endObject();
    reply(std::move(out));
  });
}

void createRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.rooms.createRoom(
      caller,
      {args.text("name"), args.text("topic"), args.group(), args.number("capacity", 0), args.text("nonce")},
      answerRoom(std::move(reply)));
}

void joinRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.rooms.joinRoom(caller, args.room(), args.text("nonce"), answerRoom(std::move(reply)));
}

void leaveRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.rooms.leaveRoom(caller, args.room(), args.text("nonce"), answerWritten(std::move(reply)));
}

void kickMember(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.rooms.kickMember(caller, {args.room(), args.user(), args.text("reason"), args.text("nonce")},
                            answerWritten(std::move(reply)));
}

void updateRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  UpdateRoom request{args.room(), {}, {}, {}, args.text("nonce")};
  if (args.has("name")) request.name = args.text("name");
  if (args.has("topic")) request.topic = args.text("topic");
  if (args.has("capacity")) request.capacity = args.number("capacity", 0);
  services.rooms.updateRoom(caller, std::move(request), answerRoom(std::move(reply)));
}

void archiveRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.rooms.archiveRoom(caller, args.room(), true, args.text("nonce"), answerRoom(std::move(reply)));
}

void unarchiveRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.rooms.archiveRoom(caller, args.room(), false, args.text("nonce"), answerRoom(std::move(reply)));
}

void deleteRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.rooms.deleteRoom(caller, args.room(), args.text("nonce"), answerWritten(std::move(reply)));
}

void getMembers(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto limit = static_cast<std::size_t>(args.number("limit", 50));
  services.rooms.getMembers(caller, args.room(), args.user("cursor"), limit,
                            [reply = std::move(reply)](Result<MemberPage> page) mutable {
                              if (!page) return reply(page.error());
                              std::string out;
                              JsonWriter json(out);
                              json.beginObject().key("members").beginArray();
                              for (const auto& [member, name] : page->members)
                                writeMember(json, member, name);
                              json.endArray();
                              if (page->more) json.field("next", page->members.back().member.user.text());
                              json.endObject();
                              reply(std::move(out));
                            });
}

}  // namespace kith
