#include "service/shapes.h"

#include "model/entry.h"

namespace kith {

// Tables, a row each.
// clang-format off

const std::vector<ObjectShape>& objectShapes() {
  static const std::vector<ObjectShape> table{
      {"written", "offset?, epoch?, at?, duplicate?, changed?, accepted?",
       "Where the entry of a write stands in its log, and when it was made. `duplicate`: a repeat of a nonce, answered with the first one's. "
       "`changed: false` in place of the others: there was nothing to do, and no entry. `accepted`: it is committed, and what follows from it goes on."},
      {"message", "seq, author, kind, text?, format?, deleted?, deleted_at?, deleted_by?, reason?, reply_to?, reply?: reply, at, edited_at?, edit_count?, nonce?",
       "As it is now, also in an old entry. A deleted one is a tombstone, without text and format. `reply` stands in answers alone."},
      {"reply", "seq, author, text?, deleted?", "The message that is answered; of its text the first 200 code points."},
      {"edit", "number, text, replaced_at", "A text that a message had before."},
      {"room", "id, name, topic, group?, main?, capacity?, archived_at?, members, joined, role?, created_at, last_message_at?",
       "`role` is the asker's. The repeat of a write by who may not see the room any more has `id` alone."},
      {"told_room", "id, name, topic, group?", "The room that an entry tells of."},
      {"group", "id, slug, name, description, join_mode, capacity, main_room, members, joined, role?, default_rooms[]?, request?, created_at",
       "`role` and `default_rooms` are there for members; `request` is the asker's open one. The repeat of a write to a group that is gone has `id` alone."},
      {"told_group", "id, slug, name, main_room, role", "The group that somebody is a member of from now on."},
      {"ended_group", "id, name", "A group that was deleted."},
      {"member", "id, name, role, joined_at", "A member of a room or group."},
      {"joined", "id, name, role", "Who has become a member."},
      {"request", "id, group, user, name?, state, created_at, decided_at?, reason?",
       "A wish to be let in: pending, approved, rejected or cancelled."},
      {"told_request", "id, group, user, name?, state", "The request that an entry tells of."},
      {"person", "id, name, status", "Somebody who is online."},
      {"typist", "id, name", "Somebody who types."},
      {"ref", "id", "What is spoken of, and no more of it."},
  };
  return table;
}

const std::vector<EventShape>& entryShapes() {
  using enum EntryType;
  static const std::vector<EventShape> table{
      {entryTypeName(MessageCreated), "room", "message: message, author_name", "A message was sent, by somebody of that name then."},
      {entryTypeName(MessageEdited), "room", "seq, text?, edited_at?, edit_count?, deleted?",
       "A message has another text; of one that was deleted since, only that."},
      {entryTypeName(MessageDeleted), "room", "seqs[], reason?", "Messages are tombstones from now on."},
      {entryTypeName(MemberJoined), "room, group", "users[]: joined, count", "Somebody is a member; `count` is how many there are now."},
      {entryTypeName(MemberLeft), "room, group", "users[], cause, count",
       "Somebody is a member no more: left, kicked, or group_left with the room's group."},
      {entryTypeName(RoomCreated), "group", "room: told_room", "The group has a further room."},
      {entryTypeName(RoomUpdated), "room, group", "changes, room?: ref", "`changes` has what is different now; in the group's log `room` says of which."},
      {entryTypeName(RoomArchived), "room, group", "archived, room: told_room", "It can only be read, or is taken up again."},
      {entryTypeName(RoomDeleted), "room, group", "room: told_room", "The last entry of a room's log."},
      {entryTypeName(GroupUpdated), "group", "changes", "`changes` has what is different now."},
      {entryTypeName(GroupDeleted), "group", "group: ended_group", "The last entry of a group's log."},
      {entryTypeName(RoomAdded), "user", "room: told_room", "One is in a room from now on."},
      {entryTypeName(RoomRemoved), "user", "room: ref, cause, reason?", "One is out of it: left, kicked, group_left or deleted."},
      {entryTypeName(GroupAdded), "user", "group: told_group", "One is in a group from now on."},
      {entryTypeName(GroupRemoved), "user", "group: ref, cause, reason?", "One is out of it: left, kicked or deleted."},
      {entryTypeName(JoinPending), "user", "request: told_request", "One has asked to be let in."},
      {entryTypeName(JoinApproved), "user", "request: told_request", "One was let in; `group.added` follows."},
      {entryTypeName(JoinRejected), "user", "request: told_request, reason?", "One was turned down."},
      {entryTypeName(JoinClosed), "user, staff", "request: told_request", "A request came to its end undecided."},
      {entryTypeName(JoinRequested), "staff", "request: told_request", "Somebody asks to be let in."},
      {entryTypeName(JoinDecided), "staff", "request: told_request, reason?", "It was approved or rejected."},
      {entryTypeName(SessionsRevoked), "user", "all?, sessions[]?", "Sign-ins are over: all of them, or those named."},
  };
  return table;
}

const std::vector<EventShape>& signalShapes() {
  static const std::vector<EventShape> table{
      {"typing", "room, group", "users[]: typist, more, ttl_ms",
       "Who types now, in place of the list before: the named, and so many more. It ends by itself after `ttl_ms`."},
      {"presence", "room, group", "version, online[]?, offline[]?, count",
       "Who came online and who went since the one before, and how many are online. In a crowd without names."},
  };
  return table;
}
// clang-format on

}  // namespace kith
