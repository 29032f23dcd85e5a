#include <simdjson.h>

#include "service/rooms.h"
#include "session/session.h"

namespace kith {

void Session::noticed(const Publication& publication) {
  if (state_ == State::Closed) return;
  if (publication.type == EntryType::RoomAdded) roomAdded(publication);
  if (publication.type == EntryType::SessionsRevoked) sessionsRevoked(publication);
}

// In mode `all` a room joined later begins by itself, right below the join.
void Session::roomAdded(const Publication& publication) {
  if (mode_ != Mode::All) return;
  const auto room = roomOfJson(*publication.data);
  if (room.empty() || find(Scope::of(room)) != nullptr) return;
  if (subscriptions_.size() > core_.options.server_channels_max) return;  // passive
  const auto scope = Scope::of(room);
  subscriptions_.push_back({scope, Subscription::By::Server});
  attach(scope, std::nullopt, true, [scope](Session& self, Result<Attached> result) {
    if (!result) return self.forget(scope);
    self.showJoined(scope, std::move(*result));
  });
}

void Session::showJoined(const Scope& scope, Attached attached) {
  const auto& codec = core_.format.codec();
  protocol::SubscribeResult result;
  result.epoch = attached.position.epoch;
  result.offset = attached.position.offset;
  if (connecting_) {  // the reply is not written yet: the room becomes one of its subscriptions
    connecting_->attached.emplace_back(scope, std::move(attached));
    return;
  }
  send(codec.pushSubscribe(scope.name(), result));
  for (const auto& publication : attached.publications) {
    send(codec.pushPublication(scope.name(), *publication.data, publication.offset));
  }
}

void Session::sessionsRevoked(const Publication& publication) {
  simdjson::dom::parser parser;
  simdjson::dom::element entry;
  if (parser.parse(*publication.data).get(entry) != simdjson::SUCCESS) return;
  bool mine = false;
  if (entry["all"].get(mine) != simdjson::SUCCESS) mine = false;
  simdjson::dom::array sessions;
  if (entry["sessions"].get(sessions) == simdjson::SUCCESS) {
    for (const auto session : sessions) {
      std::string_view id;
      mine = mine || (session.get(id) == simdjson::SUCCESS && id == caller_.login.text());
    }
  }
  if (mine) disconnect(protocol::kStateInvalidated);
}

}  // namespace kith
