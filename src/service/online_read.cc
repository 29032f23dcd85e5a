#include "service/online_read.h"

#include "service/online_status.h"

namespace kith {
namespace {

void ifReader(Services& services, const Caller& caller, const RoomId& room,
              Callback<void(Result<void>)> then) {
  services.log.read(
      [user = caller.user, room](store::Reader& reader) -> Result<void> {
        return judgeInRoom(Right::ReadRoom, reader, user, room);
      },
      std::move(then));
}

using Shown = std::shared_ptr<std::pair<OnlineShown, Reply<OnlineShown>>>;

void addNames(Services& services, std::vector<UserId> ids, Shown shown) {
  services.log.read(
      [shown, ids = std::move(ids)](store::Reader& reader) -> Result<void> {
        for (const auto& user : TRY(reader.users(ids)))
          shown->first.users.push_back({user.id, user.display_name});
        return {};
      },
      [shown](Result<void> result) {
        if (!result) return shown->second(result.error());
        shown->second(std::move(shown->first));
      });
}

}  // namespace

void readOnlineInRoom(Services& services, const Caller& caller, const RoomId& room, const std::string& cursor,
                      std::size_t limit, Reply<OnlineShown> reply) {
  auto shown = std::make_shared<std::pair<OnlineShown, Reply<OnlineShown>>>(OnlineShown{}, std::move(reply));
  ifReader(services, caller, room, [&services, room, cursor, limit, shown](Result<void> may) {
    if (!may) return shown->second(may.error());
    services.online.getOnlineCountInRoom(room, [&services, room, cursor, limit,
                                                shown](Result<std::int64_t> count) {
      if (!count) return shown->second(count.error());
      shown->first.count = *count;
      services.online.getOnlineUsersInRoom(room, cursor, limit, [&services, shown](Result<OnlinePage> page) {
        if (!page) return shown->second(page.error());
        shown->first.next = page->next;
        addNames(services, std::move(page->users), shown);
      });
    });
  });
}

void readOnlineCountInRoom(Services& services, const Caller& caller, const RoomId& room,
                           Reply<std::int64_t> reply) {
  auto shared = std::make_shared<Reply<std::int64_t>>(std::move(reply));
  ifReader(services, caller, room, [&services, room, shared](Result<void> may) {
    if (!may) return (*shared)(may.error());
    services.online.getOnlineCountInRoom(
        room, [shared](Result<std::int64_t> count) { (*shared)(std::move(count)); });
  });
}

}  // namespace kith
