#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "base/metrics.h"
#include "eventlog/publication.h"
#include "hub/hub.h"
#include "protocol/wire_format.h"

namespace kith {

/// Takes what the log applies to the cores whose clients listen: encoded once, frame header
/// included, then one post to each core.
///
/// applied() and its like run on the scope's owner loop, ending() on the store's thread; the rest runs on the
/// cores. Posts of one
/// owner to one core keep their order, so that nobody sees an entry before the one below it.
class Fanout final : public Sink {
 public:
  struct Core {
    Loop* loop;
    Hub* hub;
  };
  Fanout(std::vector<Core> cores, const protocol::WireFormat& format, Metrics& metrics);

  void applied(const Scope& scope, const Publication& publication, const CoreCounts& cores) override;
  void signalled(const Scope& scope, const SharedBytes& data, const CoreCounts& cores) override;
  void joinedOrLeft(const Scope& scope, const std::vector<JoinLeave>& who, const CoreCounts& cores) override;
  void restarted(const Scope& scope, const CoreCounts& cores) override;
  void ending(const Scope& group, const UserId& user, Offset offset) override;

 private:
  std::string publicationFrame(const Scope& scope, std::string_view data, Offset offset) const;
  /// `give(hub, scope, frame)` on each core that listens, with the same bytes.
  template <class Give>
  void hand(const Scope& scope, std::string frames, const CoreCounts& cores, const Give& give);

  std::vector<Core> cores_;
  const protocol::WireFormat& format_;
  Counter& deliveries_;
};

}  // namespace kith
