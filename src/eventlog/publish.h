#pragma once

#include "eventlog/event_log.h"

namespace kith {

/// The pub/sub module: the only way from a committed entry or a signal to those who listen.
///
/// Any thread. Waits for nothing and returns nothing: broadcasting is best effort, and what gets
/// lost on the way the log gives back. Entries of one scope keep their order.
class Publish {
 public:
  explicit Publish(EventLog& log) : log_(log) {}

  void publishChatMessage(const store::CommittedEntry& entry) { log_.apply(entry); }
  void publishMessageEdit(const store::CommittedEntry& entry) { log_.apply(entry); }
  void publishMessageDelete(const store::CommittedEntry& entry) { log_.apply(entry); }
  void publishUserJoined(const store::CommittedEntry& entry) { log_.apply(entry); }
  void publishUserLeft(const store::CommittedEntry& entry) { log_.apply(entry); }
  /// All other entry types.
  void publishEntry(const store::CommittedEntry& entry) { log_.apply(entry); }

  /// `data` is the whole list of who types now, on all nodes: whichever made it tells the others.
  void publishTypingIndicator(const Scope& scope, SharedBytes data) {
    log_.signal(scope, std::move(data), EventLog::Reach::AllNodes);
  }
  /// Only to those who asked for it.
  void publishJoinLeave(const Scope& scope, std::vector<JoinLeave> who) {
    log_.joinLeave(scope, std::move(who));
  }
  /// All other signals: what every node knows by itself, as it hears of all who come online.
  void publishSignal(const Scope& scope, SharedBytes data) { log_.signal(scope, std::move(data)); }

 private:
  EventLog& log_;
};

}  // namespace kith
