#include "store/sqlite/schema.h"

#include <cstdio>

#include "store/sqlite/data_folder.h"

namespace kith::store::sqlite {
namespace {

// Small rows lie in their key's tree (WITHOUT ROWID); messages, which are large, in a rowid table.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  generation INTEGER NOT NULL,                        -- how often the epoch was renewed
  epoch BLOB NOT NULL CHECK (length(epoch) = 16),
  scope_secret BLOB NOT NULL CHECK (length(scope_secret) = 32),
  epoch_due INTEGER NOT NULL DEFAULT 0                -- 1 in backups: renew the epoch at the next start
) STRICT;

CREATE TABLE scopes (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  random BLOB NOT NULL,
  floor INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE entries (
  scope INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  nonce TEXT,
  request_hash BLOB,
  ref_seq INTEGER NOT NULL,
  ref_user TEXT,
  data TEXT NOT NULL,
  messages INTEGER NOT NULL,
  members INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (scope, offset)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entries_nonce ON entries (scope, actor, nonce) WHERE nonce IS NOT NULL;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  scope INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  author TEXT NOT NULL,
  text TEXT NOT NULL,
  format TEXT NOT NULL,
  reply_to INTEGER NOT NULL,
  at INTEGER NOT NULL,
  edited_at INTEGER NOT NULL DEFAULT 0,
  edit_count INTEGER NOT NULL DEFAULT 0,
  deleted_at INTEGER NOT NULL DEFAULT 0,
  deleted_by TEXT,
  reason TEXT,
  checksum INTEGER NOT NULL,
  UNIQUE (scope, seq)
) STRICT;
CREATE INDEX messages_author ON messages (author, scope, seq);

CREATE TABLE message_edits (
  scope INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  number INTEGER NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (scope, seq, number)
) STRICT;

CREATE TABLE rooms (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  topic TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX rooms_name ON rooms (name, id);

CREATE TABLE room_members (
  room TEXT NOT NULL,
  user TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  join_offset INTEGER NOT NULL,
  PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_members_user ON room_members (user, state);
CREATE INDEX room_members_role ON room_members (room, state, role);

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  handle TEXT,
  display_name TEXT NOT NULL,
  site_role TEXT NOT NULL,
  password_hash TEXT,
  issuer TEXT,
  external_id TEXT,
  token_version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (issuer, external_id)
) STRICT;
CREATE INDEX users_admin ON users (site_role) WHERE site_role = 'admin';

CREATE TABLE handles (                                -- former ones stay
  handle TEXT NOT NULL PRIMARY KEY,
  user TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  user TEXT NOT NULL,
  secret_hash BLOB NOT NULL,
  user_agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user);

CREATE TABLE secrets (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Groups, requests to be let in, work that goes on after a crash, and when a sign-in ends.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE rooms ADD COLUMN grp TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN capacity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN archived_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE rooms SET folded = lower(name);
DROP INDEX rooms_name;
CREATE INDEX rooms_name ON rooms (grp, name, id) WHERE deleted_at = 0;

CREATE TABLE groups (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  join_mode TEXT NOT NULL,
  capacity INTEGER NOT NULL,
  default_rooms TEXT NOT NULL,                        -- ids, a space between two
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  folded TEXT NOT NULL,
  deleted_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX groups_slug ON groups (slug) WHERE deleted_at = 0;
CREATE INDEX groups_name ON groups (name, id) WHERE deleted_at = 0;

CREATE TABLE group_members (
  grp TEXT NOT NULL,
  user TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  join_offset INTEGER NOT NULL,
  PRIMARY KEY (grp, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_user ON group_members (user, state);

CREATE TABLE join_requests (
  id TEXT NOT NULL PRIMARY KEY,
  grp TEXT NOT NULL,
  user TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  decided_by TEXT,
  reason TEXT
) STRICT;
CREATE UNIQUE INDEX join_requests_pending ON join_requests (grp, user) WHERE state = 'pending';
CREATE INDEX join_requests_open ON join_requests (grp, created_at, id) WHERE state = 'pending';
CREATE INDEX join_requests_user ON join_requests (user, state);

CREATE TABLE tasks (
  key TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  run_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_due ON tasks (run_at);

CREATE INDEX sessions_end ON sessions (CASE revoked_at WHEN 0 THEN expires_at ELSE revoked_at END);
)sql";

Error failed(const std::string& what, const Connection& connection) {
  return Error{what + ": " + connection.failureText() + "."};
}

// A copy made by SQLite itself, complete under its name or not there at all.
Expected<void, Error> backUp(Connection& connection, const std::string& to) {
  const std::string unfinished = to + ".unfinished";
  std::remove(unfinished.c_str());
  TRY(makePrivateFile(unfinished));
  sqlite3* copy = nullptr;
  int code = sqlite3_open(unfinished.c_str(), &copy);
  if (code == SQLITE_OK) {
    if (auto* backup = sqlite3_backup_init(copy, "main", connection.handle(), "main")) {
      sqlite3_backup_step(backup, -1);
      sqlite3_backup_finish(backup);
    }
    code = sqlite3_errcode(copy);
  }
  if (code == SQLITE_OK) {
    code = sqlite3_exec(copy, "PRAGMA journal_mode=DELETE; UPDATE meta SET epoch_due = 1", nullptr, nullptr,
                        nullptr);
  }
  const std::string why = copy == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(copy);
  sqlite3_close(copy);
  if (code != SQLITE_OK)
    return Error{"The backup before the update, " + unfinished + ", failed: " + why + "."};
  return renameDurably(unfinished, to);
}

Expected<void, Error> apply(Connection& connection, const Migration& step) {
  const std::string script = "BEGIN IMMEDIATE;" + std::string(step.sql) +
                             ";PRAGMA user_version=" + std::to_string(step.version) +
                             ";PRAGMA application_id=" + std::to_string(kApplicationId) + ";COMMIT";
  if (connection.script(script)) return {};
  auto error =
      failed("The database could not be brought to schema " + std::to_string(step.version), connection);
  if (connection.inTransaction() && !connection.script("ROLLBACK"))
    error.message += " It could not be undone.";
  return error;
}

}  // namespace

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all{{1, kVersion1}, {2, kVersion2}};
  return all;
}

Expected<void, Error> migrate(Connection& connection, const std::string& file,
                              const std::vector<Migration>& steps, Log& log) {
  std::int64_t version = 0;
  std::int64_t application = 0;
  {
    auto of_version = connection.query("PRAGMA user_version");
    auto of_application = connection.query("PRAGMA application_id");
    if (!of_version.next() || !of_application.next())
      return failed("The database " + file + " cannot be read", connection);
    version = of_version.numberAt(0);
    application = of_application.numberAt(0);
  }
  if (version != 0 && application != kApplicationId) {
    return Error{"The file " + file + " is a database of another program, not of Kith."};
  }
  const int newest = steps.back().version;
  if (version > newest) {
    return Error{"The database " + file + " has schema " + std::to_string(version) +
                 ", but this kith knows only " + std::to_string(newest) +
                 ". Start the newer kith that wrote it, or restore a backup."};
  }
  if (version == newest) return {};
  if (version > 0) {
    const std::string backup = file + ".schema-" + std::to_string(version) + ".backup";
    TRY(backUp(connection, backup));
    log.info("store.backed_up", {{"file", backup}});
  }
  for (const auto& step : steps) {
    if (step.version <= version) continue;
    TRY(apply(connection, step));
    log.info("store.schema", {{"file", file}, {"version", std::to_string(step.version)}});
  }
  return {};
}

}  // namespace kith::store::sqlite
