#pragma once

#include <mongoc/mongoc.h>

#include <memory>
#include <string>

#include "base/log.h"
#include "store/mongodb/mongo_options.h"
#include "store/mongodb/session.h"

namespace kith::store::mongodb {

/// The driver's pool of clients for one replica set, with all its time limits set and its log led into ours.
///
/// Any thread takes sessions. Owned by the store; outlives all of them. Never connects by itself: the first
/// command does.
class Server {
 public:
  static Expected<std::unique_ptr<Server>, Error> open(const MongoOptions& options, Log& log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// A session of its own; a fault if none became free in time.
  Result<std::unique_ptr<Session>> session();
  /// One on a connection of its own, for commands that may take minutes, as an index of many rows does.
  Result<std::unique_ptr<Session>> patientSession();
  /// Reached, let in, and a replica set; else a sentence for the operator.
  Expected<void, Error> greet();
  /// The hosts of the address, for people; never a password.
  const std::string& hosts() const { return hosts_; }
  const std::string& database() const { return database_; }

 private:
  struct DestroyUri {
    void operator()(mongoc_uri_t* uri) const { mongoc_uri_destroy(uri); }
  };
  struct DestroyPool {
    void operator()(mongoc_client_pool_t* pool) const { mongoc_client_pool_destroy(pool); }
  };
  using Uri = std::unique_ptr<mongoc_uri_t, DestroyUri>;
  using Pool = std::unique_ptr<mongoc_client_pool_t, DestroyPool>;
  Server(Uri uri, Pool pool, const MongoOptions& options);

  Uri uri_;
  Pool pool_;
  std::string hosts_;
  std::string database_;
  QueryWatch watch_;
};

}  // namespace kith::store::mongodb
