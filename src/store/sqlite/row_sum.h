#pragma once

#include <cstdint>
#include <string_view>

#include "base/digest.h"
#include "base/log.h"
#include "base/metrics.h"
#include "model/entry.h"
#include "model/fault.h"
#include "store/sqlite/connection.h"

namespace kith::store::sqlite {

/// The checksum of one row: CRC-32C over its fields, each with its length, so that no two rows that
/// differ look the same by shifting a border.
class RowSum {
 public:
  RowSum& number(std::int64_t value);
  RowSum& text(std::string_view value);
  std::int64_t value() const { return crc_; }

 private:
  std::uint32_t crc_ = 0;
};

/// Over all columns of the row, its key included: a row that was moved is damaged too.
std::int64_t sumOf(std::int64_t scope_key, const Entry& entry);
std::int64_t sumOf(std::int64_t scope_key, const Message& message);

/// Where damaged rows are told to the operator. Any thread.
class DamageReport {
 public:
  DamageReport(Log& log, Metrics& metrics)
      : log_(log),
        rows_(metrics.counter("kith_store_damaged_rows_total", "Rows read whose checksum was wrong.")) {}
  /// Notes it at the connection, in the log and in the metrics. The fault is not temporary.
  Fault row(Connection& connection, const char* table, const Scope& scope, Offset offset);

 private:
  Log& log_;
  Counter& rows_;
};

}  // namespace kith::store::sqlite
