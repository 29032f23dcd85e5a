#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "model/entry.h"

namespace kith {

/// An applied entry on its way to those who listen: encoded once, shared by all.
struct Publication {
  Offset offset = 0;
  SharedBytes data;  // the JSON object that clients get as `data`
  EntryType type = EntryType::MessageCreated;
  Offset ref_seq = 0;  // the message it shows the text of, if it does
  UserId ref_user;
  std::vector<Offset> deleted{};  // the messages it takes the text of away
};

/// Somebody came online in a place, or went.
struct JoinLeave {
  enum class What { Join, Leave };
  UserId user;
  What what = What::Join;
  std::string name{};  // as shown to others; empty if it cannot be read
};

/// The cores that have subscribers of a scope: how many each.
using CoreCounts = std::vector<std::uint32_t>;

/// Where applied entries and signals go.
///
/// Called on the scope's owner loop, in offset order, only for scopes that somebody listens to; ending()
/// is not. Must not block and must not call back into the log.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void applied(const Scope& scope, const Publication& publication, const CoreCounts& cores) = 0;
  virtual void signalled(const Scope& scope, const SharedBytes& data, const CoreCounts& cores) = 0;
  virtual void joinedOrLeft(const Scope& scope, const std::vector<JoinLeave>& who,
                            const CoreCounts& cores) = 0;
  /// The log is not the one it was: restored from an older state, or damaged. What clients know of it means
  /// nothing any more, and whoever listens is to come again.
  virtual void restarted(const Scope& scope, const CoreCounts& cores) = 0;
  /// Somebody was put out of a group at this offset of its log, and so out of rooms whose logs belong to
  /// other loops. On the thread of the store, whoever listens, before anything is applied that was
  /// committed later.
  virtual void ending(const Scope& group, const UserId& user, Offset offset) = 0;
};

}  // namespace kith
