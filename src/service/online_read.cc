#include "service/online_read.h"

#include "service/online_status.h"

namespace kith {
namespace {

using Shown = std::shared_ptr<std::pair<OnlineShown, Reply<OnlineShown>>>;

void countOnline(Services& services, const Scope& place, Reply<std::int64_t> reply) {
  if (place.kind() == Scope::Kind::Group)
    return services.online.getOnlineCountInGroup(place.group(), std::move(reply));
  services.online.getOnlineCountInRoom(place.room(), std::move(reply));
}

void listOnline(Services& services, const Scope& place, const std::string& cursor, std::size_t limit,
                Reply<OnlinePage> reply) {
  if (place.kind() == Scope::Kind::Group) {
    return services.online.getOnlineUsersInGroup(place.group(), cursor, limit, std::move(reply));
  }
  services.online.getOnlineUsersInRoom(place.room(), cursor, limit, std::move(reply));
}

// The right is judged after the data: who was put out meanwhile is not told any more.
void addNames(Services& services, std::vector<UserId> ids, Callback<Result<void>(store::Reader&)> may,
              const Shown& shown) {
  services.log.read(
      [shown, ids = std::move(ids), may = std::move(may)](store::Reader& reader) mutable -> Result<void> {
        for (const auto& user : TRY(reader.users(ids)))
          shown->first.users.push_back({user.id, user.display_name});
        return may(reader);
      },
      [shown](Result<void> result) {
        if (!result) return shown->second(result.error());
        shown->second(std::move(shown->first));
      });
}

}  // namespace

void readOnline(Services& services, const Caller& caller, const Scope& place, const std::string& cursor,
                std::size_t limit, Reply<OnlineShown> reply) {
  auto shown = std::make_shared<std::pair<OnlineShown, Reply<OnlineShown>>>(OnlineShown{}, std::move(reply));
  countOnline(services, place, [&services, caller, place, cursor, limit, shown](Result<std::int64_t> count) {
    if (!count) return shown->second(count.error());
    shown->first.count = *count;
    listOnline(services, place, cursor, limit, [&services, caller, place, shown](Result<OnlinePage> page) {
      if (!page) return shown->second(page.error());
      shown->first.next = page->next;
      addNames(
          services, std::move(page->users),
          [caller, place](store::Reader& reader) { return judgeInPlace(reader, caller, place); }, shown);
    });
  });
}

void readAllOnline(Services& services, const Caller& caller, const std::string& cursor, std::size_t limit,
                   Reply<OnlineShown> reply) {
  auto shown = std::make_shared<std::pair<OnlineShown, Reply<OnlineShown>>>(OnlineShown{}, std::move(reply));
  services.online.getAllOnlineUsers(cursor, limit, [&services, caller, shown](Result<OnlinePage> page) {
    if (!page) return shown->second(page.error());
    shown->first.next = page->next;
    addNames(
        services, std::move(page->users), [caller](store::Reader&) { return judge(caller.right, caller); },
        shown);
  });
}

void readIfOnline(Services& services, const Caller& caller, const UserId& user, Reply<bool> reply) {
  auto shared = std::make_shared<Reply<bool>>(std::move(reply));
  services.online.isUserOnline(user, [&services, caller, user, shared](Result<bool> online) {
    if (!online) return (*shared)(online.error());
    services.log.read([caller, user](store::Reader& reader) { return judgeTowards(reader, caller, user); },
                      [shared, online = *online](Result<void> may) {
                        if (!may) return (*shared)(may.error());
                        (*shared)(online);
                      });
  });
}

void readOnlineCount(Services& services, const Caller& caller, const Scope& place,
                     Reply<std::int64_t> reply) {
  auto shared = std::make_shared<Reply<std::int64_t>>(std::move(reply));
  countOnline(services, place, [&services, caller, place, shared](Result<std::int64_t> count) {
    if (!count) return (*shared)(count.error());
    services.log.read([caller, place](store::Reader& reader) { return judgeInPlace(reader, caller, place); },
                      [shared, count = *count](Result<void> may) {
                        if (!may) return (*shared)(may.error());
                        (*shared)(count);
                      });
  });
}

}  // namespace kith
