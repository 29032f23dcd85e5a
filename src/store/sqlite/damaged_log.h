#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "model/scope.h"

namespace kith::store {

/// For tests, as a disk does it: the entries of a log are not what was written. The store of that folder may
/// be open; a head that its writer has at hand stays good.
inline void damageLog(const std::string& folder, const Scope& log) {
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open((folder + "/kith.db").c_str(), &file), SQLITE_OK);
  const auto change =
      "UPDATE entries SET actor = 'eve' WHERE scope = (SELECT key FROM scopes WHERE name = '" + log.name() +
      "')";
  EXPECT_EQ(sqlite3_exec(file, change.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_GT(sqlite3_changes(file), 0);
  sqlite3_close(file);
}

}  // namespace kith::store
