#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/hub.h"
#include "protocol/command.h"
#include "protocol/reply.h"
#include "service/accounts.h"
#include "session/session_core.h"
#include "session/transport.h"

namespace kith {

/// One client connection: who it is and what it listens to.
///
/// Lives on its core's loop, owned by its transport's connection and by answers under way. It holds
/// state; each command is a file of its own (connect.cc, subscribe.cc …). It never blocks: work for
/// the store leaves as a post and comes back as one.
class Session final : public Subscriber, public std::enable_shared_from_this<Session> {
 public:
  Session(SessionCore& core, Transport& transport);
  ~Session() override;

  /// To be called once, when the session is in its shared_ptr.
  void start();
  /// One whole message of the client: one or more commands.
  void received(std::string_view message);
  /// All that was sent has left: there is room for the next answers.
  void sent();
  /// The connection is gone. Clean: the client said goodbye. Nothing is sent from here on.
  enum class Gone { Clean, Dropped };
  void closed(Gone how);
  /// Says why and closes.
  void disconnect(const protocol::Disconnect& why);
  /// Closes with 3001 once the commands under way are answered; takes no new ones meanwhile.
  void leave();

  // Subscriber
  const UserId& listener() const override { return caller_.user; }
  Offset heardAfter(const Scope& scope) const override;
  void deliver(const Scope& scope, const FrameRef& frame, FrameKind kind) override;
  bool joinedOrLeft(const Scope& scope, const FrameRef& frame) override;
  void ended(const Scope& scope) override;
  void restarted(const Scope& scope) override;
  void noticed(const Publication& publication) override;

 private:
  enum class State { Fresh, Connecting, Connected, Closed };
  enum class Mode { All, Personal, None };
  /// What waits for a group to be heard: nothing, or why it is not.
  using Heard = Callback<void(Session&, const std::optional<Fault>&)>;
  /// A channel of this client. Silent: listened to for what it says about the user, not shown.
  struct Subscription {
    Scope scope;
    enum class By : std::uint8_t { Server, Client, Silent } by = By::Client;
    enum class State : std::uint8_t { Attaching, Live } state = State::Attaching;
    bool heard = false;        // in the hub; also while a silent one attaches anew, to be shown
    bool revoked = false;      // its right ended while it was attaching
    bool added_again = false;  // joined once more, as far as is known; perhaps before it ended
    bool join_leave = false;   // asked to be told who comes online and who goes
    Offset after = 0;          // heard live above this offset
    // The group that says when the right to it ends: a room of it, its staff. Heard as well, if only
    // silently.
    std::optional<Scope> beside{};
    std::unique_ptr<std::vector<Heard>> then{};  // run when it is live, or was refused
    // What the client asked of this channel while it was attaching: taken up in its order after that.
    std::unique_ptr<std::vector<protocol::Command>> later{};
  };
  struct Connecting;

  // Commands, each in its file.
  void handle(std::uint32_t id, const protocol::Connect& request);
  void handle(std::uint32_t id, const protocol::Subscribe& request);
  void handle(std::uint32_t id, const protocol::Unsubscribe& request);
  void handle(std::uint32_t id, const protocol::Publish& request);
  void handle(std::uint32_t id, const protocol::Presence& request);
  void handle(std::uint32_t id, const protocol::PresenceStats& request);
  void handle(std::uint32_t id, const protocol::History& request);
  void handle(std::uint32_t id, const protocol::Rpc& request);
  void handle(std::uint32_t id, const protocol::Send& request);
  void handle(std::uint32_t id, const protocol::Refresh& request);
  void handle(std::uint32_t id, const protocol::SubRefresh& request);
  void handle(std::uint32_t id, const protocol::Pong& request);

  // session.cc
  void dispatch(const protocol::Command& command);
  void runPending();
  void send(std::string message);
  void sendError(std::uint32_t id, Fault fault);
  /// What a command may bring: a page may fill a good part of the client's queue.
  enum class Answer { Small, Page };
  static Answer answerOf(const protocol::Command& command);
  static Answer answerOf(const protocol::Rpc& request);
  static Answer answerOf(const protocol::Subscribe& request);
  bool mayBegin(const protocol::Command& command) const;
  void beginCommand(Answer answer = Answer::Small);
  /// Counts it as done; endCommand() then goes on with what may begin now.
  void commandDone(Answer answer = Answer::Small);
  void endCommand(Answer answer = Answer::Small);
  Caller reader() const;  // he who asks for what its members may see
  /// What may begin now that less is under way: the next commands, or the leave that waited.
  void goOn();
  /// `then(Session&, …)` on this loop if the session still lives, whichever thread calls.
  template <class T>
  Reply<T> onLoop(Callback<void(Session&, Result<T>)> then);

