#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/sqlite/sqlite_options.h"
#include "store/store.h"

namespace kith::store {

/// The store of one machine: a SQLite file in a data folder that no second server can open.
///
/// Any thread may submit and, if it may block, read. Owned by the wiring, which ends all readers
/// first; the destructor commits what waits and answers it. The file is never repaired and never
/// made anew in the place of one that cannot be read.
class SqliteStore final : public Store {
 public:
  /// The error is a sentence for the operator: what is wrong with which file, and what to do.
  static Expected<std::unique_ptr<SqliteStore>, Error> open(SqliteOptions options, const Clock& clock,
                                                            Log& log, Metrics& metrics);
  /// Whether open() would find a database in `folder`, and not make one. True as well if that cannot be seen:
  /// open() then says why.
  static bool isThere(const std::string& folder);
  ~SqliteStore() override;

  void submit(WriteItem item) override;
  void submitAll(std::vector<WriteItem> items) override;
  void setAnswered(Task answered) override;
  Result<void> read(Callback<Result<void>(Reader&)> job) override;
  Health health() const override;

 private:
  struct Parts;
  explicit SqliteStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace kith::store
