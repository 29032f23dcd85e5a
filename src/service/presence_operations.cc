#include "service/presence_operations.h"

#include <memory>

#include "base/json_writer.h"
#include "service/online_read.h"
#include "service/online_status.h"

namespace kith {
namespace {

void writePeople(JsonWriter& json, const std::vector<OnlineShown::Person>& people, const std::string& next) {
  json.key("users").beginArray();
  for (const auto& [id, name] : people) {
    json.beginObject().field("id", id.text()).field("name", name).field("status", "online").endObject();
  }
  json.endArray();
  if (!next.empty()) json.field("next", next);
}

// First the right, then what is done: nothing of the place is told here.
void overPlace(Services& services, const Caller& caller, const Scope& place,
               Callback<void(Result<void>)> then) {
  services.log.read([caller, place](store::Reader& reader) { return judgeOverPlace(reader, caller, place); },
                    std::move(then));
}

}  // namespace

void getOnlineUsers(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto limit = static_cast<std::size_t>(args.number("limit", 200));
  readOnline(services, caller, args.place(), args.text("cursor"), limit,
             [reply = std::move(reply)](Result<OnlineShown> shown) mutable {
               if (!shown) return reply(shown.error());
               std::string out;
               JsonWriter json(out);
               json.beginObject().field("count", shown->count);
               writePeople(json, shown->users, shown->next);
               json.endObject();
               reply(std::move(out));
             });
}

void getOnlineCount(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  readOnlineCount(services, caller, args.place(),
                  [reply = std::move(reply)](Result<std::int64_t> count) mutable {
                    if (!count) return reply(count.error());
                    std::string out;
                    JsonWriter(out).beginObject().field("count", *count).endObject();
                    reply(std::move(out));
                  });
}

void getUserPresence(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  readIfOnline(services, caller, args.user(),
               [reply = std::move(reply), user = args.user()](Result<bool> online) mutable {
                 if (!online) return reply(online.error());
                 std::string out;
                 JsonWriter json(out);
                 json.beginObject().field("user", user.text());
                 json.field("status", *online ? "online" : "offline").endObject();
                 reply(std::move(out));
               });
}

void getAllOnline(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto limit = static_cast<std::size_t>(args.number("limit", 200));
  readAllOnline(services, caller, args.text("cursor"), limit,
                [reply = std::move(reply)](Result<OnlineShown> shown) mutable {
                  if (!shown) return reply(shown.error());
                  std::string out;
                  JsonWriter json(out);
                  json.beginObject();
                  writePeople(json, shown->users, shown->next);
                  json.endObject();
                  reply(std::move(out));
                });
}

void cleanupPresence(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto place = args.place();
  overPlace(services, caller, place, [&services, place, reply = std::move(reply)](Result<void> may) mutable {
    if (!may) return reply(may.error());
    auto done = [reply = std::move(reply)](Result<std::int64_t> removed) mutable {
      if (!removed) return reply(removed.error());
      std::string out;
      JsonWriter(out).beginObject().field("removed", *removed).endObject();
      reply(std::move(out));
    };
    if (place.kind() == Scope::Kind::Group)
      return services.online.cleanupStaleConnectionsInGroup(place.group(), std::move(done));
    services.online.cleanupStaleConnectionsInRoom(place.room(), std::move(done));
  });
}

void setOnlineTTL(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto place = args.place();
  const std::chrono::seconds ttl(args.number("seconds", 0));
  overPlace(services, caller, place,
            [&services, place, ttl, reply = std::move(reply)](Result<void> may) mutable {
              if (!may) return reply(may.error());
              auto done = [reply = std::move(reply)](Result<void> set) mutable {
                if (!set) return reply(set.error());
                reply(std::string("{}"));
              };
              if (place.kind() == Scope::Kind::Group)
                return services.online.setGroupOnlineTTL(place.group(), ttl, std::move(done));
              services.online.setRoomOnlineTTL(place.room(), ttl, std::move(done));
            });
}

}  // namespace kith
