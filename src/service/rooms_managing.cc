#include "base/json_writer.h"
#include "service/group_tasks.h"
#include "service/permissions.h"
#include "service/request_hash.h"
#include "service/rooms.h"
#include "service/text_rules.h"

// What owners do with a room, and what follows its end.
namespace kith {
namespace {

using Next = TaskRunner::Next;

constexpr std::size_t kPurgedPerStep = 100;

/// Who is still in a room that is gone, and the logs that tell them.
struct Leaving {
  std::vector<store::MemberRow> members;
  std::unordered_set<Scope> logs;
};

Result<Leaving> leavingOf(store::Reader& reader, const RoomId& room, std::size_t limit) {
  Leaving leaving;
  leaving.members = TRY(reader.members(room, UserId(), limit));
  std::vector<Scope> logs;
  for (const auto& row : leaving.members) logs.push_back(Scope::of(row.member.user));
  leaving.logs = TRY(wholeLogs(reader, logs));
  return leaving;
}

std::string changesData(const UpdateRoom& request) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("changes").beginObject();
  if (request.name) json.field("name", *request.name);
  if (request.topic) json.field("topic", *request.topic);
  if (request.capacity) json.field("capacity", *request.capacity);
  json.endObject().endObject();
  return out;
}

/// In the group's log, where the room is named.
std::string changesOfData(const RoomId& room, const UpdateRoom& request) {
  std::string out;
  JsonWriter(out).beginObject().key("room").beginObject().field("id", room.text()).endObject().endObject();
  out.back() = ',';
  return out + changesData(request).substr(1);
}

/// The changes in the room's own log and in its group's.
store::Drafts updateDrafts(const Room& room, const UpdateRoom& changes) {
  store::Drafts drafts{draftOf(Scope::of(room.id), EntryType::RoomUpdated, UserId(), changesData(changes))};
  if (!room.group.empty()) {
    drafts.push_back(
        draftOf(Scope::of(room.group), EntryType::RoomUpdated, UserId(), changesOfData(room.id, changes)));
  }
  return drafts;
}

UpdateRoom differing(UpdateRoom request, const Room& room) {
  if (request.name == room.name) request.name.reset();
  if (request.topic == room.topic) request.topic.reset();
  if (request.capacity == room.capacity) request.capacity.reset();
  return request;
}

// Who is let into a group is let into its main room, so that neither could be kept there.
Fault capacityIsTheGroups() {
  return Fault::badField("capacity", "all members of a group are in its main room: set the group's capacity");
}
Fault activeWithItsGroup() {
  return {FaultCode::PermissionDenied,
          {},
          "the main room of a group is not archived: archive the group's other rooms, or delete the group",
          false};
}

/// Takes a room that ends out of its group's default rooms, if it is one: a setting that names what is not
/// there could not be sent back.
Result<std::optional<store::ScopedDraft>> noDefaultRoom(store::Transaction& now, const Room& room) {
  std::optional<store::ScopedDraft> changed;
  if (room.group.empty()) return changed;
  auto group = TRY(now.group(room.group));
  if (!group || std::erase(group->default_rooms, room.id) == 0) return changed;
  TRY(now.putGroup(*group));
  changed = defaultRoomsDraft(*group);
  return changed;
}

Result<store::RoomRow> rowOf(store::Transaction& now, const Standing& own) {
  const auto head = TRY(now.head(Scope::of(own.room->id)));
  return store::RoomRow{*own.room, head.members, head.position.offset, 0, own.member};
}

}  // namespace

// The group's log gets the entry too. Which group that is, a room's row says once and for all; it is read
// before the write, whose logs must be known.
void DiscussionRoomService::withGroup(const RoomId& room, Callback<void(Result<std::vector<Scope>>)> then) {
  parts_.log.readValue<std::vector<Scope>>(
      [room](store::Reader& reader) -> Result<std::vector<Scope>> {
        std::vector<Scope> scopes{Scope::of(room)};
        const auto found = TRY(reader.room(room));
        if (found && !found->group.empty()) scopes.push_back(Scope::of(found->group));
        return scopes;
      },
      std::move(then));
}

void DiscussionRoomService::updateRoom(const Caller& caller, UpdateRoom request, Reply<RoomWritten> reply) {
  withGroup(request.room,
            [this, caller, request, reply = std::move(reply)](Result<std::vector<Scope>> scopes) mutable {
              if (!scopes) return reply(scopes.error());
              auto made = std::make_shared<RoomWritten>();
              auto run = [request, caller, made](store::Transaction& now) -> Result<store::Drafts> {
                const auto own = TRY(standingIn(now, request.room, caller.user));
                TRY(judge(caller.right, RoomFacts{caller, own}));
                made->room = TRY(rowOf(now, own));
                const auto changes = differing(request, *own.room);
                if (!changes.name && !changes.topic && !changes.capacity) return store::Drafts{};
                if (own.room->isMain() && changes.capacity.value_or(0) != 0) return capacityIsTheGroups();
                auto& room = made->room.room;
                room.name = changes.name.value_or(room.name);
                room.folded_name = toFolded(room.name).value_or(room.name);
                room.topic = changes.topic.value_or(room.topic);
                room.capacity = changes.capacity.value_or(room.capacity);
                TRY(now.putRoom(room));
                return updateDrafts(room, changes);
              };
              const auto changes_data = changesData(request);
              const auto hash = requestHash(parts_.hash_key, "room.update", {changes_data});
              parts_.log.append({std::move(*scopes), caller.user, request.nonce, hash, changes_data.size(),
                                 store::TransactionRun(std::move(run)),
                                 answerRoom(caller, request.room, made, std::move(reply))});
            });
}

