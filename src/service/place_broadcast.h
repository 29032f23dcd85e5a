#pragma once

#include "eventlog/publish.h"
#include "service/online_status.h"
#include "service/typing.h"

namespace kith {

/// After a commit that changed who is in a place: tells those who listen, who is online, and who types.
///
/// Any thread; holds nothing. Best effort: the log repairs what is lost.
class PlaceBroadcast {
 public:
  PlaceBroadcast(Publish& publish, OnlineStatusService& online, TypingIndicator& typing)
      : publish_(publish), online_(online), typing_(typing) {}

  void joined(const store::CommittedEntry& entry) { publish_.publishUserJoined(entry); }
  void left(const store::CommittedEntry& entry) {
    const auto& user = entry.logged.entry.ref_user;
    if (entry.scope.kind() == Scope::Kind::Room) typing_.stopped(entry.scope.room(), user);
    publish_.publishUserLeft(entry);
  }
  /// Any other entry. In the log of a person, his places may have changed.
  void other(const store::CommittedEntry& entry) {
    const auto type = entry.logged.entry.type;
    const bool ends = type == EntryType::RoomArchived || type == EntryType::RoomDeleted;
    // Taken up again, the room has no typists yet.
    if (ends && entry.scope.kind() == Scope::Kind::Room) typing_.stoppedAll(entry.scope.room());
    if (entry.scope.kind() == Scope::Kind::User) online_.membershipChanged(entry.scope.user());
    publish_.publishEntry(entry);
  }

 private:
  Publish& publish_;
  OnlineStatusService& online_;
  TypingIndicator& typing_;
};

}  // namespace kith
