#include "store/mongodb/session.h"

#include <algorithm>
#include <utility>

namespace kith::store::mongodb {
namespace {

// Longer a find never runs: what is asked for is on an index.
constexpr std::int64_t kFindMs = 2000;
constexpr std::int64_t kCommitMs = 5000;

/// A reply that the driver fills.
class Reply {
 public:
  Reply() { bson_init(&bson_); }
  ~Reply() { bson_destroy(&bson_); }
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  /// The driver makes it anew.
  bson_t* out() {
    bson_destroy(&bson_);
    bson_init(&bson_);
    return &bson_;
  }
  const bson_t& bson() const { return bson_; }

 private:
  bson_t bson_;
};

Document withId(const std::string& id) {
  Document filter;
  filter.text("_id", id);
  return filter;
}

FindOptions ordered(std::initializer_list<const char*> fields, std::size_t limit, std::int64_t direction) {
  FindOptions how;
  for (const char* field : fields) how.sort.number(field, direction);
  how.limit = limit;
  return how;
}

}  // namespace

FindOptions inOrder(std::initializer_list<const char*> fields, std::size_t limit) {
  return ordered(fields, limit, 1);
}

FindOptions inReverse(std::initializer_list<const char*> fields, std::size_t limit) {
  return ordered(fields, limit, -1);
}

Result<bool> Rows::next() {
  if (mongoc_cursor_next(cursor_.get(), &row_)) return true;
  bson_error_t error;
  const bson_t* reply = nullptr;
  if (mongoc_cursor_error_document(cursor_.get(), &error, &reply)) return session_.fail(error, reply);
  return false;
}

Session::Session(mongoc_client_pool_t* pool, mongoc_client_t* client, std::string database, QueryWatch watch)
    : pool_(pool), client_(client), database_(std::move(database)), watch_(std::move(watch)) {}

Session::~Session() {
  if (inTransaction()) abort();
  if (session_ != nullptr) mongoc_client_session_destroy(session_);
  if (pool_ != nullptr) {
    mongoc_client_pool_push(pool_, client_);
  } else {
    mongoc_client_destroy(client_);
  }
}

Result<void> Session::start() {
  bson_error_t error;
  if (session_ == nullptr) session_ = mongoc_client_start_session(client_, nullptr, &error);
  if (session_ == nullptr) return fail(error, nullptr);
  return {};
}

Result<Document> Session::id() {
  TRY(start());
  return Document(*mongoc_client_session_get_lsid(session_));
}

Result<void> Session::begin() {
  wrote_ = false;
  TRY(start());
  bson_error_t error;
  auto* read = mongoc_read_concern_new();
  mongoc_read_concern_set_level(read, MONGOC_READ_CONCERN_LEVEL_SNAPSHOT);
  auto* write = mongoc_write_concern_new();
  mongoc_write_concern_set_wmajority(write, static_cast<std::int32_t>(kCommitMs));
  mongoc_write_concern_set_journal(write, true);
  auto* how = mongoc_transaction_opts_new();
  mongoc_transaction_opts_set_read_concern(how, read);
  mongoc_transaction_opts_set_write_concern(how, write);
  mongoc_transaction_opts_set_max_commit_time_ms(how, kCommitMs);
  const bool begun = mongoc_client_session_start_transaction(session_, how, &error);
  mongoc_transaction_opts_destroy(how);
  mongoc_write_concern_destroy(write);
  mongoc_read_concern_destroy(read);
  if (!begun) return fail(error, nullptr);
  return {};
}

Result<void> Session::commit() {
  Reply reply;
  bson_error_t error;
  const bool done = mongoc_client_session_commit_transaction(session_, reply.out(), &error);
  return finished(done, &reply.bson(), error);
}

void Session::abort() {
  bson_error_t ignored;  // the server ends what it does not hear of again
  if (inTransaction()) (void)mongoc_client_session_abort_transaction(session_, &ignored);
}

bool Session::inTransaction() const {
  return session_ != nullptr && mongoc_client_session_in_transaction(session_);
}

Rows Session::find(const char* name, const Document& filter, const FindOptions& how) {
  watched(name, filter, how.sort);
  auto with = options();
  if (!bson_empty(&how.sort.bson())) with.document("sort", how.sort);
  if (how.limit > 0) with.number("limit", std::uint64_t{how.limit});
  if (!inTransaction()) with.number("maxTimeMS", kFindMs);
  const auto of = collection(name);
  return Rows(*this, mongoc_collection_find_with_opts(of.get(), &filter.bson(), &with.bson(), nullptr));
}

Result<std::optional<Document>> Session::one(const char* name, const Document& filter, FindOptions how) {
  how.limit = 1;
  auto rows = find(name, filter, how);
  if (!TRY(rows.next())) return std::optional<Document>();
  return std::optional<Document>(Document(rows.row().bson()));
}

std::size_t Session::insert(const char* name, const std::vector<Document>& rows) {
  wrote_ = true;
  auto** pointers = static_cast<const bson_t**>(bson_malloc0(rows.size() * sizeof(const bson_t*)));
  for (std::size_t i = 0; i < rows.size(); ++i) pointers[i] = &rows[i].bson();
  const auto of = collection(name);
  auto with = options();
  with.flag("ordered", true);
  Reply reply;
  bson_error_t error;
  const bool done =
      mongoc_collection_insert_many(of.get(), pointers, rows.size(), &with.bson(), reply.out(), &error);
  bson_free(pointers);
  if (done) return rows.size();
  const View answer(reply.bson());
  const auto failed = answer.documents("writeErrors");
  // A write error says exactly how far it came; any other leaves that open.
  if (failed.empty() || !answer.documents("writeConcernErrors").empty()) {
    const auto failure = failureOf(error, &reply.bson());
    (void)fail(failure == Failure::Refused && !failed.empty() ? Failure::Unreachable : failure,
               error.message);
    return 0;
  }
  const View first(failed.front());
  constexpr std::int64_t kDuplicateKey = 11000;
  (void)fail(first.number("code") == kDuplicateKey ? takenKeyOf(first.text("errmsg"))
                                                   : failureOf(error, &reply.bson()),
             first.text("errmsg"));
  return static_cast<std::size_t>(std::max<std::int64_t>(0, first.number("index")));
}

template <class Change>
Result<void> Session::change(const char* name, const Document& filter, Document with, const Change& change) {
  wrote_ = true;
  watched(name, filter, Document());
  const auto of = collection(name);
  Reply reply;
  bson_error_t error;
  const bool done = change(of.get(), &filter.bson(), &with.bson(), reply.out(), &error);
  return finished(done, &reply.bson(), error);
}

Result<void> Session::put(const char* name, const std::string& id, const Document& row) {
  auto with = options();
  with.flag("upsert", true);
  return change(name, withId(id), std::move(with),
                [&row](auto* of, auto* filter, auto* how, auto* reply, auto* error) {
                  return mongoc_collection_replace_one(of, filter, &row.bson(), how, reply, error);
                });
}

Result<void> Session::update(const char* name, const std::string& id, const Document& set, bool made) {
  auto with = options();
  with.flag("upsert", made);
  return change(name, withId(id), std::move(with),
                [&set](auto* of, auto* filter, auto* how, auto* reply, auto* error) {
                  return mongoc_collection_update_one(of, filter, &set.bson(), how, reply, error);
                });
}

Result<void> Session::remove(const char* name, const Document& filter) {
  return change(name, filter, options(), mongoc_collection_delete_many);
}

Result<Document> Session::command(const Document& command) {
  Reply reply;
  bson_error_t error;
  if (!mongoc_client_command_simple(client_, database_.c_str(), &command.bson(), nullptr, reply.out(),
                                    &error))
    return fail(error, &reply.bson());
  return Document(reply.bson());
}

void Session::clearFailure() {
  failure_ = Failure::None;
  failure_text_.clear();
}

Fault Session::fail(Failure failure, const std::string& text) {
  if (failure > failure_) {
    failure_ = failure;
    failure_text_ = text;
  }
  return faultOf(failure);
}

Fault Session::fail(const bson_error_t& error, const bson_t* reply) {
  return fail(failureOf(error, reply), error.message);
}

Result<void> Session::finished(bool done, const bson_t* reply, const bson_error_t& error) {
  if (!done) return fail(error, reply);
  return {};
}

Session::Collection Session::collection(const char* name) {
  return Collection(mongoc_client_get_collection(client_, database_.c_str(), name));
}

Document Session::options() {
  Document with;
  bson_error_t error;
  if (inTransaction() && !mongoc_client_session_append(session_, with.raw(), &error))
    (void)fail(error, nullptr);
  return with;
}

void Session::watched(const char* collection, const Document& filter, const Document& sort) const {
  if (watch_) watch_(collection, filter, sort);
}

}  // namespace kith::store::mongodb
