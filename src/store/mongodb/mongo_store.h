#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "store/mongodb/mongo_options.h"
#include "store/store.h"

namespace kith::store {

/// The store of several nodes: one database of a MongoDB replica set that all of them use.
///
/// Any thread may submit and, if it may block, read. Owned by the wiring, which ends all readers first; the
/// destructor commits what waits, as far as the server answers. Nothing is answered before a majority of the
/// members has it on disk, and nothing is read that they could take back. Never blocks an I/O loop.
class MongoStore final : public Store {
 public:
  /// The error is a sentence for the operator: what is wrong with which server, and what to do.
  static Expected<std::unique_ptr<MongoStore>, Error> open(MongoOptions options, const Clock& clock, Log& log,
                                                           Metrics& metrics);
  ~MongoStore() override;

  void submit(WriteItem item) override;
  void submitAll(std::vector<WriteItem> items) override;
  void setAnswered(Task answered) override;
  Result<void> read(Callback<Result<void>(Reader&)> job) override;
  Health health() const override;

 private:
  struct Parts;
  explicit MongoStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace kith::store
