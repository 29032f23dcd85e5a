#include <simdjson.h>

#include "service/permissions.h"
#include "service/rooms.h"

namespace kith {

RoomId roomOfJson(std::string_view json) {
  simdjson::dom::parser parser;
  std::string_view id;
  if (parser.parse(json.data(), json.size())["room"]["id"].get(id) != simdjson::SUCCESS) return {};
  return RoomId::trusted(std::string(id));
}

void DiscussionRoomService::answerWithRoom(const Caller& caller, const RoomId& room, const Written& written,
                                           Reply<RoomWritten> reply) {
  log_.readValue<RoomWritten>(
      [user = caller.user, room, written](store::Reader& reader) -> Result<RoomWritten> {
        auto row = TRY(reader.roomRow(user, room));
        if (!row) return Fault::of(FaultCode::NotFound);
        RoomWritten found{std::move(*row), written};
        // The position is the room's, whichever log the nonce is bound in: of the asker's own join.
        found.written.position.epoch = TRY(reader.head(Scope::of(room))).position.epoch;
        if (found.room.mine) found.written.position.offset = found.room.mine->join_offset;
        return found;
      },
      std::move(reply));
}

void DiscussionRoomService::listRooms(const Caller& caller, bool joined, const RoomId& cursor,
                                      std::size_t limit, Reply<RoomPage> reply) {
  log_.readValue<RoomPage>(
      [user = caller.user, joined, cursor, limit](store::Reader& reader) -> Result<RoomPage> {
        TRY(judge(Right::SeeRooms, {user, std::nullopt, std::nullopt}));
        RoomPage page{TRY(reader.rooms(user, {joined, {}, {}, cursor, limit + 1}))};
        page.more = page.rooms.size() > limit;
        if (page.more) page.rooms.pop_back();
        return page;
      },
      std::move(reply));
}

void DiscussionRoomService::getRoom(const Caller& caller, const RoomId& room, Reply<store::RoomRow> reply) {
  log_.readValue<store::RoomRow>(
      [user = caller.user, room](store::Reader& reader) -> Result<store::RoomRow> {
        TRY(judge(Right::SeeRooms, {user, std::nullopt, std::nullopt}));
        auto row = TRY(reader.roomRow(user, room));
        if (!row) return Fault::of(FaultCode::NotFound);
        return std::move(*row);
      },
      std::move(reply));
}

void DiscussionRoomService::getMembers(const Caller& caller, const RoomId& room, const UserId& cursor,
                                       std::size_t limit, Reply<MemberPage> reply) {
  log_.readValue<MemberPage>(
      [user = caller.user, room, cursor, limit](store::Reader& reader) -> Result<MemberPage> {
        MemberPage page{TRY(reader.members(room, cursor, limit + 1))};
        page.more = page.members.size() > limit;
        if (page.more) page.members.pop_back();
        TRY(judgeInRoom(Right::ReadRoom, reader, user, room));  // after the data, in its snapshot
        return page;
      },
      std::move(reply));
}

}  // namespace kith
