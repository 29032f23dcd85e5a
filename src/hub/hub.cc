#include "hub/hub.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace kith {

const Scope& Hub::subscribe(const Scope& scope, Subscriber& subscriber) {
  settle(scope);
  auto& [key, place] = *places_.try_emplace(scope).first;
  auto& listeners = place.listeners;
  ASSERT(std::find(listeners.begin(), listeners.end(), &subscriber) == listeners.end());
  listeners.push_back(&subscriber);
  ++subscriptions_;
  return key;
}

void Hub::unsubscribe(const Scope& scope, Subscriber& subscriber) {
  settle(scope);
  const auto found = places_.find(scope);
  if (found == places_.end()) return;
  auto& listeners = found->second.listeners;
  const auto place = std::find(listeners.begin(), listeners.end(), &subscriber);
  if (place == listeners.end()) return;
  *place = listeners.back();
  listeners.pop_back();
  --subscriptions_;
  if (listeners.empty()) places_.erase(found);
}

template <class Condition>
void Hub::endIf(const Scope& scope, const Condition& condition) {
  const auto found = places_.find(scope);
  if (found == places_.end()) return;
  Listeners ending;
  for (auto* listener : found->second.listeners) {
    if (condition(*listener)) ending.push_back(listener);
  }
  for (auto* listener : ending) {
    unsubscribe(scope, *listener);
    listener->ended(scope);
  }
}

void Hub::endFor(const Scope& scope, const UserId& user, Offset offset) {
  endIf(scope, [&](const Subscriber& listener) {
    return listener.listener() == user && listener.heardAfter(scope) < offset;
  });
}

std::size_t Hub::broadcast(const Scope& scope, const Publication& publication, const FrameRef& frame) {
  if (publication.type == EntryType::MemberLeft) endFor(scope, publication.ref_user, publication.offset);
  const std::size_t delivered = queue(scope, frame, FrameKind::Entry);
  const bool own = publication.type == EntryType::RoomDeleted ? scope.kind() == Scope::Kind::Room
                                                              : publication.type == EntryType::GroupDeleted;
  if (own) {  // the last thing that is heard of the place
    settle(scope);
    endIf(scope, [](const Subscriber&) { return true; });
  }
  if (scope.kind() == Scope::Kind::User) {
    settle(scope);
    for (auto* listener : listenersOf(scope)) listener->noticed(publication);
  }
  return delivered;
}

// A copy: what they are told may end a connection, and with it a subscription.
Hub::Listeners Hub::listenersOf(const Scope& scope) const {
  const auto found = places_.find(scope);
  return found == places_.end() ? Listeners{} : found->second.listeners;
}

void Hub::restart(const Scope& scope) {
  settle(scope);
  for (auto* listener : listenersOf(scope)) listener->restarted(scope);
}

std::size_t Hub::joinLeave(const Scope& scope, const FrameRef& frame) {
  settle(scope);  // what was published before comes before
  const auto found = places_.find(scope);
  if (found == places_.end()) return 0;
  std::size_t told = 0;
  for (auto* listener : found->second.listeners) told += listener->joinedOrLeft(scope, frame) ? 1 : 0;
  return told;
}

std::size_t Hub::queue(const Scope& scope, const FrameRef& frame, FrameKind kind) {
  const auto found = places_.find(scope);
  if (found == places_.end()) return 0;
  Place& place = found->second;
  if (place.due != kNothing) {
    Due& due = due_[place.due];
    const auto bytes = due.joined.empty() ? due.frame.size() : due.joined.size();
    if (due.kind == kind && bytes + frame.size() <= kJoinedBytesMax) {
      if (due.joined.empty()) due.joined = due.frame.bytes();
      due.joined += frame.bytes();
      return place.listeners.size();
    }
    settle(*found);
  }
  if (due_.empty()) loop_.atTurnEnd([this] { settleAll(); });
  place.due = static_cast<std::uint32_t>(due_.size());
  due_.push_back({&*found, kind, frame, {}});
  return place.listeners.size();
}

void Hub::settle(const Scope& scope) {
  if (due_.empty()) return;
  const auto found = places_.find(scope);
  if (found != places_.end() && found->second.due != kNothing) settle(*found);
}

void Hub::settle(Places::value_type& place) {
  auto& [scope, here] = place;
  Due& due = due_[std::exchange(here.due, kNothing)];
  due.place = nullptr;
  const auto kind = due.kind;
  const auto frame = due.joined.empty() ? std::move(due.frame) : FrameRef::own(std::move(due.joined));
  for (auto* listener : here.listeners) listener->deliver(scope, frame, kind);
}

void Hub::settleAll() {
  for (std::size_t i = 0; i < due_.size(); ++i) {
    if (due_[i].place != nullptr) settle(*due_[i].place);
  }
  due_.clear();
}

}  // namespace kith
