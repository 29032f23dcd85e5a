#pragma once

#include "store/identity.h"
#include "store/sqlite/connection.h"

namespace kith::store::sqlite {

/// Reads the identity; makes it in a new database; gives a backup that was put in place a new epoch.
Result<Identity> loadIdentity(Connection& connection);

}  // namespace kith::store::sqlite
