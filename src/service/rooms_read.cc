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
  auto found = std::make_shared<RoomWritten>();
  found->written = written;
  log_.read(
      [found, user = caller.user, room](store::Reader& reader) -> Result<void> {
        auto row = TRY(reader.roomRow(user, room));
        if (!row) return Fault::of(FaultCode::NotFound);
        found->room = std::move(*row);
        // The position is the room's, whichever log the nonce is bound in: of the asker's own join.
        found->written.position.epoch = TRY(reader.head(Scope::of(room))).position.epoch;
        if (found->room.mine) found->written.position.offset = found->room.mine->join_offset;
        return {};
      },
      [found, reply = std::move(reply)](Result<void> result) mutable {
        if (!result) return reply(result.error());
        reply(std::move(*found));
      });
}

void DiscussionRoomService::listRooms(const Caller& caller, bool joined, const RoomId& cursor, std::size_t limit,
                                      Reply<RoomPage> reply) {
  auto page = std::make_shared<RoomPage>();
  log_.read(
      [page, user = caller.user, joined, cursor, limit](store::Reader& reader) -> Result<void> {
        TRY(judge(Right::SeeRooms, {user, std::nullopt, std::nullopt}));
        page->rooms = TRY(reader.rooms(user, joined, cursor, limit + 1));
        page->more = page->rooms.size() > limit;
        if (page->more) page->rooms.pop_back();
        return {};
      },
      [page, reply = std::move(reply)](Result<void> result) mutable {
        if (!result) return reply(result.error());
        reply(std::move(*page));
      });
}

void DiscussionRoomService::getRoom(const Caller& caller, const RoomId& room, Reply<store::RoomRow> reply) {
  auto found = std::make_shared<store::RoomRow>();
  log_.read(
      [found, user = caller.user, room](store::Reader& reader) -> Result<void> {
        TRY(judge(Right::SeeRooms, {user, std::nullopt, std::nullopt}));
        auto row = TRY(reader.roomRow(user, room));
        if (!row) return Fault::of(FaultCode::NotFound);
        *found = std::move(*row);
        return {};
      },
      [found, reply = std::move(reply)](Result<void> result) mutable {
        if (!result) return reply(result.error());
        reply(std::move(*found));
      });
}

void DiscussionRoomService::getMembers(const Caller& caller, const RoomId& room, const UserId& cursor,
                                       std::size_t limit, Reply<MemberPage> reply) {
  auto page = std::make_shared<MemberPage>();
  log_.read(
      [page, user = caller.user, room, cursor, limit](store::Reader& reader) -> Result<void> {
        page->members = TRY(reader.members(room, cursor, limit + 1));
        page->more = page->members.size() > limit;
        if (page->more) page->members.pop_back();
        const auto row = TRY(reader.room(room));
        const auto mine = TRY(reader.member(room, user));
        return judge(Right::ReadRoom, {user, row, mine});
      },
      [page, reply = std::move(reply)](Result<void> result) mutable {
        if (!result) return reply(result.error());
        reply(std::move(*page));
      });
}

}  // namespace kith
