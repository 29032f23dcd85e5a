#include "store/sqlite/connection.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"

namespace kith::store::sqlite {
namespace {

Failure failureOfIo(int code) {
  switch (code) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
    case SQLITE_IOERR_DATA:
      return Failure::Unreadable;
    case SQLITE_IOERR_SHMSIZE:
      return Failure::Full;  // the index of the WAL could not grow
    case SQLITE_IOERR_NOMEM:
    case SQLITE_IOERR_LOCK:
    case SQLITE_IOERR_RDLOCK:
    case SQLITE_IOERR_UNLOCK:
    case SQLITE_IOERR_CHECKRESERVEDLOCK:
      return Failure::Other;
    default:
      return Failure::Fatal;
  }
}

}  // namespace

Failure failureOf(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Failure::Busy;
    case SQLITE_FULL:
      return Failure::Full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Failure::Damaged;
    case SQLITE_READONLY:
      return Failure::Fatal;  // the file was moved, or its disk became read-only
    case SQLITE_IOERR:
      return failureOfIo(code);
    default:
      return Failure::Other;
  }
}

Fault faultOf(Failure failure) {
  switch (failure) {
    case Failure::Busy:
      return Fault::unavailable("Another program holds the database locked.");
    case Failure::Full:
      return {FaultCode::ReadOnly, {}, "The disk is full; writing is paused.", true};
    case Failure::Damaged:
      return {FaultCode::Internal, {}, "Stored data is damaged.", false};
    default:
      return Fault::unavailable("The database could not be read or written.");
  }
}

Expected<std::unique_ptr<Connection>, Error> Connection::open(const std::string& file, const Options& options,
                                                              Log& log) {
  sqlite3* handle = nullptr;
  // A reader too needs to write: to the index of the write-ahead log.
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, options.vfs);
  std::unique_ptr<Connection> connection(new Connection(handle, file, log));
  if (code != SQLITE_OK) {
    std::string why = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
    const int system = handle == nullptr ? 0 : sqlite3_system_errno(handle);
    if (system != 0) why += std::string(" (") + std::strerror(system) + ")";
    return Error{"The database " + file + " cannot be opened: " + why + "."};
  }
  if (!connection->prepareFor(options)) {
    return Error{"The database " + file + " cannot be read: " + connection->failureText() + "."};
  }
  connection->clearFailure();
  return connection;
}

Connection::Connection(sqlite3* handle, std::string file, Log& log)
    : handle_(handle), file_(std::move(file)), log_(log) {}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  const int code = sqlite3_close(handle_);
  if (code != SQLITE_OK) log_.error("store.close_failed", {{"file", file_}, {"error", sqlite3_errstr(code)}});
}

Result<void> Connection::prepareFor(const Options& options) {
  sqlite3_busy_timeout(handle_, options.lock_wait_ms);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // cell_size_check finds a damaged page before it is followed.
  TRY(script(
      "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-" +
      std::to_string(options.cache_bytes / 1024)));
  if (options.mode == Mode::Read) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return script("PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0");
  }
  // secure_delete: removed text must not stay in free space of the file.
  TRY(
      script("PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; PRAGMA "
             "secure_delete=ON; PRAGMA synchronous=" +
             std::string(options.sync_every_commit ? "FULL" : "NORMAL") +
             "; PRAGMA journal_size_limit=" + std::to_string(options.wal_bytes_kept)));
  auto mode = query("PRAGMA journal_mode");
  if (!TRY(mode.next()) || mode.textAt(0) != "wal") {
    failure_text_ = "its file system does not support SQLite's write-ahead log";
    return faultOf(Failure::Other);
  }
  return {};
}

Result<void> Connection::script(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(code);
  return {};
}

sqlite3_stmt* Connection::prepared(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) {
    ASSERT(sqlite3_stmt_busy(found->second) == 0);  // two Queries of one literal would share its rows
    return found->second;
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
    return nullptr;
  }
  statements_.emplace(sql, statement);
  return statement;
}

Fault Connection::fail(int code) {
  const Failure failure = failureOf(code);
  const int system = sqlite3_system_errno(handle_);
  std::string text = sqlite3_errmsg(handle_);
  if (system != 0) text += std::string(" (") + std::strerror(system) + ")";
  log_.error("store.sqlite_failed", {{"file", file_}, {"code", std::to_string(code)}, {"error", text}});
  if (failure >= failure_) failure_text_ = std::move(text);
  note(failure);
  return faultOf(failure);
}

void Connection::note(Failure failure) {
  failure_ = std::max(failure_, failure);
}

void Connection::clearFailure() {
  failure_ = Failure::None;
  failure_text_.clear();
}

void Connection::leaveAsIs() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Query& Query::number(std::int64_t value) {
  if (statement_ != nullptr) bind_code_ |= sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Query& Query::text(std::string_view value) {
  const char* bytes = value.data() == nullptr ? "" : value.data();
  if (statement_ != nullptr) {
    bind_code_ |= sqlite3_bind_text64(statement_, next_++, bytes, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  return *this;
}

Query& Query::blob(const std::string& value) {
  if (statement_ != nullptr) {
    bind_code_ |= sqlite3_bind_blob64(statement_, next_++, value.data(), value.size(), SQLITE_STATIC);
  }
  return *this;
}

Query& Query::null() {
  if (statement_ != nullptr) bind_code_ |= sqlite3_bind_null(statement_, next_++);
  return *this;
}

Result<bool> Query::next() {
  if (statement_ == nullptr) return faultOf(connection_.failure());
  if (bind_code_ != SQLITE_OK) return connection_.fail(SQLITE_MISUSE);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_.fail(code);
}

Result<void> Query::run() {
  TRY(next());
  return {};
}

std::string Query::textAt(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

void Query::reset() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

}  // namespace kith::store::sqlite
