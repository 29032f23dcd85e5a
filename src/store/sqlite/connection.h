#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/log.h"
#include "model/fault.h"

namespace kith::store::sqlite {

/// What went wrong at the file, by what must follow from it. Graver ones come later.
enum class Failure {
  None,
  Other,       // this statement did not work: refuse the item
  Busy,        // another program holds the write lock
  Damaged,     // the file's structure or a row is not what was written
  Unreadable,  // the disk did not give the bytes
  Full,        // no space: nothing was committed
  Fatal,       // a write or a sync failed: what the disk holds is unknown, stop
};

class Query;

/// One SQLite connection with the statements prepared on it.
///
/// Used by one thread at a time, and owned by the writer or lent by the reader pool. Remembers the
/// gravest failure until it is taken, so that a caller who goes on after a fault hides nothing.
/// Never creates a file, never checkpoints by itself (but when the last writer closes).
class Connection {
 public:
  enum class Mode { Write, Read };
  struct Options {
    Mode mode = Mode::Read;
    std::size_t cache_bytes = 0;
    int lock_wait_ms = 0;
    bool sync_every_commit = true;
    std::int64_t wal_bytes_kept = 0;  // a longer WAL is cut when it starts anew
    const char* vfs = nullptr;
  };
  static Expected<std::unique_ptr<Connection>, Error> open(const std::string& file, const Options& options,
                                                           Log& log);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// The statement of a literal, prepared once. At most one Query of a literal is open at a time.
  template <std::size_t N>
  Query query(const char (&sql)[N]);
  /// Runs a literal that gives no rows.
  template <std::size_t N>
  Result<void> run(const char (&sql)[N]);
  /// Runs several statements that are needed once: schema and settings.
  Result<void> script(const std::string& sql);

  bool inTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  std::int64_t lastRowId() const { return sqlite3_last_insert_rowid(handle_); }

  /// Notes the failure, logs it and says it as a fault.
  Fault fail(int code);
  /// Notes that a row is not what was written (its checksum differs).
  void noteDamage() { note(Failure::Damaged); }
  Failure failure() const { return failure_; }
  const std::string& failureText() const { return failure_text_; }
  void clearFailure();

  /// Closing will neither checkpoint nor sync.
  void leaveAsIs();
  sqlite3* handle() { return handle_; }

 private:
  friend class Query;
  Connection(sqlite3* handle, std::string file, Log& log);
  Result<void> prepareFor(const Options& options);
  sqlite3_stmt* prepared(const char* sql);
  void note(Failure failure);

  sqlite3* handle_;
  const std::string file_;
  Log& log_;
  Failure failure_ = Failure::None;
  std::string failure_text_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;  // by the literal's address
};

Failure failureOf(int code);
Fault faultOf(Failure failure);

/// One run of a prepared statement: bind in order, then step, then read columns.
///
/// Lives in one function. Bound text is not copied, so it must outlive the Query; columns are copied out.
class Query {
 public:
  Query(Connection& connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}
  ~Query() { reset(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& number(std::int64_t value);
  Query& number(std::uint64_t value) { return number(static_cast<std::int64_t>(value)); }
  Query& number(int value) { return number(static_cast<std::int64_t>(value)); }
  Query& text(std::string_view value);
  Query& text(const std::string& value) { return text(std::string_view(value)); }
  Query& text(const char* value) { return text(std::string_view(value)); }
  Query& text(std::string&&) = delete;
  Query& textOrNull(const std::string& value) { return value.empty() ? null() : text(value); }
  Query& textOrNull(std::string&&) = delete;
  Query& blob(const std::string& value);
  Query& blob(std::string&&) = delete;
  Query& blobOrNull(const std::string& value) { return value.empty() ? null() : blob(value); }
  Query& null();

  /// True if there is a row.
  Result<bool> next();
  /// For statements that give no rows.
  Result<void> run();

  bool isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t numberAt(int column) const { return sqlite3_column_int64(statement_, column); }
  std::uint64_t offsetAt(int column) const { return static_cast<std::uint64_t>(numberAt(column)); }
  std::string textAt(int column) const;  // NULL is empty; blobs too

 private:
  void reset();
  Connection& connection_;
  sqlite3_stmt* statement_;  // null: could not be prepared
  int next_ = 1;
  int bind_code_ = SQLITE_OK;
};

template <std::size_t N>
Query Connection::query(const char (&sql)[N]) {
  return Query(*this, prepared(sql));
}

template <std::size_t N>
Result<void> Connection::run(const char (&sql)[N]) {
  return query(sql).run();
}

}  // namespace kith::store::sqlite
