#include "store/sqlite/sqlite_store.h"

#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/assert.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/identity.h"
#include "store/sqlite/reader_pool.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/space_watch.h"
#include "store/sqlite/vfs_layer.h"
#include "store/sqlite/writer.h"

namespace kith::store {
namespace sqlite {
namespace {

constexpr const char* kFileName = "kith.db";
// What a start needs for the WAL's index and the first commits: less would risk SIGBUS.
constexpr std::uint64_t kStartBytes = 8 * 1024 * 1024;
constexpr int kWalKept = 4;  // times the checkpoint size

Connection::Options optionsOf(const SqliteOptions& options, const VfsLayer& files, Connection::Mode mode) {
  Connection::Options of;
  of.mode = mode;
  of.cache_bytes = mode == Connection::Mode::Read ? options.cache_bytes / 8 : options.cache_bytes;
  of.lock_wait_ms = static_cast<int>(options.lock_wait.count());
  of.sync_every_commit = options.synchronous == SqliteOptions::Synchronous::Full;
  of.wal_bytes_kept = static_cast<std::int64_t>(options.checkpoint_bytes * kWalKept);
  of.vfs = files.name().c_str();
  return of;
}

// A new database is made under another name, so that an empty or half-made file is never taken for one.
Expected<void, Error> create(const std::string& file, const Connection::Options& options, Log& log) {
  const std::string unfinished = file + ".new";
  for (const char* part : {"", "-wal", "-shm", "-journal"}) std::remove((unfinished + part).c_str());
  TRY(makePrivateFile(unfinished));
  {
    auto connection = TRY(Connection::open(unfinished, options, log));
    TRY(migrate(*connection, unfinished, migrations(), log));
    if (!loadIdentity(*connection)) {
      return Error{"The database " + file + " cannot be made: " + connection->failureText() + "."};
    }
  }
  // Closing has brought everything into the one file, or it must not get the name.
  if (std::filesystem::exists(unfinished + "-wal")) {
    return Error{"The database " + file + " cannot be made: " + unfinished + "-wal could not be emptied."};
  }
  return renameDurably(unfinished, file);
}

// Reads a little of each table: a file whose first pages are wrong is refused now and not in the evening.
Result<void> glance(Connection& connection) {
  for (const char* table : {"scopes", "entries", "messages", "message_edits", "rooms", "room_members",
                            "users", "handles", "sessions", "secrets"}) {
    TRY(connection.script("SELECT * FROM " + std::string(table) + " LIMIT 1"));
  }
  return {};
}

}  // namespace
}  // namespace sqlite

/// What the store consists of, in the order in which it must come and (backwards) go.
struct SqliteStore::Parts {
  Parts(sqlite::DataFolder held, SqliteOptions given, const Clock& clock, Log& log, Metrics& metrics)
      : folder(std::move(held)),
        options(std::move(given)),
        files(options.vfs),
        damage(log, metrics),
        space(folder.path(), options.free_space_low_bytes, options.free_bytes, clock, log, metrics) {}

  sqlite::DataFolder folder;
  SqliteOptions options;
  sqlite::ScrubbingVfs files;
  DamageReport damage;
  sqlite::SpaceWatch space;
  Identity identity;
  std::unique_ptr<sqlite::Writer> writer;
  std::unique_ptr<sqlite::ReaderPool> readers;  // closed before the writer, whose close checkpoints
};

Expected<std::unique_ptr<SqliteStore>, Error> SqliteStore::open(SqliteOptions options, const Clock& clock,
                                                                Log& log, Metrics& metrics) {
  ASSERT(options.commit_entries_max > 0);
  if (!options.free_bytes) options.free_bytes = sqlite::freeBytes;
  auto folder = TRY(sqlite::DataFolder::open(options.folder));
  if (options.free_bytes(folder.path()) < sqlite::kStartBytes) {
    return Error{"The disk of the data folder " + folder.path() +
                 " is full: kith needs at least 8 MiB to start."};
  }
  const std::string file = folder.file(sqlite::kFileName);
  auto parts = std::make_unique<Parts>(std::move(folder), std::move(options), clock, log, metrics);
  using Mode = sqlite::Connection::Mode;
  const auto writing = sqlite::optionsOf(parts->options, parts->files, Mode::Write);
  const auto reading = sqlite::optionsOf(parts->options, parts->files, Mode::Read);
  if (TRY(sqlite::inspectDatabase(file)) == sqlite::FileState::Missing)
    TRY(sqlite::create(file, writing, log));
  auto connection = TRY(sqlite::Connection::open(file, writing, log));
  TRY(sqlite::migrate(*connection, file, sqlite::migrations(), log));
  auto identity = sqlite::loadIdentity(*connection);
  if (!identity || !sqlite::glance(*connection)) {
    return Error{"The database " + file + " is damaged: " + connection->failureText() +
                 ". Restore a backup."};
  }
  parts->identity = std::move(*identity);
  parts->readers = std::make_unique<sqlite::ReaderPool>(file, reading, parts->options.readers_max,
                                                        parts->identity, parts->damage, log);
  parts->writer = std::make_unique<sqlite::Writer>(std::move(connection), parts->identity, parts->damage,
                                                   parts->space, parts->options, clock, log, metrics);
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

bool SqliteStore::isThere(const std::string& folder) {
  std::error_code unseen;
  return std::filesystem::exists(folder + "/" + sqlite::kFileName, unseen) || unseen;
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteStore::~SqliteStore() = default;

void SqliteStore::submit(WriteItem item) {
  std::vector<WriteItem> one;
  one.push_back(std::move(item));
  submitAll(std::move(one));
}

void SqliteStore::submitAll(std::vector<WriteItem> items) {
  parts_->writer->submit(std::move(items));
}

void SqliteStore::setAnswered(Task answered) {
  parts_->writer->setAnswered(std::move(answered));
}

Result<void> SqliteStore::read(Callback<Result<void>(Reader&)> job) {
  return parts_->readers->read(job);
}

Store::Health SqliteStore::health() const {
  Health health;
  if (auto why = parts_->writer->fatal(); !why.empty()) {
    health.ok = false;
    health.reason = "A write to the database failed (" + why + "); the server must be started anew.";
  } else if (parts_->space.isShort()) {
    health.read_only = true;
    health.reason =
        "The disk of " + parts_->folder.path() + " is nearly full; writing is paused until there is space.";
  }
  return health;
}

}  // namespace kith::store
