#include <simdjson.h>

#include "service/page_cut.h"
#include "service/permissions.h"
#include "service/rooms.h"

namespace kith {

RoomId roomOfJson(std::string_view json) {
  simdjson::dom::parser parser;
  std::string_view id;
  if (parser.parse(json.data(), json.size())["room"]["id"].get(id) != simdjson::SUCCESS) return {};
  return RoomId::trusted(std::string(id));
}

void DiscussionRoomService::answerAgain(const Caller& caller, const RoomId& asked,
                                        const store::Committed& first, Reply<RoomWritten> reply) {
  // A repeat of a creation made its room the first time: its id stands in the entry.
  const auto& entry = first.entries.front().logged.entry;
  const bool created = entry.type == EntryType::RoomAdded;
  const auto room = created ? roomOfJson(entry.data) : asked;
  parts_.log.readValue<RoomWritten>(
      [caller, room, created, written = writtenOf(first)](store::Reader& reader) -> Result<RoomWritten> {
        RoomWritten found{{}, written};
        if (created) {
          // His own log has the nonce, but the position is the room's: its maker's joining is its first
          // entry.
          const auto head = TRY(reader.head(Scope::of(room)));
          found.written.position = {head.position.epoch, 1};
        }
        auto row = TRY(reader.roomRow(caller.user, room));
        const auto seen = judgeInRoom(Right::SeeRooms, reader, caller, room);
        if (!seen && seen.error().code != FaultCode::NotFound) return seen.error();
        found.shown = row && seen;
        if (found.shown)
          found.room = std::move(*row);
        else
          found.room.room.id = room;
        return found;
      },
      std::move(reply));
}

void DiscussionRoomService::listRooms(const Caller& caller, store::RoomQuery query, Reply<RoomPage> reply) {
  parts_.log.readValue<RoomPage>(
      [caller, query](store::Reader& reader) mutable -> Result<RoomPage> {
        const auto limit = query.limit++;
        RoomPage page{TRY(reader.rooms(caller.user, query))};
        page.more = cutTo(page.rooms, limit);
        TRY(query.group.empty() ? judge(caller.right, caller)
                                : judgeInGroup(caller.right, reader, caller, query.group));
        return page;
      },
      std::move(reply));
}

void DiscussionRoomService::getRoom(const Caller& caller, const RoomId& room, Reply<store::RoomRow> reply) {
  parts_.log.readValue<store::RoomRow>(
      [caller, room](store::Reader& reader) -> Result<store::RoomRow> {
        auto row = TRY(reader.roomRow(caller.user, room));
        TRY(judgeInRoom(caller.right, reader, caller, room));
        return std::move(*row);
      },
      std::move(reply));
}

void DiscussionRoomService::getMembers(const Caller& caller, const RoomId& room, const UserId& cursor,
                                       std::size_t limit, Reply<MemberPage> reply) {
  parts_.log.readValue<MemberPage>(
      [caller, room, cursor, limit](store::Reader& reader) -> Result<MemberPage> {
        MemberPage page{TRY(reader.members(room, cursor, limit + 1))};
        page.more = cutTo(page.members, limit);
        TRY(judgeInRoom(caller.right, reader, caller, room));  // after the data, in its snapshot
        return page;
      },
      std::move(reply));
}

}  // namespace kith
