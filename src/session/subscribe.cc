#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "service/online_status.h"
#include "service/permissions.h"
#include "session/channel_name.h"
#include "session/session.h"

namespace kith {

const Session::Subscription* Session::find(const Scope& scope) const {
  const auto found = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                                  [&](const auto& s) { return s.scope == scope; });
  return found == subscriptions_.end() ? nullptr : &*found;
}

Session::Subscription* Session::find(const Scope& scope) {
  return const_cast<Subscription*>(std::as_const(*this).find(scope));
}

bool Session::hears(const Scope& scope) const {
  const auto* subscription = find(scope);
  return subscription != nullptr && subscription->heard;
}

void Session::forget(const Scope& scope) {
  std::erase_if(subscriptions_, [&](const auto& s) { return s.scope == scope; });
}

void Session::takeOff(const Scope& scope) {
  core_.hub.unsubscribe(scope, *this);
  core_.log.detach(scope, core_.index);
}

void Session::watchJoinLeave(Subscription& subscription) {
  if (!subscription.scope.isPlace()) return;
  subscription.join_leave = true;
  core_.services.online.watchJoinLeave(subscription.scope);
}

void Session::unwatchJoinLeave(Subscription& subscription) {
  if (std::exchange(subscription.join_leave, false))
    core_.services.online.unwatchJoinLeave(subscription.scope);
}

/// The subscription stands in the list already; it goes live in the hub in the turn of the answer, so
/// that nothing published in between is missed. A room of a group goes live only beside the group: whoever
/// is put out of the group hears no more of its rooms from where he hears that.
void Session::attach(const Scope& scope, std::optional<Position> since, bool since_joined,
                     Callback<void(Session&, Result<Attached>)> done) {
  auto [request, answered] = toAttach(scope, std::move(since), since_joined, std::move(done));
  core_.log.attach(std::move(request), std::move(answered));
}

Attach Session::toAttach(const Scope& scope, std::optional<Position> since, bool since_joined,
                         Callback<void(Session&, Result<Attached>)> done) {
  std::vector<Scope> heard;
  for (const auto& subscription : subscriptions_) {
    if (subscription.heard && subscription.scope.kind() == Scope::Kind::Group)
      heard.push_back(subscription.scope);
  }
  auto beside = std::make_shared<std::optional<Scope>>();
  auto may_listen = [caller = caller_, scope, heard, beside](store::Reader& reader) -> Result<Granted> {
    auto granted = TRY(mayListen(reader, caller, scope));
    *beside = granted.beside;
    const bool missing =
        granted.beside && std::find(heard.begin(), heard.end(), *granted.beside) == heard.end();
    return missing ? Result<Granted>(Fault::of(FaultCode::NotAvailable))
                   : Result<Granted>(std::move(granted));
  };
  AttachRequest request{scope, caller_.user, core_.index, since, since_joined, std::move(may_listen)};
  auto answered = [weak = weak_from_this(), core = &core_, scope, since, since_joined, beside,
                   done = std::move(done)](Result<Attached> result) mutable {
    const auto self = weak.lock();
    if (!self || self->state_ == State::Closed) {
      if (result) core->log.detach(scope, core->index);
      return;
    }
    const bool missing = !result && result.error().code == FaultCode::NotAvailable && *beside;
    const bool lost = result && *beside && !self->hears(**beside);  // ended while this was judged
    auto* subscription = self->find(scope);
    if ((!missing && !lost) || subscription->revoked)
      return self->attached(scope, *beside, std::move(result), std::move(done));
    if (lost) core->log.detach(scope, core->index);
    subscription->beside = *beside;
    self->hear(**beside, [scope, since, since_joined, beside, done = std::move(done)](
                             Session& then, const std::optional<Fault>& unheard) mutable {
      if (unheard) return then.attached(scope, *beside, *unheard, std::move(done));
      then.attach(scope, std::move(since), since_joined, std::move(done));
    });
  };
  return {std::move(request), std::move(answered)};
}

