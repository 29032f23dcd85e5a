#include <simdjson.h>

#include "service/group_tasks.h"
#include "service/rooms.h"
#include "session/session.h"

namespace kith {

void Session::noticed(const Publication& publication) {
  if (state_ == State::Closed) return;
  if (publication.type == EntryType::RoomAdded) roomAdded(publication);
  if (publication.type == EntryType::GroupAdded) groupAdded(publication);
  if (publication.type == EntryType::SessionsRevoked) sessionsRevoked(publication);
}

// In mode `all` a room joined later begins by itself, right below the join.
void Session::roomAdded(const Publication& publication) {
  if (mode_ != Mode::All) return;
  const auto room = roomOfJson(*publication.data);
  if (!room.empty()) addPlace(Scope::of(room));
}

void Session::groupAdded(const Publication& publication) {
  if (mode_ != Mode::All) return;
  const auto [group, role] = addedGroupOf(*publication.data);
  if (group.empty()) return;
  addPlace(Scope::of(group));
  if (role == roleName(RoomRole::Owner)) addPlace(Scope::staffOf(group));
}

bool Session::hasRoomForPlace() {
  const bool full = subscriptions_.size() > core_.options.server_channels_max;
  if (full && connecting_) ++connecting_->passive;
  return !full;
}

void Session::addPlace(const Scope& scope) {
  if (auto* there = find(scope)) {
    there->added_again = true;
    return showIfSilent(*there);
  }
  if (!hasRoomForPlace()) return;
  if (connecting_) return attachOne(connecting_, scope);  // the reply waits for it
  subscriptions_.push_back({scope, Subscription::By::Server});
  attachToShow(scope);
}

// A group that was heard beside one of its rooms before this connection was told of it. While it begins, or
// while the reply to the connect waits, that is done after.
void Session::showIfSilent(Subscription& subscription) {
  if (subscription.by != Subscription::By::Silent || !subscription.added_again || connecting_) return;
  if (subscription.state != Subscription::State::Live) return;
  subscription.state = Subscription::State::Attaching;  // and heard meanwhile
  attachToShow(subscription.scope);
}

void Session::attachToShow(const Scope& scope) {
  attach(scope, std::nullopt, true, [scope](Session& self, Result<Attached> result) {
    if (result) return self.showJoined(scope, std::move(*result));
    // Nothing would ever tell of it again: the client comes anew, and asks for all.
    if (result.error().temporary) return self.disconnect(protocol::kInsufficientState);
    if (!self.hears(scope)) self.forgetUnlessAdded(scope);
  });
}

// Refused because he had left; but he has joined again while that was judged.
void Session::forgetUnlessAdded(const Scope& scope) {
  const bool again = find(scope)->added_again;
  forget(scope);
  if (again) addPlace(scope);
}

void Session::showJoined(const Scope& scope, Attached attached) {
  auto* subscription = find(scope);
  subscription->by = Subscription::By::Server;
  if (join_leave_) watchJoinLeave(*subscription);
  const auto& codec = core_.format.codec();
  protocol::SubscribeResult result;
  result.epoch = attached.position.epoch;
  result.offset = attached.position.offset;
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
