#include <set>

#include "service/chat.h"
#include "service/permissions.h"

namespace kith {
namespace {

// After the data, in the same snapshot: only then does the row say whether it may be shown.
Result<void> mayReadRoom(store::Reader& reader, const UserId& user, const RoomId& id) {
  const auto room = TRY(reader.room(id));
  const auto mine = TRY(reader.member(id, user));
  return judge(Right::ReadRoom, {user, room, mine});
}

Result<void> fillShown(store::Reader& reader, const RoomId& room, ShownPage& shown) {
  std::set<UserId> authors;
  for (const auto& [message, nonce] : shown.page.messages) {
    authors.insert(message.author);
    if (message.reply_to == 0 || shown.replied.contains(message.reply_to)) continue;
    if (auto answered = TRY(reader.message(room, message.reply_to))) {
      authors.insert(answered->author);
      shown.replied.emplace(message.reply_to, std::move(*answered));
    }
  }
  for (const auto& user : TRY(reader.users({authors.begin(), authors.end()}))) {
    shown.names.emplace(user.id, user.display_name);
  }
  return {};
}

}  // namespace

void ChatService::getMessages(const Caller& caller, const RoomId& room, store::PageQuery query, Reply<ShownPage> reply) {
  auto shown = std::make_shared<ShownPage>();
  log_.read(
      [shown, user = caller.user, room, query](store::Reader& reader) -> Result<void> {
        shown->page = TRY(reader.page(room, query));
        TRY(fillShown(reader, room, *shown));
        return mayReadRoom(reader, user, room);
      },
      [shown, reply = std::move(reply)](Result<void> result) mutable {
        if (!result) return reply(result.error());
        reply(std::move(*shown));
      });
}

void ChatService::getMessage(const Caller& caller, const RoomId& room, Offset seq, Reply<ShownPage> reply) {
  auto shown = std::make_shared<ShownPage>();
  log_.read(
      [shown, user = caller.user, room, seq](store::Reader& reader) -> Result<void> {
        shown->page = TRY(reader.page(room, {store::PageQuery::From::Around, seq, 1}));
        std::erase_if(shown->page.messages, [&](const auto& row) { return row.first.seq != seq; });
        TRY(fillShown(reader, room, *shown));
        TRY(mayReadRoom(reader, user, room));
        if (shown->page.messages.empty()) return Fault::of(FaultCode::NotFound);
        return {};
      },
      [shown, reply = std::move(reply)](Result<void> result) mutable {
        if (!result) return reply(result.error());
        reply(std::move(*shown));
      });
}

void ChatService::getEdits(const Caller& caller, const RoomId& room, Offset seq, Reply<std::vector<MessageEdit>> reply) {
  auto edits = std::make_shared<std::vector<MessageEdit>>();
  log_.read(
      [edits, user = caller.user, room, seq](store::Reader& reader) -> Result<void> {
        const auto message = TRY(reader.message(room, seq));
        *edits = TRY(reader.edits(room, seq));
        TRY(mayReadRoom(reader, user, room));
        if (!message) return Fault::of(FaultCode::NotFound);
        return {};
      },
      [edits, reply = std::move(reply)](Result<void> result) mutable {
        if (!result) return reply(result.error());
        reply(std::move(*edits));
      });
}

}  // namespace kith
