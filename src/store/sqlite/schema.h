#pragma once

#include <string>
#include <vector>

#include "base/log.h"
#include "store/sqlite/connection.h"

namespace kith::store::sqlite {

/// One step forward of the schema, applied in a transaction of its own.
struct Migration {
  int version;  // 1, 2, 3, …
  const char* sql;
};

/// All steps that this build knows, in order.
const std::vector<Migration>& migrations();

/// "Kith" in the file's header, so that no other program's database is taken for ours.
inline constexpr std::int64_t kApplicationId = 0x4B697468;

/// Brings the database at `file` to the newest of `steps`. A database that existed is first copied to
/// `file`.schema-N.backup, whose epoch is renewed at its first start. A newer one is refused.
Expected<void, Error> migrate(Connection& connection, const std::string& file,
                              const std::vector<Migration>& steps, Log& log);

}  // namespace kith::store::sqlite
