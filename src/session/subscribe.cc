#include <algorithm>

#include "base/assert.h"
#include "service/permissions.h"
#include "session/channel_name.h"
#include "session/session.h"

namespace kith {

Session::Subscription* Session::find(const Scope& scope) {
  const auto found = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                                  [&](const auto& s) { return s.scope == scope; });
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
  AttachRequest request{scope,
                        caller_.user,
                        core_.index,
                        std::move(since),
                        since_joined,
                        [caller = caller_, scope](store::Reader& reader) { return mayListen(reader, caller, scope); }};
  auto answered = [weak = weak_from_this(), core = &core_, scope,
                   done = std::move(done)](Result<Attached> result) mutable {
    const auto self = weak.lock();
    if (!self || self->state_ == State::Closed) {
      if (result) core->log.detach(scope, core->index);
      return;
    }
    // The sign-in was ended while this connection came: it never hears of that otherwise.
    if (!result && result.error().code == FaultCode::Unauthorized)
      return self->disconnect(protocol::kStateInvalidated);
    auto* subscription = self->find(scope);
    ASSERT(subscription != nullptr);
    const auto later = std::move(subscription->later);
    if (result) {
      subscription->state = Subscription::State::Live;
      core->hub.subscribe(scope, *self);
    }
    done(*self, std::move(result));
    if (later) self->runLater(*later);
    self->goOn();
  };
  core_.log.attach(std::move(request), std::move(answered));
}

// Commands of one channel never overtake each other, and each counts as one that runs.
bool Session::waitsForAttach(const Scope& scope, protocol::Command command) {
  auto* subscription = find(scope);
  if (subscription == nullptr || subscription->state != Subscription::State::Attaching) return false;
  if (!subscription->later) subscription->later = std::make_unique<std::vector<protocol::Command>>();
  subscription->later->push_back(std::move(command));
  beginCommand();
  return true;
}

void Session::runLater(const std::vector<protocol::Command>& commands) {
  for (const auto& command : commands) {
    if (state_ == State::Closed) return;
    commandDone();
    dispatch(command);
  }
}

void Session::handle(std::uint32_t id, const protocol::Subscribe& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  if (auto fault = channelFault(request.channel, core_.options.channel_bytes_max))
    return sendError(id, *fault);
  if (request.type != 0) return sendError(id, Fault::of(FaultCode::NotAvailable));
  if (request.has_tag_filter) return sendError(id, Fault::badField("tf", "is not offered on this channel"));
  const auto scope = Scope::parse(request.channel);
  if (!scope || !request.token.empty()) return sendError(id, Fault::of(FaultCode::PermissionDenied));
  if (waitsForAttach(*scope, {id, request})) return;
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
  const auto answer = answerOf(request);
  beginCommand(answer);
  attach(*scope, std::move(since), false,
         [id, request, answer, scope = *scope](Session& self, Result<Attached> result) {
           self.finishSubscribe(id, request, scope, std::move(result));
           self.commandDone(answer);
         });
}

void Session::finishSubscribe(std::uint32_t id, const protocol::Subscribe& request, const Scope& scope,
                              Result<Attached> result) {
  if (!result) {
    forget(scope);
    sendError(id, result.error());
  } else if (request.recover && !result->recovered &&
             (request.flag & protocol::kFlagRejectUnrecovered) != 0) {
    takeOff(scope);
    forget(scope);
    sendError(id, Fault::of(FaultCode::UnrecoverablePosition));
  } else {
    std::size_t bytes = 0;
    send(core_.format.codec().subscribe(
        id, recoveryWithin(std::move(*result), request.recover, SIZE_MAX, bytes)));
  }
}

void Session::handle(std::uint32_t id, const protocol::Unsubscribe& request) {
  if (request.channel.empty()) return disconnect(protocol::kBadRequest);
  const auto scope = Scope::parse(request.channel);
  if (scope && waitsForAttach(*scope, {id, request})) return;
  auto* subscription = scope ? find(*scope) : nullptr;
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
