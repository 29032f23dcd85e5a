#include "app/node.h"

#include <cerrno>
#include <cstring>
#include <future>
#include <iterator>
#include <sstream>

#include "app/addresses.h"
#include "app/command_socket.h"
#include "app/core.h"
#include "app/page.h"
#include "app/presence_link.h"
#include "app/security_headers.h"
#include "app/version.h"
#include "presence/memory/memory_presence.h"
#include "rest/cors.h"
#include "service/stored_secret.h"
#include "store/mongodb/mongo_store.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/sqlite_store.h"

namespace kith {
namespace {

constexpr std::size_t kApiKeySizeMin = 32;  // beyond guessing

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

/// The listener knows no options: which of them said so, and what to do.
Error withOptions(const Error& error, const std::string& address_option, const std::string& port_option) {
  const bool in_use = error.message.ends_with(std::strerror(EADDRINUSE));
  return Error{
      error.message + " (" + address_option + " and " + port_option + ")" +
      (in_use ? "; another program has it, perhaps another Kith: end that, or take another port with --" +
                    port_option + "=NUMBER"
              : "")};
}

}  // namespace

/// The data folder with the command socket, held against a second server.
struct Node::HeldFolder {
  store::sqlite::DataFolder held;
};

Node::Node(const Options& options, Log& log) : options_(options), log_(log) {}

Expected<std::unique_ptr<Node>, Error> Node::start(const Options& options, Log& log) {
  const auto key_size = options.text("http_api.key").size();
  if (key_size > 0 && key_size < kApiKeySizeMin) {
    return Error{"http_api.key has " + std::to_string(key_size) + " characters; make one of at least " +
                 std::to_string(kApiKeySizeMin) + ", for example with: openssl rand -hex 32"};
  }
  if (options.number("client.pong_timeout") >= options.number("client.ping_interval")) {
    return Error{
        "client.pong_timeout must be below client.ping_interval: a pong is due before the next ping"};
  }
  std::unique_ptr<Node> node(new Node(options, log));
  TRY(node->readAllowedOrigins());
  TRY(checkCommandSocketPath(commandSocketPath(options.text("data.dir"))));
  TRY(node->openStore());
  node->makeLoops();
  TRY(node->makePresence());
  TRY(node->joinNodes());
  TRY(node->makeServices());
  TRY(node->makeCores());
  TRY(node->listen());
  TRY(node->listenForCommands());
  node->run();
  node->tasks_->start();
  node->session_pruner_->start();
  node->warnOfOpenAddress();
  return node;
}

Expected<void, Error> Node::readAllowedOrigins() {
  allowed_origins_ = words(options_.text("client.allowed_origins"));
  for (const auto& origin : allowed_origins_) {
    if (isOrigin(origin)) continue;
    return Error{"client.allowed_origins: \"" + origin + "\" is no origin; write each as a browser does: " +
                 "scheme://host or scheme://host:port, in lower case, without a path"};
  }
  return {};
}

void Node::warnOfOpenAddress() {
  const auto& address = options_.text("http_server.address");
  if (isLoopback(address)) return;
  log_.warn("plain_http",
            {{"address", address},
             {"why", "passwords and cookies cross the network unencrypted; put a TLS proxy in front"}});
  if (!registrationOpen())
    log_.warn("registration_off",
              {{"why", "the address is not loopback"},
               {"option", "registration = open lets people make accounts; admin create-user makes one"}});
}

Expected<std::unique_ptr<Node>, Error> Node::open(const Options& options, Log& log) {
  std::unique_ptr<Node> node(new Node(options, log));
  TRY(node->openStore());
  node->makeLoops();
  node->presence_ = std::make_unique<MemoryPresence>(node->clock_);  // nobody comes online by a command
  TRY(node->makeServices());
  const auto url = urlOf(options.text("http_server.address"),
                         static_cast<std::uint16_t>(options.number("http_server.port")));
  node->commands_ = std::make_unique<OperatorCommands>(*node->accounts_, *node->tokens_, url);
  node->run();
  return node;
}

bool Node::hasData(const Options& options) {
  return !options.text("store.uri").empty() || store::SqliteStore::isThere(options.text("data.dir"));
}

Expected<void, Error> Node::listenForCommands() {
  commands_ = std::make_unique<OperatorCommands>(*accounts_, *tokens_, pageUrl());
  commands_->addTo(command_router_);
  command_server_ = std::make_unique<http::Server>(cores_[0]->loop, command_router_, http::ServerOptions{});
  LocalListenOptions local;
  local.path = commandSocketPath(options_.text("data.dir"));
  command_listener_ = TRY(Listener::openLocal(cores_[0]->loop, local, [this](std::unique_ptr<Connection> c) {
    command_server_->take(std::move(c));
  }));
  return {};
}

Expected<void, Error> Node::openStore() {
  return options_.text("store.uri").empty() ? openSqlite() : openMongo();
}

Expected<void, Error> Node::openMongo() {
  auto held = TRY(store::sqlite::DataFolder::open(options_.text("data.dir")));
  folder_ = std::make_unique<HeldFolder>(HeldFolder{std::move(held)});
  store::MongoOptions mongo;
  mongo.uri = options_.text("store.uri");
  mongo.readers_max = static_cast<std::size_t>(options_.number("workers.threads"));
  store_ = TRY(store::MongoStore::open(std::move(mongo), clock_, log_, metrics_));
  return {};
}

Expected<void, Error> Node::openSqlite() {
  store::SqliteOptions sqlite;
  sqlite.folder = options_.text("data.dir");
  sqlite.free_space_low_bytes = static_cast<std::uint64_t>(options_.number("store.free_space_low"));
  if (options_.text("store.synchronous") == "normal")
    sqlite.synchronous = store::SqliteOptions::Synchronous::Normal;
  sqlite.readers_max = static_cast<std::size_t>(options_.number("workers.threads"));
  sqlite.on_fatal = [this](const std::string& why) {
    log_.error("store_failed",
               {{"why", why}, {"next", "the server stops; start it again once the disk is well"}});
    store_failed_ = true;
  };
  store_ = TRY(store::SqliteStore::open(std::move(sqlite), clock_, log_, metrics_));
  return {};
}

bool Node::registrationOpen() const {
  const auto& registration = options_.text("registration");
  return registration == "open" ||
         (registration == "auto" && isLoopback(options_.text("http_server.address")));
}

/// A key of this deployment, made at first start and kept in the store.
Expected<std::string, Error> Node::secret(const std::string& name) {
  Random random;
  auto result = storedSecret(*store_, name, random);
  if (!result)
    return Error{"the key \"" + name + "\" could not be read from the store: " + result.error().detail};
  return std::move(*result);
}

Expected<void, Error> Node::makeCores() {
  const auto version = std::string(kVersion);
  auto ms = [this](std::string_view key) { return Milliseconds(options_.number(key)); };
  auto size = [this](std::string_view key) { return static_cast<std::size_t>(options_.number(key)); };

  session_options_.server_version = version;
  session_options_.node_id = Random().id();
  session_options_.stale_after = ms("client.stale_close_delay");
  session_options_.expired_after = ms("client.expired_close_delay");
  session_options_.ping_interval = ms("client.ping_interval");
  session_options_.pong_timeout = ms("client.pong_timeout");
  session_options_.client_channels_max = size("client.channel_limit");
  session_options_.server_channels_max = size("client.server_channels");
  session_options_.frame_bytes_max = size("client.message_bytes");
  session_options_.queue_bytes_max = size("client.queue_bytes");
  gateway_options_.allowed_origins = allowed_origins_;
  gateway_options_.limits.message_bytes_max = size("client.message_bytes");
  gateway_options_.limits.connect_bytes_max = size("client.connect_bytes");
  gateway_options_.limits.queue.bytes_max = static_cast<std::uint32_t>(size("client.queue_bytes"));
  gateway_options_.limits.queue.signals_until_bytes =
      static_cast<std::uint32_t>(size("client.signal_queue_bytes"));
  rest_options_.allowed_origins = allowed_origins_;
  rest_options_.api_key = options_.text("http_api.key");
  rest_options_.body_bytes_max = size("limits.body_bytes");
  rest_options_.server_version = version;
  rest_options_.frame_bytes_max = size("client.message_bytes");
  rest_options_.registration_open = registrationOpen();

  for (std::size_t i = 0; i < cores_.size(); ++i) {
    auto& core = *cores_[i];
    core.sessions = std::unique_ptr<SessionCore>(
        new SessionCore{i, core.loop, core.hub, *log_of_scopes_, *services_, *accounts_, *typing_,
                        protocol::jsonOverWebSocket(), clock_, log_, metrics_, session_options_});
    core.gateway = std::make_unique<Gateway>(*core.sessions, refused_origins_, gateway_options_);
    core.rest = std::make_unique<Rest>(Rest::Parts{core.loop, *accounts_, *services_, rest_options_});
    core.gateway->addTo(core.router);
    core.rest->addTo(core.router);
    addPage(core.router);
    http::ServerOptions server;
    server.headers = securityHeaders();
    server.decorate = [this](const http::Request* request, http::Response& response) {
      noteRefusedOrigin(request, allowed_origins_, refused_origins_);
      addCors(request, allowed_origins_, response);
    };
    core.server = std::make_unique<http::Server>(core.loop, core.router, std::move(server));
  }
  return {};
}

void Node::addPage(http::Router& router) {
  router.setFallback([](http::Request request, http::Responder responder) {
    auto file = embeddedPage().find(request);
    if (!file) file = http::Response::error(404);
    responder.answer(std::move(*file));
  });
}

Expected<void, Error> Node::listen() {
  ListenOptions listen;
  listen.host = options_.text("http_server.address");
  listen.port = static_cast<std::uint16_t>(options_.number("http_server.port"));
  for (auto& core : cores_) {
    auto& server = *core->server;
    auto opened = Listener::open(core->loop, listen,
                                 [&server](std::unique_ptr<Connection> c) { server.take(std::move(c)); });
    if (!opened) return withOptions(opened.error(), "http_server.address", "http_server.port");
    core->listener = std::move(*opened);
    listen.port = core->listener->port();
    listen.use = PortUse::Joins;
  }
  addInternalRoutes(internal_router_);
  internal_server_ = std::make_unique<http::Server>(cores_[0]->loop, internal_router_, http::ServerOptions{});
  ListenOptions internal;
  internal.host = options_.text("http_server.internal_address");
  internal.port = static_cast<std::uint16_t>(options_.number("http_server.internal_port"));
  auto opened = Listener::open(cores_[0]->loop, internal, [this](std::unique_ptr<Connection> c) {
    internal_server_->take(std::move(c));
  });
  if (!opened)
    return withOptions(opened.error(), "http_server.internal_address", "http_server.internal_port");
  internal_listener_ = std::move(*opened);
  return {};
}

// Back only when every loop is its own thread's: until then it would take this one for its own.
void Node::run() {
  for (auto& core : cores_) {
    std::promise<void> begun;
    core->loop.post([&begun] { begun.set_value(); });
    threads_.emplace_back([loop = &core->loop] { loop->run(); });
    begun.get_future().get();
  }
}

std::string Node::pageUrl() const {
  return urlOf(options_.text("http_server.address"), cores_[0]->listener->port());
}
std::string Node::internalUrl() const {
  return urlOf(options_.text("http_server.internal_address"), internal_listener_->port());
}

std::optional<std::string> Node::setupLink() {
  std::promise<Result<std::string>> promise;
  commands_->setupLink([&promise](Result<std::string> link) { promise.set_value(std::move(link)); });
  const auto link = promise.get_future().get();
  if (!link) return std::nullopt;
  return *link;
}

void Node::drain(const std::atomic<bool>& hurry) {
  draining_ = true;
  const Milliseconds time = hurry ? Milliseconds(0) : Milliseconds(options_.number("drain.timeout"));
  std::vector<std::future<void>> drained;
  for (auto& core : cores_) {
    auto done = std::make_shared<std::promise<void>>();
    drained.push_back(done->get_future());
    core->loop.post([core = core.get(), time, done] {
      core->listener->stop();
      // Requests under way are answered, clients leave: the core is done with both.
      auto left = std::make_shared<int>(2);
      auto one = [left, done] {
        if (--*left == 0) done->set_value();
      };
      core->server->stop(one);
      core->gateway->drain(time, one);
    });
  }
  for (auto& one : drained) {
    while (one.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready && !hurry) {
    }
  }
  leavePresence(hurry);
}

// Loops first, so that nothing new begins; then what they still had under way; the store last.
Node::~Node() {
  for (auto& core : cores_) core->loop.stop();
  for (auto& thread : threads_) thread.join();
  internal_listener_.reset();
  command_listener_.reset();
  internal_server_.reset();
  command_server_.reset();
  for (auto& core : cores_) {
    core->listener.reset();
    core->server.reset();
    core->gateway.reset();
  }
  workers_.reset();
  passwords_.reset();
  store_.reset();
}

}  // namespace kith
