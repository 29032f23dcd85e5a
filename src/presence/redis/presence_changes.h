#pragma once

#include <cstddef>
#include <vector>

#include "base/loop.h"
#include "presence/presence.h"

namespace kith {

/// Sends the changes that this node made to the others, together. They may be lost: signals, not records.
using PublishPresence = Callback<void(const std::vector<PresenceChange>&)>;

struct PresenceChangesOptions {
  Milliseconds publish_every{500};
  std::size_t batch_max = 5'000;  // then it is published at once
};

/// Tells changes: at once on this node, gathered to the others.
///
/// Lives on its loop, owned by RedisPresence; nothing at rest has a timer. Keeps the order of one user's
/// changes.
class PresenceChanges {
 public:
  using Listener = Presence::Changes;

  PresenceChanges(Loop& loop, PublishPresence publish, const PresenceChangesOptions& options)
      : loop_(loop), publish_(std::move(publish)), options_(options) {}
  ~PresenceChanges() { loop_.cancel(timer_); }
  PresenceChanges(const PresenceChanges&) = delete;
  PresenceChanges& operator=(const PresenceChanges&) = delete;

  void onChange(Listener listener) { listener_ = std::move(listener); }

  void tell(const PresenceChange& change) {
    tellHere(change);
    tellOthers(change);
  }
  void tellHere(const PresenceChange& change) {
    if (listener_) listener_(change);
  }
  void tellOthers(const PresenceChange& change) {
    if (!publish_) return;
    batch_.push_back(change);
    if (batch_.size() >= options_.batch_max) return publish();
    if (timer_ == 0) timer_ = loop_.after(options_.publish_every, [this] { publish(); });
  }

 private:
  void publish() {
    loop_.cancel(std::exchange(timer_, 0));
    publish_(std::exchange(batch_, {}));
  }

  Loop& loop_;
  PublishPresence publish_;
  const PresenceChangesOptions options_;
  Listener listener_;
  std::vector<PresenceChange> batch_;
  Loop::TimerId timer_ = 0;
};

}  // namespace kith
