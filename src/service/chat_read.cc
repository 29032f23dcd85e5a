#include <set>

#include "service/chat.h"
#include "service/permissions.h"

namespace kith {
namespace {

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

// Each judges after it has read the data, in the same snapshot: only then does the row say whether it may be
// shown.

void ChatService::getMessages(const Caller& caller, const RoomId& room, store::PageQuery query,
                              Reply<ShownPage> reply) {
  log_.readValue<ShownPage>(
      [caller, room, query](store::Reader& reader) -> Result<ShownPage> {
        ShownPage shown{TRY(reader.page(room, query)), {}, {}};
        TRY(fillShown(reader, room, shown));
        TRY(judgeInRoom(caller.right, reader, caller, room));
        return shown;
      },
      std::move(reply));
}

void ChatService::getMessage(const Caller& caller, const RoomId& room, Offset seq, Reply<ShownPage> reply) {
  log_.readValue<ShownPage>(
      [caller, room, seq](store::Reader& reader) -> Result<ShownPage> {
        ShownPage shown{TRY(reader.page(room, {store::PageQuery::From::Around, seq, 1})), {}, {}};
        std::erase_if(shown.page.messages, [&](const auto& row) { return row.first.seq != seq; });
        TRY(fillShown(reader, room, shown));
        TRY(judgeInRoom(caller.right, reader, caller, room));
        if (shown.page.messages.empty()) return Fault::of(FaultCode::NotFound);
        return shown;
      },
      std::move(reply));
}

void ChatService::getEdits(const Caller& caller, const RoomId& room, Offset seq,
                           Reply<std::vector<MessageEdit>> reply) {
  log_.readValue<std::vector<MessageEdit>>(
      [caller, room, seq](store::Reader& reader) -> Result<std::vector<MessageEdit>> {
        const auto message = TRY(reader.message(room, seq));
        auto edits = TRY(reader.edits(room, seq));
        TRY(judgeInRoom(caller.right, reader, caller, room));
        if (!message) return Fault::of(FaultCode::NotFound);
        return edits;
      },
      std::move(reply));
}

}  // namespace kith