void DiscussionRoomService::archiveRoom(const Caller& caller, const RoomId& id, bool archived,
                                        const std::string& nonce, Reply<RoomWritten> reply) {
  withGroup(id, [this, caller, id, archived, nonce,
                 reply = std::move(reply)](Result<std::vector<Scope>> scopes) mutable {
    if (!scopes) return reply(scopes.error());
    auto made = std::make_shared<RoomWritten>();
    auto run = [id, caller, archived, made](store::Transaction& now) -> Result<store::Drafts> {
      const auto own = TRY(standingIn(now, id, caller.user));
      TRY(judge(caller.right, RoomFacts{caller, own}));
      made->room = TRY(rowOf(now, own));
      auto& room = made->room.room;
      if ((room.archived_at != 0) == archived) return store::Drafts{};
      if (room.isMain() && archived) return activeWithItsGroup();
      room.archived_at = archived ? now.now() : 0;
      TRY(now.putRoom(room));
      return inBothLogs(EntryType::RoomArchived, room);
    };
    const auto hash = requestHash(parts_.hash_key, archived ? "room.archive" : "room.unarchive", {});
    parts_.log.append({std::move(*scopes), caller.user, nonce, hash, 0, store::TransactionRun(std::move(run)),
                       answerRoom(caller, id, made, std::move(reply))});
  });
}

void DiscussionRoomService::deleteRoom(const Caller& caller, const RoomId& id, const std::string& nonce,
                                       Reply<Written> reply) {
  withGroup(id, [this, caller, id, nonce,
                 reply = std::move(reply)](Result<std::vector<Scope>> scopes) mutable {
    if (!scopes) return reply(scopes.error());
    auto run = [id, caller](store::Transaction& now) -> Result<store::Drafts> {
      const auto own = TRY(standingIn(now, id, caller.user));
      TRY(judge(caller.right, RoomFacts{caller, own}));
      (void)TRY(endRoomNow(now, *own.room, caller.user));
      auto drafts = inBothLogs(EntryType::RoomDeleted, *own.room);
      if (auto changed = TRY(noDefaultRoom(now, *own.room))) drafts.push_back(std::move(*changed));
      return drafts;
    };
    auto done = [this, id, caller, reply = std::move(reply)](Result<store::Committed> result) mutable {
      if (!result) return reply(result.error());
      if (!result->duplicate) broadcast(*result);
      parts_.tasks.run(roomTask(kRoomEnd, id, caller.user), [](bool) {});  // nobody waits: it is gone already
      reply(writtenOf(*result));
    };
    parts_.log.append({std::move(*scopes), caller.user, nonce,
                       requestHash(parts_.hash_key, "room.delete", {}), 0,
                       store::TransactionRun(std::move(run)), std::move(done)});
  });
}

void DiscussionRoomService::letMembersGo(const StoredTask& task, Reply<Next> reply) {
  const auto [room, by] = roomTaskOf(task);
  const auto limit = parts_.limits.rows_per_step;
  auto read = [room = room, limit](store::Reader& reader) { return leavingOf(reader, room, limit); };
  auto go = [this, task, room = room, by = by, limit,
             reply = std::move(reply)](Result<Leaving> leaving) mutable {
    if (!leaving) return reply(leaving.error());
    const bool last = leaving->members.size() < limit;
    std::vector<Scope> scopes{Scope::of(room)};
    scopes.insert(scopes.end(), leaving->logs.begin(), leaving->logs.end());
    auto run = [room, by, task, last, members = std::move(leaving->members), logs = std::move(leaving->logs),
                keep = parts_.limits.keep_deleted_ms](store::Transaction& now) -> Result<store::Drafts> {
      store::Drafts drafts;
      for (const auto& row : members) {
        auto member = TRY(now.member(room, row.member.user));
        if (!isMember(member)) continue;
        member->state = MemberState::Left;
        TRY(now.putMember(*member));
        if (logs.contains(Scope::of(member->user)))
          drafts.push_back(removedDraft(member->user, room, "deleted"));
      }
      if (!last) return drafts;
      TRY(now.removeTask(task.key));
      TRY(now.putTask(roomTask(kRoomPurge, room, by, now.now() + keep)));
      return drafts;
    };
    auto done = [this, task, last, reply = std::move(reply)](Result<store::Committed> result) mutable {
      if (!result) return reply(result.error());
      broadcast(*result);
      reply(last ? Next() : Next(task));
    };
    parts_.log.append(
        {std::move(scopes), by, {}, {}, 0, store::TransactionRun(std::move(run)), std::move(done)});
  };
  parts_.log.readValue<Leaving>(std::move(read), std::move(go));
}

void DiscussionRoomService::purgeTexts(const StoredTask& task, Reply<Next> reply) {
  const auto [room, by] = roomTaskOf(task);
  auto more = std::make_shared<bool>(false);
  auto run = [room = room, task, more](store::Transaction& now) -> Result<store::Drafts> {
    *more = TRY(now.purgeRoom(room, kPurgedPerStep));
    if (!*more) TRY(now.removeTask(task.key));
    return store::Drafts{};
  };
  auto done = [task, more, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    reply(*more ? Next(task) : Next());
  };
  parts_.log.append(
      {{Scope::of(room)}, by, {}, {}, 0, store::TransactionRun(std::move(run)), std::move(done)});
}

}  // namespace kith
