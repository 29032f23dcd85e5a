#include "store/sqlite/identity.h"

#include "base/digest.h"
#include "base/random.h"

namespace kith::store::sqlite {
namespace {

std::string randomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  Random().fill(bytes.data(), bytes.size());
  return bytes;
}

Result<void> makeIdentity(Connection& connection) {
  const auto epoch = randomBytes(16);
  const auto secret = randomBytes(32);
  auto insert =
      connection.query("INSERT INTO meta (id, generation, epoch, scope_secret) VALUES (1, 1, ?, ?)");
  return insert.blob(epoch).blob(secret).run();
}

Result<void> renewEpoch(Connection& connection) {
  const auto epoch = randomBytes(16);
  auto update = connection.query("UPDATE meta SET epoch = ?, generation = generation + 1, epoch_due = 0");
  return update.blob(epoch).run();
}

}  // namespace

std::string Identity::randomOf(const Scope& scope) const {
  return hmacSha256(scope_secret, scope.name()).substr(0, 16);
}

std::string Identity::epochOf(const Scope& scope, const std::string& random) const {
  return base64urlEncode(sha256(epoch + scope.name() + random).substr(0, 8));
}

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
