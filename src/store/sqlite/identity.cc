#include "store/sqlite/identity.h"

namespace kith::store::sqlite {
namespace {

Result<void> makeIdentity(Connection& connection) {
  const auto made = Identity::made();
  auto insert =
      connection.query("INSERT INTO meta (id, generation, epoch, scope_secret) VALUES (1, ?, ?, ?)");
  return insert.number(made.generation).blob(made.epoch).blob(made.scope_secret).run();
}

Result<void> renewEpoch(Connection& connection) {
  const auto epoch = Identity::newEpoch();
  auto update = connection.query("UPDATE meta SET epoch = ?, generation = generation + 1, epoch_due = 0");
  return update.blob(epoch).run();
}

}  // namespace

Result<Identity> loadIdentity(Connection& connection) {
  bool present = false;
  bool due = false;
  {
    auto state = connection.query("SELECT epoch_due FROM meta WHERE id = 1");
    present = TRY(state.next());
    due = present && state.numberAt(0) != 0;
  }
  if (!present) TRY(makeIdentity(connection));
  if (due) TRY(renewEpoch(connection));
  auto row = connection.query("SELECT generation, epoch, scope_secret FROM meta WHERE id = 1");
  if (!TRY(row.next())) return connection.fail(SQLITE_CORRUPT);
  return Identity{row.numberAt(0), row.textAt(1), row.textAt(2)};
}

}  // namespace kith::store::sqlite
