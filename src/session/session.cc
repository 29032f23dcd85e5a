#include "session/session.h"

#include <algorithm>

#include "base/assert.h"
#include "service/online_status.h"
#include "service/page_cut.h"
#include "service/typing.h"

namespace kith {
namespace {

constexpr std::size_t kAnswerBytesMax = kPageBytesMax + 64 * 1024;  // rows, and the names beside them

}  // namespace

Session::Session(SessionCore& core, Transport& transport) : core_(core), transport_(&transport) {
  core_.connections.add(1);
}

Session::~Session() {
  ASSERT(state_ == State::Closed);
  core_.connections.add(-1);
}

void Session::start() {
  id_ = ConnectionId::trusted(core_.random.id());
  stale_timer_ = core_.loop.after(core_.options.stale_after, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->stale_timer_ = 0;
    if (self->state_ == State::Fresh || self->state_ == State::Connecting) self->disconnect(protocol::kStale);
  });
}

void Session::leave() {
  leaving_ = true;
  goOn();
}

void Session::received(std::string_view message) {
  if (state_ == State::Closed || leaving_) return;
  auto commands = core_.reader.read(message);
  if (!commands) return disconnect(protocol::kBadRequest);
  core_.commands.add(static_cast<std::int64_t>(commands->size()));
  const auto self = shared_from_this();
  for (auto& command : *commands) {
    if (state_ == State::Closed) return;
    const bool must_wait = state_ == State::Connecting || !mayBegin(command);
    if (!must_wait && (!pending_ || pending_->empty())) {
      dispatch(command);
      continue;
    }
    if (!pending_) pending_ = std::make_unique<std::deque<protocol::Command>>();
    if (pending_->size() >= core_.options.commands_waiting_max) return disconnect(protocol::kTooManyRequests);
    pending_->push_back(std::move(command));
  }
  if (pending_ && !pending_->empty() && !reading_paused_ && transport_ != nullptr) {
    reading_paused_ = true;  // the rest waits with the client
    transport_->pauseReading();
  }
}

void Session::dispatch(const protocol::Command& command) {
  const bool connect = std::holds_alternative<protocol::Connect>(command.request);
  if (connect != (state_ == State::Fresh) || failed_) return disconnect(protocol::kBadRequest);
  std::visit([&](const auto& request) { handle(command.id, request); }, command.request);
}

void Session::runPending() {
  while (pending_ && !pending_->empty() && state_ == State::Connected && mayBegin(pending_->front())) {
    const auto command = std::move(pending_->front());
    pending_->pop_front();
    dispatch(command);
  }
  if (pending_ && pending_->empty()) pending_.reset();
  if (!pending_ && reading_paused_ && transport_ != nullptr) {
    reading_paused_ = false;
    transport_->resumeReading();
  }
}

Session::Answer Session::answerOf(const protocol::Command& command) {
  const auto& request = command.request;
  if (const auto* rpc = std::get_if<protocol::Rpc>(&request)) return answerOf(*rpc);
  if (const auto* subscribe = std::get_if<protocol::Subscribe>(&request)) return answerOf(*subscribe);
  const bool page = std::holds_alternative<protocol::History>(request) ||
                    std::holds_alternative<protocol::Presence>(request);
  return page ? Answer::Page : Answer::Small;
}

Session::Answer Session::answerOf(const protocol::Rpc& request) {
  const auto* operation = operationOf(request.method);
  return operation != nullptr && operation->verb == "GET" ? Answer::Page : Answer::Small;
}

Session::Answer Session::answerOf(const protocol::Subscribe& request) {
  return request.recover ? Answer::Page : Answer::Small;
}

// Pages begin as the client takes them: together they would fill his queue, he would be cut off for not
// reading what he could not read yet, come back, ask the same, and be cut off again.
bool Session::mayBegin(const protocol::Command& command) const {
  if (running_ >= core_.options.commands_running_max) return false;
  if (transport_ == nullptr || answerOf(command) == Answer::Small) return true;
  const std::size_t queued = transport_->queuedBytes();
  if (pages_running_ == 0 && queued == 0) return true;
  const std::size_t live = core_.options.queue_bytes_max / 4;  // left to what is pushed meanwhile
  return queued + (pages_running_ + 1) * kAnswerBytesMax <= core_.options.queue_bytes_max - live;
}

