#pragma once

#include <string>

#include "base/log.h"
#include "base/metrics.h"
#include "model/fault.h"
#include "model/scope.h"

namespace kith::store {

/// Where damaged rows are told to the operator. Any thread.
class DamageReport {
 public:
  DamageReport(Log& log, Metrics& metrics)
      : log_(log),
        rows_(metrics.counter("kith_store_damaged_rows_total", "Rows read whose checksum was wrong.")) {}

  /// In the log and in the metrics. The fault is not temporary.
  Fault row(const char* table, const Scope& scope, Offset offset) {
    rows_.add();
    log_.error("store.row_damaged",
               {{"table", table}, {"scope", scope.name()}, {"offset", std::to_string(offset)}});
    return {FaultCode::Internal, {}, "Stored data is damaged.", false};
  }

 private:
  Log& log_;
  Counter& rows_;
};

}  // namespace kith::store
