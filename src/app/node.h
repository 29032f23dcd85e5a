#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/commands.h"
#include "app/options.h"
#include "base/log.h"
#include "base/metrics.h"
#include "gateway/gateway.h"
#include "http/server.h"
#include "hub/fanout.h"
#include "net/listener.h"
#include "presence/presence.h"
#include "rest/refused_origins.h"
#include "rest/rest.h"
#include "service/chat.h"
#include "service/groups.h"
#include "service/password_pool.h"
#include "service/rooms.h"
#include "service/session_pruner.h"
#include "service/task_runner.h"
#include "service/tokens.h"
#include "store/store.h"

namespace kith {

class PresenceLink;
class RedisPresence;
namespace broker {
class RedisBroker;
}

/// One running server: the only place that makes the parts and names a backend.
///
/// Made and ended on the main thread; between, each core's loop runs on a thread of its own.
class Node {
 public:
  /// The error is a sentence for the operator.
  static Expected<std::unique_ptr<Node>, Error> start(const Options& options, Log& log);
  /// Whether there is data of a server: in the data folder, or where store.uri says.
  static bool hasData(const Options& options);
  /// The store and the services alone, for an operator's command while no server runs.
  static Expected<std::unique_ptr<Node>, Error> open(const Options& options, Log& log);
  ~Node();

  OperatorCommands& commands() { return *commands_; }

  std::string pageUrl() const;
  std::string internalUrl() const;
  /// The one-time link, while there is no administrator yet; else nothing.
  std::optional<std::string> setupLink();
  /// Asks clients to leave, spread out, ends what is under way, and stops. `hurry` ends the spreading.
  void drain(const std::atomic<bool>& hurry);
  /// Why the store gave up, if it did: the process is to end with kExitStoreFailed.
  const std::atomic<bool>& storeFailed() const { return store_failed_; }

 private:
  struct Core;
  struct HeldFolder;
  explicit Node(const Options& options, Log& log);
  Expected<void, Error> readAllowedOrigins();
  Expected<void, Error> openStore();
  Expected<void, Error> openSqlite();
  Expected<void, Error> openMongo();
  Expected<void, Error> makePresence();
  void leavePresence(const std::atomic<bool>& hurry);
  void makeLoops();
  Expected<void, Error> joinNodes();
  Expected<void, Error> makeServices();
  Expected<void, Error> makeAccounts();
  Expected<void, Error> makeCores();
  Expected<void, Error> listen();
  bool registrationOpen() const;
  void warnOfOpenAddress();
  Expected<std::string, Error> secret(const std::string& name);
  void addInternalRoutes(http::Router& router);
  void addPage(http::Router& router);
  Expected<void, Error> listenForCommands();
  void run();

  const Options options_;
  Log& log_;
  SystemClock clock_;
  Metrics metrics_;
  std::atomic<bool> store_failed_{false};
  std::atomic<bool> draining_{false};
  std::vector<std::string> allowed_origins_;
  RefusedOrigins refused_origins_{clock_, log_};
  SessionOptions session_options_;
  GatewayOptions gateway_options_;
  RestOptions rest_options_;

  std::vector<std::unique_ptr<Core>> cores_;
  std::unique_ptr<HeldFolder> folder_;  // where the store does not hold the data folder itself
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<WorkerPool> workers_;
  std::unique_ptr<PasswordPool> passwords_;
  std::unique_ptr<Presence> presence_;
  RedisPresence* redis_presence_ = nullptr;      // presence_, if it is that; lives on the first core
  std::unique_ptr<broker::Broker> broker_;       // none on a node that is alone
  broker::RedisBroker* redis_broker_ = nullptr;  // broker_, if it is that; lives on the first core
  std::unique_ptr<PresenceLink> presence_link_;  // between broker_ and the log, where presence is in Redis
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Fanout> fanout_;
  std::unique_ptr<EventLog> log_of_scopes_;
  std::unique_ptr<Publish> publish_;
  std::unique_ptr<OnlineStatusService> online_;
  std::unique_ptr<TypingIndicator> typing_;
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<AccountService> accounts_;
  std::unique_ptr<TaskRunner> tasks_;
  std::unique_ptr<SessionPruner> session_pruner_;
  std::unique_ptr<ChatService> chat_;
  std::unique_ptr<DiscussionRoomService> rooms_;
  std::unique_ptr<CommunityGroupService> groups_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<OperatorCommands> commands_;
  http::Router internal_router_;
  http::Router command_router_;
  std::unique_ptr<http::Server> internal_server_;
  std::unique_ptr<http::Server> command_server_;
  std::unique_ptr<Listener> internal_listener_;
  std::unique_ptr<Listener> command_listener_;
  std::vector<std::thread> threads_;
};

}  // namespace kith
