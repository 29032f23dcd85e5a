#pragma once

#include <mongoc/mongoc.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/mongodb/failure.h"

namespace kith::store::mongodb {

class Session;

/// The rows of one find, as they come. One thread; ends before its session does.
class Rows {
 public:
  Rows(Session& session, mongoc_cursor_t* cursor) : session_(session), cursor_(cursor) {}
  /// False at the end.
  Result<bool> next();
  View row() const { return View(*row_); }

 private:
  struct Destroy {
    void operator()(mongoc_cursor_t* cursor) const { mongoc_cursor_destroy(cursor); }
  };
  Session& session_;
  std::unique_ptr<mongoc_cursor_t, Destroy> cursor_;
  const bson_t* row_ = nullptr;
};

/// How a find is ordered and cut. A limit of 0 is none.
struct FindOptions {
  Document sort{};
  std::size_t limit = 0;
};
/// In the order of these fields, upwards or downwards.
FindOptions inOrder(std::initializer_list<const char*> fields, std::size_t limit = 0);
FindOptions inReverse(std::initializer_list<const char*> fields, std::size_t limit = 0);

/// For tests: every find and every condition of a change, as it is asked.
using QueryWatch =
    std::function<void(const std::string& collection, const Document& filter, const Document& sort)>;

/// One client, of the pool or its own, with one session of the server: commands, alone or in a transaction.
///
/// Used by one thread at a time; owned by a writer's lane or by one read. Remembers the gravest failure until
/// it is cleared, so that a caller who goes on after a fault hides nothing. Outside a transaction reads are
/// of what a majority has, and writes are answered when a majority has them on disk.
class Session {
 public:
  Session(mongoc_client_pool_t* pool, mongoc_client_t* client, std::string database, QueryWatch watch);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// By which the server knows it, for killSessions.
  Result<Document> id();
  /// A transaction on one snapshot. Ended by commit() or abort(), by abort() at the latest by the destructor.
  Result<void> begin();
  /// Repeat it while the failure is CommitUnknown.
  Result<void> commit();
  void abort();
  bool inTransaction() const;
  /// Whether anything was written since begin().
  bool wrote() const { return wrote_; }

  Rows find(const char* collection, const Document& filter, const FindOptions& options = {});
  Result<std::optional<Document>> one(const char* collection, const Document& filter,
                                      FindOptions options = {});
  /// In order, as far as it goes: how many are stored, the first ones. The failure says what stopped it.
  std::size_t insert(const char* collection, const std::vector<Document>& rows);
  /// Puts the document in the place of the one with this `_id`, or there anew.
  Result<void> put(const char* collection, const std::string& id, const Document& row);
  /// Sets what `set` says in the row with this `_id`. `made`: also if there is none.
  Result<void> update(const char* collection, const std::string& id, const Document& set, bool made = false);
  Result<void> remove(const char* collection, const Document& filter);
  /// A command on the database that gives one document.
  Result<Document> command(const Document& command);

  Failure failure() const { return failure_; }
  const std::string& failureText() const { return failure_text_; }
  void clearFailure();
  /// Notes it and gives the fault to go on with.
  Fault fail(Failure failure, const std::string& text);
  Fault fail(const bson_error_t& error, const bson_t* reply);
  const std::string& database() const { return database_; }

 private:
  struct DestroyCollection {
    void operator()(mongoc_collection_t* collection) const { mongoc_collection_destroy(collection); }
  };
  using Collection = std::unique_ptr<mongoc_collection_t, DestroyCollection>;
  Result<void> start();
  Collection collection(const char* name);
  Document options();  // of a command: the session, if it is in a transaction
  void watched(const char* collection, const Document& filter, const Document& sort) const;
  /// One change by the driver's function: (collection, filter, options, reply, error).
  template <class Change>
  Result<void> change(const char* collection, const Document& filter, Document with, const Change& change);
  Result<void> finished(bool done, const bson_t* reply, const bson_error_t& error);

  mongoc_client_pool_t* pool_;
  mongoc_client_t* client_;
  mongoc_client_session_t* session_ = nullptr;
  const std::string database_;
  const QueryWatch watch_;
  bool wrote_ = false;
  Failure failure_ = Failure::None;
  std::string failure_text_;
};

}  // namespace kith::store::mongodb