  // connect.cc
  void authenticated(std::uint32_t id, const protocol::Connect& request, Result<Authenticated> result);
  void attachOne(const std::shared_ptr<Connecting>& connecting, const Scope& scope);
  Attach attachFor(const std::shared_ptr<Connecting>& connecting, const Scope& scope);
  void attachPlaces(const std::shared_ptr<Connecting>& connecting, const std::vector<Scope>& places);
  void readGroups(const std::shared_ptr<Connecting>& connecting);
  void readRooms(const std::shared_ptr<Connecting>& connecting);
  void groupAttached(const std::shared_ptr<Connecting>& connecting);
  void attachedOne(const std::shared_ptr<Connecting>& connecting, const Scope& scope,
                   Result<Attached> result);
  void finishConnect(const std::shared_ptr<Connecting>& connecting);
  void failConnect(std::uint32_t id, const Fault& fault);
  std::string connectData(std::size_t passive) const;

  // subscribe.cc
  Subscription* find(const Scope& scope);
  const Subscription* find(const Scope& scope) const;
  bool hears(const Scope& scope) const;
  void forget(const Scope& scope);
  void attach(const Scope& scope, std::optional<Position> since, bool since_joined,
              Callback<void(Session&, Result<Attached>)> done);
  Attach toAttach(const Scope& scope, std::optional<Position> since, bool since_joined,
                  Callback<void(Session&, Result<Attached>)> done);
  void attached(const Scope& scope, const std::optional<Scope>& beside, Result<Attached> result,
                Callback<void(Session&, Result<Attached>)> done);
  /// Listens to a group, silently if the client did not ask, before one of its rooms is listened to.
  void hear(const Scope& group, Heard then);
  void endBeside(const Scope& group);
  void finishSubscribe(std::uint32_t id, const protocol::Subscribe& request, const Scope& scope,
                       Result<Attached> result);
  void takeOff(const Scope& scope);
  void watchJoinLeave(Subscription& subscription);
  void unwatchJoinLeave(Subscription& subscription);
  bool waitsForAttach(const Scope& scope, protocol::Command command);
  void runLater(const std::vector<protocol::Command>& commands);

  // notice.cc
  void roomAdded(const Publication& publication);
  void groupAdded(const Publication& publication);
  void addPlace(const Scope& scope);
  /// Whether there may be one more subscription; else the place is passive.
  bool hasRoomForPlace();
  void showIfSilent(Subscription& subscription);
  void attachToShow(const Scope& scope);
  void forgetUnlessAdded(const Scope& scope);
  void showJoined(const Scope& scope, Attached attached);
  void sessionsRevoked(const Publication& publication);

  // ping.cc
  void scheduleFirstPing();
  void schedulePing(Milliseconds delay);
  void ping();
  void awaitPong();
  void scheduleExpiry(std::int64_t expires_at_s);       // 0: never
  std::uint32_t secondsUntil(std::int64_t at_s) const;  // at least 1

  SessionCore& core_;
  Transport* transport_;
  State state_ = State::Fresh;
  Mode mode_ = Mode::Personal;
  bool join_leave_ = false;  // asked for what the server subscribes
  bool pong_due_ = false;
  bool reading_paused_ = false;
  bool failed_ = false;   // connect was refused: any further command is 3501
  bool present_ = false;  // counted as online
  bool leaving_ = false;  // for a stop: commands under way are answered first
  std::uint32_t running_ = 0;
  std::uint32_t pages_running_ = 0;  // of running_
  ConnectionId id_;                  // the client's id on the wire
  Caller caller_;
  std::vector<Subscription> subscriptions_;
  std::unique_ptr<std::deque<protocol::Command>> pending_;
  std::shared_ptr<Connecting> connecting_;
  Loop::TimerId stale_timer_ = 0;
  Loop::TimerId ping_timer_ = 0;
  Loop::TimerId expiry_timer_ = 0;
};

/// What the connect command gathers before its reply.
struct Session::Connecting {
  std::uint32_t id = 0;
  std::map<std::string, protocol::SubscriptionPosition> positions;
  std::int64_t expires_at_s = 0;
  std::size_t passive = 0;
  std::size_t waiting = 0;
  std::size_t groups_waiting = 0;  // rooms come after all groups that were there
  bool rooms_asked = false;
  std::optional<Fault> fault;
  std::vector<std::pair<Scope, Attached>> attached;
  struct Held {
    Scope scope;
    FrameRef frame;
  };
  std::vector<Held> held;  // live entries that came before the reply was written
  std::size_t held_bytes = 0;
};

template <class T>
Reply<T> Session::onLoop(Callback<void(Session&, Result<T>)> then) {
  auto shared = std::make_shared<Callback<void(Session&, Result<T>)>>(std::move(then));
  return [weak = weak_from_this(), loop = &core_.loop, shared](Result<T> result) mutable {
    loop->post([weak, shared, result = std::move(result)]() mutable {
      const auto self = weak.lock();
      if (self && self->state_ != State::Closed) (*shared)(*self, std::move(result));
    });
  };
}

}  // namespace kith
