#include <algorithm>

#include "base/assert.h"
#include "service/permissions.h"
#include "session/channel_name.h"
#include "session/session.h"

namespace kith {

Session::Subscription* Session::find(const Scope& scope) {
  const auto found = std::find_if(subscriptions_.begin(), subscriptions_.end(), [&](const auto& s) { return s.scope == scope; });
  return found == subscriptions_.end() ? nullptr : &*found;
}

void Session::forget(const Scope& scope) {
  std::erase_if(subscriptions_, [&](const auto& s) { return s.scope == scope; });
}

void Session::takeOff(const Scope& scope) {
  core_.hub.unsubscribe(scope, *this);
  core_.log.detach(scope, core_.index);
}

/// The subscription stands in the list already; it goes live in the hub in the turn of the answer, so
/// that nothing published in between is missed.
void Session::attach(const Scope& scope, std::optional<Position> since, bool since_joined,
                     Callback<void(Session&, Result<Attached>)> done) {
  AttachRequest request{scope, caller_.user, core_.index, std::move(since), since_joined,
                        [user = caller_.user, scope](store::Reader& reader) { return mayRead(reader, user, scope); }};
  auto answered = [weak = weak_from_this(), core = &core_, scope, done = std::move(done)](Result<Attached> result) mutable {
    const auto self = weak.lock();
    if (!self || self->state_ == State::Closed) {
      if (result) core->log.detach(scope, core->index);
      return;
    }
    if (result) {
      auto* subscription = self->find(scope);
      ASSERT(subscription != nullptr);
      subscription->state = Subscription::State::Live;
      core->hub.subscribe(scope, *self);
    }
    done(*self, std::move(result));
  };
  core_.log.attach(std::move(request), std::move(answered));
}

void Session::handle(std::uint32_t id, const protocol::Subscribe& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  if (auto fault = channelFault(request.channel, core_.options.channel_bytes_max)) return sendError(id, *fault);
  if (request.type != 0) return sendError(id, Fault::of(FaultCode::NotAvailable));
  if (request.has_tag_filter) return sendError(id, Fault::badField("tf", "is not offered on this channel"));
  const auto scope = Scope::parse(request.channel);
  if (!scope || !request.token.empty()) return sendError(id, Fault::of(FaultCode::PermissionDenied));
  if (const auto* there = find(*scope); there && there->by != Subscription::By::Silent) {
    return sendError(id, Fault::of(FaultCode::AlreadySubscribed));
  }
  const auto own = std::count_if(subscriptions_.begin(), subscriptions_.end(),
                                 [](const auto& s) { return s.by == Subscription::By::Client; });
  if (static_cast<std::size_t>(own) >= core_.options.client_channels_max) {
    return sendError(id, Fault::of(FaultCode::LimitExceeded));
  }
  if (find(*scope)) takeOff(*scope), forget(*scope);  // the silent one becomes one to be seen
  std::optional<Position> since;
  if (request.recover) since = Position{request.epoch, request.offset};
  subscriptions_.push_back({*scope, Subscription::By::Client});
  beginCommand();
  attach(*scope, std::move(since), false, [id, request, scope = *scope](Session& self, Result<Attached> result) {
    self.finishSubscribe(id, request, scope, std::move(result));
    self.endCommand();
  });
}

void Session::finishSubscribe(std::uint32_t id, const protocol::Subscribe& request, const Scope& scope, Result<Attached> result) {
  const auto* subscription = find(scope);
  const auto unsubscribe_id = subscription->unsubscribe_id;
  const bool unsubscribing = subscription->unsubscribing;
  if (!result) {
    forget(scope);
    sendError(id, result.error());
  } else if (request.recover && !result->recovered && (request.flag & protocol::kFlagRejectUnrecovered) != 0) {
    takeOff(scope);
    forget(scope);
    sendError(id, Fault::of(FaultCode::UnrecoverablePosition));
  } else {
    std::size_t bytes = 0;
    send(core_.format.codec().subscribe(id, recoveryWithin(std::move(*result), request.recover, SIZE_MAX, bytes)));
  }
  if (!unsubscribing) return;
  if (find(scope) != nullptr) {
    takeOff(scope);
    forget(scope);
  }
  send(core_.format.codec().done(unsubscribe_id, "unsubscribe"));
}

void Session::handle(std::uint32_t id, const protocol::Unsubscribe& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  const auto scope = Scope::parse(request.channel);
  auto* subscription = scope ? find(*scope) : nullptr;
  if (subscription != nullptr && subscription->state == Subscription::State::Attaching) {
    subscription->unsubscribing = true;  // answered after the subscribe
    subscription->unsubscribe_id = id;
    return;
  }
  if (subscription != nullptr && subscription->by != Subscription::By::Silent) {
    if (*scope == Scope::of(caller_.user)) {
      subscription->by = Subscription::By::Silent;  // what concerns the user is still noticed
    } else {
      takeOff(*scope);
      forget(*scope);
    }
  }
  send(core_.format.codec().done(id, "unsubscribe"));
}

}  // namespace kith
