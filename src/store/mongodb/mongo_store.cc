#include "store/mongodb/mongo_store.h"

#include <utility>
#include <vector>

#include "base/assert.h"
#include "store/mongodb/dead_nodes.h"
#include "store/mongodb/schema.h"
#include "store/mongodb/writer.h"

namespace kith::store {

/// What the store consists of, in the order in which it must come and (backwards) go.
struct MongoStore::Parts {
  Parts(MongoOptions given, std::unique_ptr<mongodb::Server> on, Identity of, const Clock& clock, Log& log,
        Metrics& metrics)
      : options(std::move(given)),
        server(std::move(on)),
        identity(std::move(of)),
        damage(log, metrics),
        shared(*server, identity, damage, options, clock, metrics) {}

  const MongoOptions options;
  std::unique_ptr<mongodb::Server> server;
  const Identity identity;
  DamageReport damage;
  mongodb::Shared shared;
  std::unique_ptr<mongodb::DeadNodes> dead_nodes;
  std::unique_ptr<mongodb::Writer> writer;
};

Expected<std::unique_ptr<MongoStore>, Error> MongoStore::open(MongoOptions options, const Clock& clock,
                                                              Log& log, Metrics& metrics) {
  ASSERT(options.lanes > 0 && options.readers_max > 0 && options.batch_entries_max > 0);
  auto server = TRY(mongodb::Server::open(options, log));
  TRY(server->greet());
  auto identity = TRY(mongodb::prepare(*server));
  log.info("store.mongodb", {{"hosts", server->hosts()}, {"database", server->database()}});
  auto parts = std::make_unique<Parts>(std::move(options), std::move(server), std::move(identity), clock, log,
                                       metrics);
  std::vector<std::unique_ptr<mongodb::Session>> sessions;
  std::vector<mongodb::Document> ids;
  for (std::size_t i = 0; i < parts->options.lanes; ++i) {
    auto session = parts->server->session();
    if (!session) return Error{session.error().detail};
    auto id = (*session)->id();
    if (!id) return Error{(*session)->failureText()};
    ids.push_back(std::move(*id));
    sessions.push_back(std::move(*session));
  }
  auto looking = parts->server->session();
  if (!looking) return Error{looking.error().detail};
  parts->dead_nodes = std::make_unique<mongodb::DeadNodes>(std::move(*looking), std::move(ids), log);
  parts->writer = std::make_unique<mongodb::Writer>(parts->shared, std::move(sessions), log, metrics);
  return std::unique_ptr<MongoStore>(new MongoStore(std::move(parts)));
}

MongoStore::MongoStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
MongoStore::~MongoStore() = default;

void MongoStore::submit(WriteItem item) {
  std::vector<WriteItem> one;
  one.push_back(std::move(item));
  submitAll(std::move(one));
}

void MongoStore::submitAll(std::vector<WriteItem> items) {
  parts_->writer->submit(std::move(items));
}

void MongoStore::setAnswered(Task answered) {
  parts_->writer->setAnswered(std::move(answered));
}

Result<void> MongoStore::read(Callback<Result<void>(Reader&)> job) {
  auto& shared = parts_->shared;
  auto session = TRY(parts_->server->session());
  mongodb::Documents documents(*session, shared.identity, shared.heads, shared.damage);
  TRY(session->begin());
  TableReads<Reader, mongodb::Documents> reader(documents);
  auto outcome = job(reader);
  // The commit says that a majority has what was read; nothing was changed.
  if (session->failure() == mongodb::Failure::None) (void)session->commit().ok();
  const auto failure = session->failure();
  if (outcome && failure != mongodb::Failure::None) outcome = faultOf(failure);
  if (failure == mongodb::Failure::None) {
    shared.state.answered();
  } else if (failure >= mongodb::Failure::Unreachable) {
    shared.state.failed(session->failureText());
  }
  return outcome;
}

Store::Health MongoStore::health() const {
  Health health;
  if (auto why = parts_->shared.state.why(); !why.empty()) {
    health.ok = false;
    health.reason = "MongoDB at " + parts_->server->hosts() + " does not answer (" + why + ").";
  }
  return health;
}

}  // namespace kith::store