void Session::beginCommand(Answer answer) {
  ++running_;
  if (answer == Answer::Page) ++pages_running_;
}

void Session::commandDone(Answer answer) {
  --running_;
  if (answer == Answer::Page) --pages_running_;
}

void Session::endCommand(Answer answer) {
  commandDone(answer);
  goOn();
}

void Session::sent() {
  if (pending_ && state_ == State::Connected) goOn();
}

void Session::goOn() {
  if (!leaving_) return runPending();
  if (running_ == 0) disconnect(protocol::kShutdown);
}

void Session::send(std::string message) {
  if (transport_ == nullptr) return;
  transport_->send(FrameRef::own(core_.format.frame(std::move(message))), FrameKind::Entry);
}

void Session::sendError(std::uint32_t id, Fault fault) {
  send(core_.format.codec().error(id, fault));
}

Offset Session::heardAfter(const Scope& scope) const {
  return find(scope)->after;
}

// What is live before the connect reply is written waits behind it; a state that will be sent again does not.
void Session::deliver(const Scope& scope, const FrameRef& frame, FrameKind kind) {
  if (transport_ == nullptr) return;
  if (connecting_) {
    if (kind != FrameKind::Entry) return;
    connecting_->held_bytes += frame.size();
    // Too much for one reply: the connect will end with that, and needs none of it.
    if (connecting_->held_bytes > core_.options.connect_held_bytes_max) return connecting_->held.clear();
    connecting_->held.push_back({scope, frame});
    return;
  }
  if (scope.kind() != Scope::Kind::Room && find(scope)->by == Subscription::By::Silent) return;
  transport_->send(frame, kind);
}

bool Session::joinedOrLeft(const Scope& scope, const FrameRef& frame) {
  if (transport_ == nullptr || !find(scope)->join_leave) return false;
  transport_->send(frame, FrameKind::Signal);
  return true;
}

void Session::ended(const Scope& scope) {
  if (state_ == State::Closed) return;
  core_.log.detach(scope, core_.index);
  auto* subscription = find(scope);
  unwatchJoinLeave(*subscription);
  const bool silent = subscription->by == Subscription::By::Silent;
  const bool again = subscription->added_again && subscription->state == Subscription::State::Live;
  if (subscription->state == Subscription::State::Attaching) {
    subscription->heard = false;  // a silent one that attaches anew: its answer is still to come
    subscription->revoked = true;
  } else {
    forget(scope);
  }
  if (connecting_) {
    std::erase_if(connecting_->attached, [&](const auto& one) { return one.first == scope; });
    std::erase_if(connecting_->held, [&](const auto& held) { return held.scope == scope; });
  } else if (!silent) {
    const auto& why = protocol::kUnsubscribedServer;
    send(core_.format.codec().pushUnsubscribe(scope.name(), why.code, why.reason));
  }
  if (again) addPlace(scope);  // joined once more, which another log told before this one told of the end
  if (scope.kind() == Scope::Kind::Group) endBeside(scope);  // its rooms find it there again
}

// All of it is asked for anew, and what cannot be recovered is said to be so.
void Session::restarted(const Scope&) {
  disconnect(protocol::kInsufficientState);
}

void Session::disconnect(const protocol::Disconnect& why) {
  if (state_ == State::Closed || transport_ == nullptr) return;
  core_.metrics
      .counter("kith_disconnects_total", "Connections the server closed",
               "code=\"" + std::to_string(why.code) + "\"")
      .add();
  Transport* transport = transport_;
  const bool revoked = why.code == protocol::kStateInvalidated.code;
  closed(revoked ? Gone::Clean : Gone::Dropped);
  transport->close(why);
}

void Session::closed(Gone how) {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  transport_ = nullptr;
  for (auto* timer : {&stale_timer_, &ping_timer_, &expiry_timer_}) {
    if (*timer != 0) core_.loop.cancel(*timer);
    *timer = 0;
  }
  for (auto& subscription : subscriptions_) {
    unwatchJoinLeave(subscription);
    if (subscription.heard) takeOff(subscription.scope);
  }
  subscriptions_.clear();
  pending_.reset();
  connecting_.reset();
  if (!present_) return;
  core_.typing.closed(caller_.user, caller_.connection);
  core_.services.online.disconnected(caller_.user, caller_.connection,
                                     how == Gone::Clean ? CloseKind::Clean : CloseKind::Dropped);
}

}  // namespace kith
