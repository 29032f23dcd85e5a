#include "store/mongodb/server.h"

#include <utility>

namespace kith::store::mongodb {
namespace {

constexpr std::int32_t kPatientMs = 3'600'000;

/// The driver's process-wide part: begun before the first client, ended with the process.
struct Driver {
  Driver() { mongoc_init(); }
  ~Driver() { mongoc_cleanup(); }
};

void toLog(mongoc_log_level_t level, const char* domain, const char* message, void* log) {
  auto& out = *static_cast<Log*>(log);
  const Log::Fields fields{{"part", domain}, {"text", message}};
  if (level <= MONGOC_LOG_LEVEL_CRITICAL) {
    out.error("store.driver", fields);
  } else if (level == MONGOC_LOG_LEVEL_WARNING) {
    out.warn("store.driver", fields);
  } else {
    out.debug("store.driver", fields);
  }
}

// Ours, where the address does not say.
void limit(mongoc_uri_t* uri, const char* option, Milliseconds standard) {
  if (!mongoc_uri_has_option(uri, option))
    mongoc_uri_set_option_as_int32(uri, option, static_cast<std::int32_t>(standard.count()));
}

void setLimits(mongoc_uri_t* uri, const MongoOptions& options) {
  limit(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, options.server_selection);
  limit(uri, MONGOC_URI_CONNECTTIMEOUTMS, options.connect);
  limit(uri, MONGOC_URI_SOCKETTIMEOUTMS, options.answer);
  limit(uri, MONGOC_URI_WAITQUEUETIMEOUTMS, options.lane_wait);
  // A lane keeps its client, and so does who looks after dead nodes; only readers ever wait for one. One more
  // greets.
  mongoc_uri_set_option_as_int32(uri, MONGOC_URI_MAXPOOLSIZE,
                                 static_cast<std::int32_t>(options.lanes + options.readers_max + 2));
  mongoc_uri_set_option_as_bool(uri, MONGOC_URI_RETRYWRITES, true);
  // Durability is ours to say, whatever stands in the address.
  auto* write = mongoc_write_concern_new();
  mongoc_write_concern_set_wmajority(write, static_cast<std::int32_t>(options.answer.count()));
  mongoc_write_concern_set_journal(write, true);
  mongoc_uri_set_write_concern(uri, write);
  mongoc_write_concern_destroy(write);
  auto* read = mongoc_read_concern_new();
  mongoc_read_concern_set_level(read, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
  mongoc_uri_set_read_concern(uri, read);
  mongoc_read_concern_destroy(read);
  auto* primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
  mongoc_uri_set_read_prefs_t(uri, primary);
  mongoc_read_prefs_destroy(primary);
}

std::string hostsOf(const mongoc_uri_t* uri) {
  std::string hosts;
  for (const auto* host = mongoc_uri_get_hosts(uri); host != nullptr; host = host->next) {
    if (!hosts.empty()) hosts += ", ";
    hosts += host->host_and_port;
  }
  if (const char* service = mongoc_uri_get_srv_hostname(uri); hosts.empty() && service != nullptr)
    hosts = service;
  return hosts;
}

}  // namespace

Expected<std::unique_ptr<Server>, Error> Server::open(const MongoOptions& options, Log& log) {
  static const Driver driver;
  mongoc_log_set_handler(toLog, &log);
  bson_error_t error;
  Uri uri(mongoc_uri_new_with_error(options.uri.c_str(), &error));
  // What the driver says of it could show the password.
  if (!uri) return Error{"The address of MongoDB is not one: it begins mongodb:// or mongodb+srv://."};
  setLimits(uri.get(), options);
  Pool pool(mongoc_client_pool_new_with_error(uri.get(), &error));
  if (!pool) return Error{"MongoDB at " + hostsOf(uri.get()) + " cannot be used: " + error.message + "."};
  mongoc_client_pool_set_error_api(pool.get(), MONGOC_ERROR_API_VERSION_2);
  mongoc_client_pool_set_appname(pool.get(), "kith");
  return std::unique_ptr<Server>(new Server(std::move(uri), std::move(pool), options));
}

Server::Server(Uri uri, Pool pool, const MongoOptions& options)
    : uri_(std::move(uri)), pool_(std::move(pool)), hosts_(hostsOf(uri_.get())) {
  const char* database = mongoc_uri_get_database(uri_.get());
  database_ = database == nullptr ? "kith" : database;
  if (options.on_query) {
    watch_ = [tell = options.on_query](const std::string& collection, const Document& filter,
                                       const Document& sort) {
      char* asked = bson_as_canonical_extended_json(&filter.bson(), nullptr);
      char* order = bson_as_canonical_extended_json(&sort.bson(), nullptr);
      tell(collection, asked, order);
      bson_free(asked);
      bson_free(order);
    };
  }
}

Server::~Server() {
  pool_.reset();
  mongoc_log_set_handler(nullptr, nullptr);
}

Result<std::unique_ptr<Session>> Server::session() {
  auto* client = mongoc_client_pool_pop(pool_.get());
  if (client == nullptr) return Fault::unavailable("Too many reads are waiting for the database.");
  return std::make_unique<Session>(pool_.get(), client, database_, watch_);
}

Result<std::unique_ptr<Session>> Server::patientSession() {
  const Uri uri(mongoc_uri_copy(uri_.get()));
  mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_SOCKETTIMEOUTMS, kPatientMs);
  auto* client = mongoc_client_new_from_uri(uri.get());
  if (client == nullptr) return Fault::unavailable("A client of the driver cannot be made.");
  mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
  return std::make_unique<Session>(nullptr, client, database_, watch_);
}

Expected<void, Error> Server::greet() {
  const std::string name = "MongoDB at " + hosts_;
  auto session = this->session();
  if (!session) return Error{name + " cannot be used: " + session.error().detail};
  Document hello;
  hello.number("hello", std::int64_t{1});
  const auto answer = (*session)->command(hello);
  if (!answer) {
    const auto& why = (*session)->failureText();
    if (why.find("uthentication") != std::string::npos)
      return Error{name + " does not let Kith in: the user name or the password in its address is wrong (" +
                   why + ")."};
    const char* set = mongoc_uri_get_replica_set(uri_.get());
    const std::string hint =
        set == nullptr ? "" : " If it is there, it is no member of the replica set " + std::string(set) + ".";
    return Error{name + " cannot be reached: " + why + ". Start it, or correct its address." + hint};
  }
  const View told(*answer);
  if (!told.has("setName") && told.text("msg") != "isdbgrid")
    return Error{name +
                 " is a standalone server: Kith needs a replica set, of one member at least"
                 " (start mongod with --replSet, and call rs.initiate() once)."};
  return {};
}

}  // namespace kith::store::mongodb
