#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "model/entry.h"
#include "store/damage_report.h"
#include "store/identity.h"
#include "store/mongodb/session.h"
#include "store/reader.h"
#include "store/write_item.h"

namespace kith::store::mongodb {

/// The newest head this node knows of each scope written or read lately. A log only grows: what is known is
/// there, and there may be more. Any thread.
class Heads {
 public:
  std::optional<Head> known(const Scope& scope) const;
  void learn(const Scope& scope, const Head& head);
  void forget(const Scope& scope);

 private:
  static constexpr std::size_t kHeadsMax = 20'000;  // about 5 MiB
  mutable Mutex mutex_;
  std::unordered_map<Scope, Head> heads_ GUARDED_BY(mutex_);
};

/// The `_id` of an entry: sorts as the offsets do.
std::string entryId(const Scope& scope, Offset offset);

/// The log on one session. A message is a part of its own entry, so that a send is one insert.
///
/// Lives with its session, on that session's thread. Every row read is checked against its checksum; a
/// damaged one is a fault, never an answer.
class LogDocuments {
 public:
  LogDocuments(Session& session, const Identity& identity, Heads& heads, DamageReport& damage)
      : session_(session), identity_(identity), heads_(heads), damage_(damage) {}

  Result<Head> head(const Scope& scope);
  Result<std::vector<LoggedEntry>> entries(const Scope& scope, Offset after, Offset last,
                                           const ReadBounds& bounds);
  Result<std::vector<bool>> haveEntries(const std::vector<std::pair<Scope, Offset>>& places);
  Result<std::optional<LoggedEntry>> entryOfNonce(const Scope& scope, const UserId& actor,
                                                  const std::string& nonce);
  /// Entries after `after` up to `last`, each with the id of the write that made it.
  Result<std::vector<std::pair<std::string, LoggedEntry>>> written(const Scope& scope, Offset after,
                                                                   Offset last);
  std::string epochOf(const Scope& scope) const;

  /// A message's row in the log, or none if it is no message.
  Result<std::optional<Message>> message(const Scope& scope, Offset seq);
  Result<Message> messageAt(const Scope& scope, const View& row);
  Result<Entry> entryAt(const Scope& scope, const View& row);

  // What is written.
  /// An entry as it is stored; `write_id` tells whose it is when nobody said whether it was stored.
  static Document rowOf(const Scope& scope, const Entry& entry, const Message* created,
                        const std::string& write_id);
  /// What a message is to be from now on.
  static Document changeOf(const Scope& scope, const Message& message);

 private:
  Result<void> completeAll(const Scope& scope, std::vector<LoggedEntry>& found);
  Result<LoggedEntry> loggedAt(const Scope& scope, const View& row);
  Fault damaged(const char* what, const Scope& scope, Offset offset);

  Session& session_;
  const Identity& identity_;
  Heads& heads_;
  DamageReport& damage_;
};

}  // namespace kith::store::mongodb
