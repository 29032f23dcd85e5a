#include "service/session_pruner.h"

namespace kith {

void SessionPruner::start() {
  loop_.post([this] { prune(); });
}

void SessionPruner::prune() {
  const auto author = UserId::trusted("pruner");  // of no entry: it only names a queue
  store::WriteItem item;
  item.scopes = {Scope::of(author)};
  item.author = author;
  item.run = store::TransactionRun([](store::Transaction& tx) -> Result<store::Drafts> {
    TRY(tx.removeSessionsBefore(tx.now(), kRemovedMax));
    return store::Drafts{};
  });
  item.done = [this](Result<store::Committed> done) {
    if (!done) {
      lines_.warn("sessions.not_pruned", {{"why", done.error().message()}, {"detail", done.error().detail}});
    }
    loop_.post([this] { loop_.after(kInterval, [this] { prune(); }); });
  };
  log_.append(std::move(item));
}

}  // namespace kith
