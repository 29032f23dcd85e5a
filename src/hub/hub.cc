#include "hub/hub.h"

#include <algorithm>

#include "base/assert.h"

namespace kith {

void Hub::subscribe(const Scope& scope, Subscriber& subscriber) {
  auto& listeners = listeners_[scope];
  ASSERT(std::find(listeners.begin(), listeners.end(), &subscriber) == listeners.end());
  listeners.push_back(&subscriber);
  ++subscriptions_;
}

void Hub::unsubscribe(const Scope& scope, Subscriber& subscriber) {
  const auto found = listeners_.find(scope);
  if (found == listeners_.end()) return;
  auto& listeners = found->second;
  const auto place = std::find(listeners.begin(), listeners.end(), &subscriber);
  if (place == listeners.end()) return;
  *place = listeners.back();
  listeners.pop_back();
  --subscriptions_;
  if (listeners.empty()) listeners_.erase(found);
}

std::size_t Hub::broadcast(const Scope& scope, const Publication& publication, const FrameRef& frame) {
  if (publication.type == EntryType::MemberLeft) endFor(scope, publication.ref_user);
  const std::size_t delivered = deliver(scope, frame, FrameKind::Entry);
  if (scope.kind() == Scope::Kind::User) {
    // A copy: what is noticed may end a connection, and with it a subscription.
    const auto found = listeners_.find(scope);
    const auto listeners = found == listeners_.end() ? Listeners{} : found->second;
    for (auto* listener : listeners) listener->noticed(publication);
  }
  return delivered;
}

std::size_t Hub::deliver(const Scope& scope, const FrameRef& frame, FrameKind kind) {
  const auto found = listeners_.find(scope);
  if (found == listeners_.end()) return 0;
  for (auto* listener : found->second) listener->deliver(scope, frame, kind);
  return found->second.size();
}

void Hub::endFor(const Scope& scope, const UserId& user) {
  const auto found = listeners_.find(scope);
  if (found == listeners_.end()) return;
  Listeners ending;
  for (auto* listener : found->second) {
    if (listener->listener() == user) ending.push_back(listener);
  }
  for (auto* listener : ending) {
    unsubscribe(scope, *listener);
    listener->ended(scope);
  }
}

}  // namespace kith