void Session::attached(const Scope& scope, const std::optional<Scope>& beside, Result<Attached> result,
                       Callback<void(Session&, Result<Attached>)> done) {
  // The sign-in was ended while this connection came: it never hears of that otherwise.
  if (!result && result.error().code == FaultCode::Unauthorized)
    return disconnect(protocol::kStateInvalidated);
  auto* subscription = find(scope);
  ASSERT(subscription != nullptr);
  const auto later = std::move(subscription->later);
  const auto then = std::move(subscription->then);
  if (subscription->revoked && result) {
    core_.log.detach(scope, core_.index);
    result = Fault::of(FaultCode::PermissionDenied);
  }
  if (result) {
    // Heard silently until now: from here on what is delivered is shown, and what was before is in the
    // answer.
    if (subscription->heard) takeOff(scope);
    subscription->state = Subscription::State::Live;
    subscription->heard = true;
    subscription->after = result->position.offset + result->publications.size();
    subscription->beside = beside;
    subscription->scope = core_.hub.subscribe(scope, *this);
  } else if (subscription->heard) {
    subscription->state = Subscription::State::Live;  // silently, as before
  }
  const auto unheard = result ? std::nullopt : std::optional<Fault>(result.error());
  done(*this, std::move(result));
  if (then) {
    for (auto& waiting : *then) {
      if (state_ != State::Closed) waiting(*this, unheard);
    }
  }
  if (later) runLater(*later);
  goOn();
}

void Session::hear(const Scope& group, Heard then) {
  if (hears(group)) return then(*this, std::nullopt);
  auto* there = find(group);
  const bool begin = there == nullptr;
  if (begin) {
    subscriptions_.push_back({group, Subscription::By::Silent});
    there = &subscriptions_.back();
  }
  if (!there->then) there->then = std::make_unique<std::vector<Heard>>();
  there->then->push_back(std::move(then));
  if (!begin) return;
  attach(group, std::nullopt, false, [group](Session& self, Result<Attached> result) {
    if (!result) return self.forgetUnlessAdded(group);
    self.showIfSilent(*self.find(group));
  });
}

// The group is not his any more: nor are its rooms.
void Session::endBeside(const Scope& group) {
  std::vector<Scope> ending;
  for (auto& subscription : subscriptions_) {
    if (subscription.beside != group) continue;
    if (subscription.heard)
      ending.push_back(subscription.scope);
    else
      subscription.revoked = true;
  }
  for (const auto& scope : ending) {
    core_.hub.unsubscribe(scope, *this);
    ended(scope);
  }
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
  std::optional<Position> since;
  if (request.recover) since = Position{request.epoch, request.offset};
  if (auto* silent = find(*scope)) {
    silent->state =
        Subscription::State::Attaching;  // and heard meanwhile: it says what becomes of other rights
  } else {
    subscriptions_.push_back({*scope, Subscription::By::Client});
  }
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
  auto* subscription = find(scope);
  if (!result) {
    sendError(id, result.error());
    if (subscription->by != Subscription::By::Silent || !subscription->heard) forgetUnlessAdded(scope);
  } else if (request.recover && !result->recovered &&
             (request.flag & protocol::kFlagRejectUnrecovered) != 0) {
    if (subscription->by != Subscription::By::Silent) {
      takeOff(scope);
      forget(scope);
    }
    sendError(id, Fault::of(FaultCode::UnrecoverablePosition));
  } else {
    subscription->by = Subscription::By::Client;
    if (request.join_leave) watchJoinLeave(*subscription);
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
    unwatchJoinLeave(*subscription);
    if (scope->kind() == Scope::Kind::User || scope->kind() == Scope::Kind::Group) {
      subscription->by = Subscription::By::Silent;  // what ends his rights is still noticed
    } else {
      takeOff(*scope);
      forget(*scope);
    }
  }
  send(core_.format.codec().done(id, "unsubscribe"));
}

}  // namespace kith
