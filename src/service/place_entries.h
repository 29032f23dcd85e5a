#pragma once

#include <string>
#include <string_view>

#include "model/group.h"
#include "service/caller.h"
#include "store/write_item.h"

namespace kith {

/// The entries that tell of rooms, groups and who is in them: what stands beside the fixed fields, and the
/// drafts that carry it. The one place that knows their JSON.

struct Joiner {
  UserId user;
  std::string name;
};

store::ScopedDraft draftOf(Scope scope, EntryType type, const UserId& user, std::string data,
                           int members_change = 0);

/// `member.joined` and `member.left` of a room or group.
store::ScopedDraft joinedDraft(Scope place, const Joiner& who, RoomRole role);
store::ScopedDraft leftDraft(Scope place, const UserId& user, std::string_view cause);

/// For the person alone. The reason of a kick is nobody else's business.
store::ScopedDraft addedDraft(const UserId& user, const Room& room);
store::ScopedDraft addedDraft(const UserId& user, const Group& group, RoomRole role);
store::ScopedDraft removedDraft(const UserId& user, const RoomId& room, std::string_view cause,
                                const std::string& reason = {});
store::ScopedDraft removedDraft(const UserId& user, const GroupId& group, std::string_view cause,
                                const std::string& reason = {});

/// Lets somebody into a room: his row, `member.joined` and his own `room.added`.
Result<store::Drafts> letIn(store::Transaction& now, const Room& room, const Joiner& who, RoomRole role);
/// What every way out of a room writes.
Result<store::Drafts> takeOut(store::Transaction& now, RoomMember member, std::string_view cause,
                              const std::string& reason = {});
/// Is there a place left among the members of `place`? Full otherwise.
Result<void> hasRoomFor(store::Transaction& now, const Scope& place, std::int64_t capacity);
/// May he be in one place more? Rooms and groups count alike. `he_is`: as the fault calls him.
Result<void> mayEnterOneMore(store::Transaction& now, const UserId& user, std::size_t places_max,
                             std::string_view he_is = "you are");

/// `room.created`, `room.archived`, `room.deleted`: the room, in its own log or its group's.
store::ScopedDraft roomDraft(Scope scope, EntryType type, const Room& room);

/// `group.updated` for the default rooms alone.
store::ScopedDraft defaultRoomsDraft(const Group& group);

/// The same in the room's log and, if it has a group, in the group's.
store::Drafts inBothLogs(EntryType type, const Room& room);

/// What a request to be let in came to: for the applicant, or for the staff of the group.
store::ScopedDraft requestDraft(Scope scope, EntryType type, const JoinRequest& request,
                                const std::string& applicant_name);

}  // namespace kith
