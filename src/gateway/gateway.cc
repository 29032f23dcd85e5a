#include "gateway/gateway.h"

#include <array>

#include "rest/credentials.h"
#include "websocket/handshake.h"

namespace kith {
namespace {

constexpr std::array<std::string_view, 1> kSubprotocols{"centrifuge-json"};
constexpr Milliseconds kRefusalTime{2'000};
constexpr Milliseconds kDrainStep{100};

}  // namespace

/// An upgrade that was answered with no: its connection, until that answer is with the client.
class Gateway::Refused final : public ConnectionHandler {
 public:
  Refused(Gateway& gateway, std::unique_ptr<Connection> connection)
      : gateway_(gateway), connection_(std::move(connection)) {}
  void say(std::string answer) {
    connection_->setHandler(this);
    connection_->send(FrameRef::own(std::move(answer)), FrameKind::Entry);
    connection_->closeWhenSent(kRefusalTime);
  }
  void onBytes(std::span<char>) override {}
  void onClosed(CloseReason) override { gateway_.refused_.erase(this); }  // destroys this

 private:
  Gateway& gateway_;
  std::unique_ptr<Connection> connection_;
};

Gateway::Gateway(SessionCore& core, RefusedOrigins& refused_origins, const GatewayOptions& options)
    : core_(core), refused_origins_(refused_origins), options_(options) {}
Gateway::~Gateway() = default;

void Gateway::refuse(std::unique_ptr<Connection> connection, int status, std::string_view field,
                     std::string_view reason) {
  std::string answer =
      "HTTP/1.1 " + std::to_string(status) + " " + std::string(http::statusText(status)) + "\r\n";
  if (!field.empty()) answer.append(field).append("\r\n");
  answer +=
      "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nConnection: "
      "close\r\nContent-Length: ";
  answer.append(std::to_string(reason.size() + 1)).append("\r\n\r\n").append(reason).append("\n");
  auto refused = std::make_unique<Refused>(*this, std::move(connection));
  auto* here = refused.get();
  refused_.emplace(here, std::move(refused));
  here->say(std::move(answer));
}

void Gateway::addTo(http::Router& router) {
  router.addUpgrade("/connection/websocket",
                    [this](http::Request request, std::unique_ptr<Connection> connection, std::string rest) {
                      upgrade(request, std::move(connection), std::move(rest));
                    });
}

void Gateway::upgrade(const http::Request& request, std::unique_ptr<Connection> connection,
                      std::string rest) {
  if (draining_) return refuse(std::move(connection), 503, "Retry-After: 1", "the server is stopping");
  const auto origin = request.header("origin");
  if (!origin.empty() && !isAllowedOrigin(request, origin, options_.allowed_origins)) {
    refused_origins_.add(origin);
    return refuse(std::move(connection), 403, "", "this origin is not allowed (client.allowed_origins)");
  }
  const auto upgrade_field = request.header("upgrade"), connection_field = request.header("connection"),
             version = request.header("sec-websocket-version"), key = request.header("sec-websocket-key"),
             protocols = request.header("sec-websocket-protocol");
  const auto accepted = websocket::accept(
      {http::methodName(request.method), request.minor_version == 1 ? "HTTP/1.1" : "HTTP/1.0", upgrade_field,
       connection_field, version, key, protocols},
      kSubprotocols);
  if (!accepted) {
    return refuse(std::move(connection), accepted.error().status, accepted.error().field,
                  accepted.error().reason);
  }
  connection->send(FrameRef::own(accepted->response), FrameKind::Entry);
  auto client = std::make_unique<WebSocketClient>(std::move(connection), core_, options_.limits,
                                                  [this](WebSocketClient& gone) { clients_.erase(&gone); });
  auto* here = client.get();
  clients_.emplace(here, std::move(client));
  here->start(std::move(rest));
}

void Gateway::drain(Milliseconds time, Task done) {
  draining_ = true;
  const auto steps = std::max<std::int64_t>(time / kDrainStep, 1);
  const auto per_step = clients_.size() / static_cast<std::size_t>(steps) + 1;
  drainStep(per_step, time, std::make_shared<Task>(std::move(done)));
}

// A few at a time: they come back to the next server spread out as well.
void Gateway::drainStep(std::size_t per_step, Milliseconds left, std::shared_ptr<Task> done) {
  std::size_t asked = 0;
  const bool over = left <= Milliseconds(0);
  for (const auto& [client, owned] : clients_) {
    if (over) {
      client->shutdown(WebSocketClient::Leave::Now);
      continue;
    }
    if (client->leaving()) continue;
    if (asked++ == per_step) break;
    client->shutdown(WebSocketClient::Leave::WhenAnswered);
  }
  if (clients_.empty() || over) return (*done)();
  core_.loop.after(kDrainStep,
                   [this, per_step, left, done] { drainStep(per_step, left - kDrainStep, done); });
}

}  // namespace kith
