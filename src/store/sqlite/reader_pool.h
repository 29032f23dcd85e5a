#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "store/sqlite/tables.h"
#include "store/store.h"

namespace kith::store::sqlite {

/// Read connections, one per read at a time, opened when first needed.
///
/// Owned by the store; any thread that may block reads. A read transaction lasts as long as its job,
/// so that checkpoints can pass. These connections never write and never checkpoint. A job must not
/// read through the store again: it might wait for itself.
class ReaderPool {
 public:
  ReaderPool(std::string file, const Connection::Options& options, std::size_t readers_max,
             const Identity& identity, DamageReport& damage, Log& log);
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  Result<void> read(Callback<Result<void>(Reader&)>& job);

 private:
  struct Lane {
    Lane(std::unique_ptr<Connection> opened, const Identity& identity, DamageReport& damage)
        : connection(std::move(opened)), tables(*connection, identity, damage) {}
    std::unique_ptr<Connection> connection;
    Tables tables;
  };
  Result<std::unique_ptr<Lane>> borrow();
  void giveBack(std::unique_ptr<Lane> lane);

  const std::string file_;
  const Connection::Options options_;
  const std::size_t readers_max_;
  const Identity& identity_;
  DamageReport& damage_;
  Log& log_;
  Mutex mutex_;
  Condition free_lane_;
  std::vector<std::unique_ptr<Lane>> free_ GUARDED_BY(mutex_);
  std::size_t lent_ GUARDED_BY(mutex_) = 0;
};

}  // namespace kith::store::sqlite
