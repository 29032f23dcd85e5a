#include "service/stored_secret.h"

#include <future>
#include <memory>
#include <utility>

namespace kith {

Result<std::string> storedSecret(store::Store& store, const std::string& name, Random& random) {
  auto secret = std::make_shared<std::string>();
  auto finished = std::make_shared<std::promise<Result<void>>>();
  auto answer = finished->get_future();
  const auto author = UserId::trusted("setup");
  store::WriteItem item;
  item.scopes = {Scope::of(author)};
  item.author = author;
  item.run = store::TransactionRun(
      [name, secret, made = random.token(32)](store::Transaction& tx) -> Result<store::Drafts> {
        auto known = TRY(tx.secret(name));
        if (known) {
          *secret = std::move(*known);
          return store::Drafts{};
        }
        TRY(tx.putSecret(name, made));
        *secret = made;
        return store::Drafts{};
      });
  item.done = [finished](Result<store::Committed> done) {
    finished->set_value(done ? Result<void>() : Result<void>(std::move(done).error()));
  };
  store.submit(std::move(item));
  TRY(answer.get());
  return std::move(*secret);
}

}  // namespace kith
