#include <simdjson.h>

#include "base/json_writer.h"
#include "service/online_status.h"
#include "session/channel_name.h"
#include "session/session.h"

namespace kith {
namespace {

std::string_view modeOf(const std::string& data, simdjson::dom::parser& parser) {
  std::string_view mode;
  if (data.empty() || parser.parse(data)["kith"]["subscriptions"].get(mode) != simdjson::SUCCESS) return "personal";
  return mode;
}

constexpr std::size_t kRoomsMax = 2000;  // beyond the server's limit all are passive: counted to here

std::uint32_t ttlOf(std::int64_t expires_at_s, WallMs now) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(expires_at_s - now / 1000, 1));
}

}  // namespace

void Session::handle(std::uint32_t id, const protocol::Connect& request) {
  if (request.token.empty()) return disconnect(protocol::kBadRequest);  // no credentials; a cookie is none
  state_ = State::Connecting;
  core_.accounts.authenticate(request.token, onLoop<Authenticated>([id, request](Session& self, Result<Authenticated> result) {
    self.authenticated(id, request, std::move(result));
  }));
}

void Session::failConnect(std::uint32_t id, const Fault& fault) {
  for (const auto& subscription : subscriptions_) {
    if (subscription.state == Subscription::State::Live) takeOff(subscription.scope);
  }
  // Those still attaching stay listed until they are answered; the connection is of no use any more.
  std::erase_if(subscriptions_, [](const auto& s) { return s.state == Subscription::State::Live; });
  failed_ = true;
  connecting_.reset();
  state_ = State::Fresh;
  sendError(id, fault);
  if (pending_) disconnect(protocol::kBadRequest);
}

void Session::authenticated(std::uint32_t id, const protocol::Connect& request, Result<Authenticated> result) {
  if (!result) {
    if (result.error().code == FaultCode::Unauthorized) return disconnect(protocol::kInvalidToken);
    return failConnect(id, result.error());
  }
  caller_ = result->caller;
  simdjson::dom::parser parser;
  const auto mode = modeOf(request.data, parser);
  mode_ = mode == "all" ? Mode::All : mode == "none" ? Mode::None : Mode::Personal;

  auto connecting = connecting_ = std::make_shared<Connecting>();
  connecting->id = id;
  connecting->positions = request.subs;
  connecting->expires_at_s = result->expires_at_s;
  if (caller_.user.empty()) return finishConnect(connecting);
  attachAll(connecting, {Scope::of(caller_.user)});
}

// After the user's own scope is live: a room joined from here on is noticed there, one joined before is read.
void Session::readRooms(const std::shared_ptr<Connecting>& connecting) {
  connecting->rooms_read = true;
  auto rooms = std::make_shared<std::vector<RoomId>>();
  auto done = onLoop<bool>([connecting, rooms](Session& self, Result<bool> read) {
    if (!read) return self.failConnect(connecting->id, read.error());
    std::vector<Scope> scopes;
    for (const auto& room : *rooms) {
      const auto scope = Scope::of(room);
      if (self.find(scope) != nullptr) continue;
      if (self.subscriptions_.size() + scopes.size() <= self.core_.options.server_channels_max) scopes.push_back(scope);
      else ++connecting->passive;
    }
    self.attachAll(connecting, scopes);
  });
  core_.log.read(
      [rooms, user = caller_.user](store::Reader& reader) -> Result<void> {
        *rooms = TRY(reader.roomsOf(user, kRoomsMax));
        return {};
      },
      [done = std::move(done)](Result<void> read) mutable {
        if (!read) return done(read.error());
        done(true);
      });
}

void Session::attachAll(const std::shared_ptr<Connecting>& connecting, const std::vector<Scope>& scopes) {
  if (scopes.empty()) return finishConnect(connecting);
  connecting->waiting = scopes.size();
  for (const auto& scope : scopes) {
    std::optional<Position> since;
    const auto asked = connecting->positions.find(scope.name());
    if (asked != connecting->positions.end() && asked->second.recover) {
      since = Position{asked->second.epoch, asked->second.offset};
    }
    const bool silent = mode_ == Mode::None;
    subscriptions_.push_back({scope, silent ? Subscription::By::Silent : Subscription::By::Server});
    attach(scope, std::move(since), false, [connecting, scope](Session& self, Result<Attached> result) {
      self.attachedOne(connecting, scope, std::move(result));
    });
  }
}

void Session::attachedOne(const std::shared_ptr<Connecting>& connecting, const Scope& scope, Result<Attached> result) {
  if (result) {
    connecting->attached.emplace_back(scope, std::move(*result));
  } else {
    forget(scope);
    // Left meanwhile: not his any more, and no fault of the connect.
    if (result.error().code != FaultCode::PermissionDenied) connecting->fault = result.error();
  }
  if (--connecting->waiting > 0) return;
  const bool rooms_due = mode_ == Mode::All && !connecting->rooms_read && !connecting->fault;
  if (rooms_due) return readRooms(connecting);
  finishConnect(connecting);
}

void Session::finishConnect(const std::shared_ptr<Connecting>& connecting) {
  if (connecting->fault) return failConnect(connecting->id, *connecting->fault);
  protocol::ConnectResult result;
  result.client = client_id_;
  result.version = core_.options.server_version;
  result.ping_s = static_cast<std::uint32_t>(core_.options.ping_interval.count() / 1000);
  result.pong = true;
  result.time_ms = core_.clock.wall();
  result.data = connectData(connecting->passive);
  if (connecting->expires_at_s > 0) {
    result.expires = true;
    result.ttl_s = ttlOf(connecting->expires_at_s, core_.clock.wall());
  }
  std::size_t bytes = 0;
  for (auto& [scope, attached] : connecting->attached) {
    if (mode_ == Mode::None) break;
    const bool asked = connecting->positions.contains(scope.name()) && connecting->positions.at(scope.name()).recover;
    result.subs.emplace_back(scope.name(), recoveryWithin(std::move(attached), asked, core_.options.connect_recovery_bytes_max, bytes));
  }
  const auto held = std::move(connecting->held);
  connecting_.reset();
  state_ = State::Connected;
  core_.loop.cancel(stale_timer_);
  stale_timer_ = 0;
  send(core_.format.codec().connect(connecting->id, result));
  for (const auto& one : held) deliver(one.scope, one.frame, FrameKind::Entry);
  scheduleFirstPing();
  if (connecting->expires_at_s > 0) scheduleExpiry(connecting->expires_at_s);
  if (!caller_.user.empty()) {
    present_ = true;
    core_.services.online.connected(caller_.user, ConnectionId::trusted(client_id_));
  }
  runPending();
}

std::string Session::connectData(std::size_t passive) const {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("kith").beginObject();
  json.key("user").beginObject().field("id", caller_.user.text()).field("name", caller_.name);
  json.field("role", caller_.site_role == SiteRole::Admin ? "admin" : "member").endObject();
  json.field("node", core_.options.node_id).field("passive", static_cast<std::uint64_t>(passive));
  json.key("limits").beginObject();
  json.field("text", static_cast<std::uint64_t>(core_.services.limits.message_text_max));
  json.field("frame", static_cast<std::uint64_t>(core_.options.frame_bytes_max)).endObject();
  json.field("server", core_.options.server_version).endObject().endObject();
  return out;
}

}  // namespace kith
