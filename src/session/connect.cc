#include <simdjson.h>

#include "base/json_writer.h"
#include "service/online_status.h"
#include "session/channel_name.h"
#include "session/session.h"

namespace kith {
namespace {

/// What a client may say in the `data` of its connect.
struct Asked {
  std::string subscriptions = "personal";
  bool join_leave = false;
};

Result<Asked> askedIn(const std::string& data) {
  simdjson::dom::parser parser;
  simdjson::dom::element kith;
  simdjson::dom::element value;
  Asked asked;
  if (data.empty() || parser.parse(data)["kith"].get(kith) != simdjson::SUCCESS) return asked;
  if (kith["subscriptions"].get(value) == simdjson::SUCCESS) {
    std::string_view mode;
    if (value.get(mode) != simdjson::SUCCESS || (mode != "all" && mode != "personal" && mode != "none"))
      return Fault::badField("data.kith.subscriptions", "must be \"all\", \"personal\" or \"none\"");
    asked.subscriptions = mode;
  }
  if (kith["join_leave"].get(value) == simdjson::SUCCESS && value.get(asked.join_leave) != simdjson::SUCCESS)
    return Fault::badField("data.kith.join_leave", "must be true or false");
  return asked;
}

}  // namespace

void Session::handle(std::uint32_t id, const protocol::Connect& request) {
  if (request.token.empty()) return disconnect(protocol::kBadRequest);  // no credentials; a cookie is none
  state_ = State::Connecting;
  core_.accounts.authenticate(
      request.token, onLoop<Authenticated>([id, request](Session& self, Result<Authenticated> result) {
        self.authenticated(id, request, std::move(result));
      }));
}

void Session::failConnect(std::uint32_t id, const Fault& fault) {
  failed_ = true;
  connecting_.reset();
  state_ = State::Fresh;
  sendError(id, fault);
  if (pending_ && !pending_->empty()) disconnect(protocol::kBadRequest);  // more was sent right behind
}

void Session::authenticated(std::uint32_t id, const protocol::Connect& request,
                            Result<Authenticated> result) {
  if (!result) {
    if (result.error().code == FaultCode::Unauthorized) return disconnect(protocol::kInvalidToken);
    return failConnect(id, result.error());
  }
  caller_ = result->caller;
  caller_.connection = id_;
  const auto asked = askedIn(request.data);
  if (!asked) return failConnect(id, asked.error());
  const auto& mode = asked->subscriptions;
  mode_ = mode == "all" ? Mode::All : mode == "none" ? Mode::None : Mode::Personal;
  join_leave_ = asked->join_leave;

  auto connecting = connecting_ = std::make_shared<Connecting>();
  connecting->id = id;
  connecting->positions = request.subs;
  connecting->expires_at_s = result->expires_at_s;
  if (caller_.user.empty()) return finishConnect(connecting);
  attachOne(connecting, Scope::of(caller_.user));
}

void Session::attachOne(const std::shared_ptr<Connecting>& connecting, const Scope& scope) {
  auto [request, done] = attachFor(connecting, scope);
  core_.log.attach(std::move(request), std::move(done));
}

Attach Session::attachFor(const std::shared_ptr<Connecting>& connecting, const Scope& scope) {
  std::optional<Position> since;
  const auto asked = connecting->positions.find(scope.name());
  if (asked != connecting->positions.end() && asked->second.recover) {
    since = Position{asked->second.epoch, asked->second.offset};
  }
  ++connecting->waiting;
  if (scope.kind() == Scope::Kind::Group && !connecting->rooms_asked) ++connecting->groups_waiting;
  subscriptions_.push_back(
      {scope, mode_ == Mode::None ? Subscription::By::Silent : Subscription::By::Server});
  return toAttach(scope, std::move(since), false,
                  [connecting, scope](Session& self, Result<Attached> result) {
                    self.attachedOne(connecting, scope, std::move(result));
                  });
}

// One read of the store for all of them, not one for each.
void Session::attachPlaces(const std::shared_ptr<Connecting>& connecting, const std::vector<Scope>& places) {
  std::vector<Attach> all;
  for (const auto& place : places) {
    if (auto* there = find(place))
      there->added_again = true;
    else if (hasRoomForPlace())
      all.push_back(attachFor(connecting, place));
  }
  core_.log.attachAll(std::move(all));
}

// Only once the user's own channel is live: what is joined after this read is noticed there.
void Session::readGroups(const std::shared_ptr<Connecting>& connecting) {
  struct Groups {
    std::vector<GroupId> all;
    std::vector<GroupId> owned;
  };
  ++connecting->groups_waiting;  // the read itself: one that is added meanwhile does not end the wait for all
  auto done = onLoop<Groups>([connecting](Session& self, Result<Groups> groups) {
    if (!groups) connecting->fault = groups.error();
    if (groups) {
      std::vector<Scope> places;
      for (const auto& group : groups->all) places.push_back(Scope::of(group));
      for (const auto& group : groups->owned) places.push_back(Scope::staffOf(group));
      self.attachPlaces(connecting, places);
    }
    self.groupAttached(connecting);
  });
  core_.log.readValue<Groups>(
      [user = caller_.user](store::Reader& reader) -> Result<Groups> {
        Groups groups{TRY(reader.groupsOf(user, 2000)), {}};
        for (const auto& group : groups.all) {
          const auto own = TRY(reader.groupMember(group, user));
          if (own && own->role == RoomRole::Owner) groups.owned.push_back(group);
        }
        return groups;
      },
      std::move(done));
}

void Session::groupAttached(const std::shared_ptr<Connecting>& connecting) {
  if (--connecting->groups_waiting > 0) return;
  connecting->rooms_asked = true;
  if (!connecting->fault) return readRooms(connecting);
  if (--connecting->waiting == 0) finishConnect(connecting);
}

// After the groups: a room of a group is listened to beside it.
void Session::readRooms(const std::shared_ptr<Connecting>& connecting) {
  auto done = onLoop<std::vector<RoomId>>([connecting](Session& self, Result<std::vector<RoomId>> rooms) {
    if (!rooms) connecting->fault = rooms.error();
    if (rooms) {
      std::vector<Scope> places;
      for (const auto& room : *rooms) places.push_back(Scope::of(room));
      self.attachPlaces(connecting, places);
    }
    if (--connecting->waiting == 0) self.finishConnect(connecting);
  });
  core_.log.readValue<std::vector<RoomId>>(
      [user = caller_.user](store::Reader& reader) { return reader.roomsOf(user, 2000); }, std::move(done));
}

void Session::attachedOne(const std::shared_ptr<Connecting>& connecting, const Scope& scope,
                          Result<Attached> result) {
  const bool own = scope == Scope::of(caller_.user);
  if (result) {
    connecting->attached.emplace_back(scope, std::move(*result));
  } else {
    const auto& fault = result.error();
    // A damaged log: left out, so that it takes away nothing but itself.
    const bool damaged = fault.code == FaultCode::Internal && !fault.temporary && !own;
    if (damaged) ++connecting->passive;
    // Left meanwhile: not his any more, and no fault of the connect.
    if (!damaged && fault.code != FaultCode::PermissionDenied) connecting->fault = fault;
    forgetUnlessAdded(scope);
  }
  if (own && mode_ == Mode::All && !connecting->fault) return readGroups(connecting);
  --connecting->waiting;
  if (scope.kind() == Scope::Kind::Group && !connecting->rooms_asked) return groupAttached(connecting);
  if (connecting->waiting == 0) finishConnect(connecting);
}

void Session::finishConnect(const std::shared_ptr<Connecting>& connecting) {
  if (connecting->fault) {
    for (const auto& subscription : subscriptions_) {
      if (subscription.heard) takeOff(subscription.scope);
    }
    subscriptions_.clear();
    return failConnect(connecting->id, *connecting->fault);
  }
  // Too much came meanwhile for one write: he connects again from where he stood.
  if (connecting->held_bytes > core_.options.connect_held_bytes_max)
    return disconnect(protocol::kInsufficientState);
  protocol::ConnectResult result;
  result.client = id_.text();
  result.version = core_.options.server_version;
  result.ping_s = static_cast<std::uint32_t>(core_.options.ping_interval.count() / 1000);
  result.pong = true;
  result.time_ms = core_.clock.wall();
  result.data = connectData(connecting->passive);
  if (connecting->expires_at_s > 0) {
    result.expires = true;
    result.ttl_s = secondsUntil(connecting->expires_at_s);
  }
  std::size_t bytes = 0;
  for (auto& [scope, attached] : connecting->attached) {
    if (mode_ == Mode::None) break;
    if (join_leave_) watchJoinLeave(*find(scope));
    const bool asked =
        connecting->positions.contains(scope.name()) && connecting->positions.at(scope.name()).recover;
    result.subs.emplace_back(scope.name(), recoveryWithin(std::move(attached), asked,
                                                          core_.options.connect_recovery_bytes_max, bytes));
  }
  const auto held = std::move(connecting->held);
  connecting_.reset();
  state_ = State::Connected;
  core_.loop.cancel(stale_timer_);
  stale_timer_ = 0;
  send(core_.format.codec().connect(connecting->id, result));
  for (const auto& one : held) deliver(one.scope, one.frame, FrameKind::Entry);
  for (auto& subscription : subscriptions_) showIfSilent(subscription);
  scheduleFirstPing();
  scheduleExpiry(connecting->expires_at_s);
  if (!caller_.user.empty()) {
    present_ = true;
    core_.services.online.connected(caller_.user, id_);
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
