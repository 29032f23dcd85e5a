#include "service/groups.h"

#include <algorithm>

#include "base/json_writer.h"
#include "service/group_tasks.h"
#include "service/permissions.h"
#include "service/request_hash.h"
#include "service/text_rules.h"

namespace kith {
namespace {

constexpr std::size_t kSlugMax = 64;
constexpr int kNumberedSlugs = 9;

/// Letters and digits of the folded name, a hyphen between words; "group" if there are none.
std::string slugOf(const std::string& folded_name) {
  std::string slug;
  for (const char c : folded_name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain)
      slug += c;
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
    if (slug.size() >= kSlugMax - 20) break;  // a number or an id follows
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "group" : slug;
}

/// The slug asked for, or one of the name: numbered, and in a crowd of namesakes with a part of the id.
Result<void> putWithSlug(store::Transaction& now, Group& group) {
  if (!group.slug.empty()) return now.putGroup(group);
  const auto base = slugOf(group.folded_name);
  for (int i = 1; i <= kNumberedSlugs + 1; ++i) {
    group.slug = i == 1 ? base
                        : base + "-" +
                              (i <= kNumberedSlugs ? std::to_string(i)
                                                   : slugOf(toFolded(group.id.text()).value_or("")));
    auto put = now.putGroup(group);
    if (put || put.error().code != FaultCode::Already) return put;
  }
  return Fault::unavailable("the group could not be named; try again");
}

std::string changesData(const UpdateGroup& request) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().key("changes").beginObject();
  if (request.name) json.field("name", *request.name);
  if (request.description) json.field("description", *request.description);
  if (request.join_mode) json.field("join_mode", joinModeName(*request.join_mode));
  if (request.capacity) json.field("capacity", *request.capacity);
  if (request.default_rooms) {
    json.key("default_rooms").beginArray();
    for (const auto& room : *request.default_rooms) json.string(room.text());
    json.endArray();
  }
  json.endObject().endObject();
  return out;
}

std::string deletedData(const Group& group) {
  std::string out;
  JsonWriter(out)
      .beginObject()
      .key("group")
      .beginObject()
      .field("id", group.id.text())
      .field("name", group.name)
      .endObject()
      .endObject();
  return out;
}

/// What of the update differs from what the group is already.
UpdateGroup differing(UpdateGroup request, const Group& group) {
  if (request.name == group.name) request.name.reset();
  if (request.description == group.description) request.description.reset();
  if (request.join_mode == group.join_mode) request.join_mode.reset();
  if (request.capacity == group.capacity) request.capacity.reset();
  if (request.default_rooms == group.default_rooms) request.default_rooms.reset();
  return request;
}

bool changesNothing(const UpdateGroup& request) {
  return !request.name && !request.description && !request.join_mode && !request.capacity &&
         !request.default_rooms;
}

Result<void> areRoomsOf(store::Transaction& now, const GroupId& group, const std::vector<RoomId>& rooms) {
  for (const auto& id : rooms) {
    const auto room = TRY(now.room(id));
    if (!room || room->group != group || room->isMain()) {
      return Fault::badField("default_rooms", "must be rooms of the group beside its main room");
    }
  }
  return {};
}

}  // namespace

CommunityGroupService::CommunityGroupService(Parts parts)
    : parts_(std::move(parts)), places_(parts_.publish, parts_.online, parts_.typing) {
  handleTasks();
}

std::string CommunityGroupService::newId() {
  Lock lock(random_mutex_);
  return random_.id();
}

void CommunityGroupService::createGroup(const Caller& caller, CreateGroup request,
                                        Reply<GroupWritten> reply) {
  const auto id = GroupId::trusted(newId());
  const auto scope = Scope::of(id);
  const auto own = Scope::of(caller.user);
  const auto main_scope = Scope::of(Group::mainRoomOf(id));
  const auto hash = requestHash(parts_.hash_key, "group.create",
                                {request.name, request.slug, request.description,
                                 joinModeName(request.join_mode), std::to_string(request.capacity)});
  const auto bytes = request.name.size() + request.slug.size() + request.description.size();
  auto made = std::make_shared<GroupWritten>();
  auto run = [=, limits = parts_.limits](store::Transaction& now) -> Result<store::Drafts> {
    TRY(judge(caller.right, caller));
    TRY(mayEnterOneMore(now, caller.user, limits.places_per_user_max - 1));  // the group and its main room
    Group group{id, request.slug, request.name, request.description, request.join_mode, request.capacity};
    group.created_by = caller.user;
    group.created_at = now.now();
    group.folded_name = toFolded(request.name).value_or(request.name);
    TRY(putWithSlug(now, group));
    Room room{group.mainRoom(), request.name, "", caller.user, now.now(), id};
    room.folded_name = group.folded_name;
    TRY(now.putRoom(room));
    const auto offset = TRY(now.nextOffset(scope));
    const GroupMember mine{id, caller.user, RoomRole::Owner, MemberState::Member, now.now(), offset};
    TRY(now.putMember(mine));
    made->group = {group, 1, mine, {}};
    const Joiner who{caller.user, caller.name};
    store::Drafts drafts{addedDraft(caller.user, group, RoomRole::Owner),
                         joinedDraft(scope, who, RoomRole::Owner)};
    for (auto& draft : TRY(letIn(now, room, who, RoomRole::Owner))) drafts.push_back(std::move(draft));
    return drafts;
  };
  auto done = [this, caller, made, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (!result->duplicate) broadcast(*result);
    const auto& first = result->entries.front().logged.entry;
    if (result->duplicate)
      return answerWithGroup(caller, addedGroupOf(first.data).first, writtenOf(*result), std::move(reply));
    made->written = writtenOf(*result);
    reply(std::move(*made));
  };
  parts_.log.append({{own, scope, main_scope},
                     caller.user,
                     request.nonce,
                     hash,
                     bytes,
                     store::TransactionRun(std::move(run)),
                     std::move(done)});
}

void CommunityGroupService::updateGroup(const Caller& caller, UpdateGroup request,
                                        Reply<GroupWritten> reply) {
  const auto scope = Scope::of(request.group);
  const auto changes_data = changesData(request);
  const auto hash = requestHash(parts_.hash_key, "group.update", {changes_data});
  auto made = std::make_shared<GroupWritten>();
  auto run = [request, caller, scope, made](store::Transaction& now) -> Result<store::Drafts> {
    auto group = TRY(now.group(request.group));
    const auto own = TRY(now.groupMember(request.group, caller.user));
    TRY(judge(caller.right, GroupFacts{caller, group, own}));
    const auto changes = differing(request, *group);
    const auto members = TRY(now.head(scope)).members;
    made->group = {*group, members, own, {}};
    if (changesNothing(changes)) return store::Drafts{};
    if (changes.name) {
      group->name = *changes.name;
      group->folded_name = toFolded(group->name).value_or(group->name);
    }
    if (changes.description) group->description = *changes.description;
    if (changes.join_mode) group->join_mode = *changes.join_mode;
    if (changes.capacity) group->capacity = *changes.capacity;
    if (changes.default_rooms) {
      TRY(areRoomsOf(now, group->id, *changes.default_rooms));
      group->default_rooms = *changes.default_rooms;
    }
    TRY(now.putGroup(*group));
    made->group.group = *group;
    return store::Drafts{draftOf(scope, EntryType::GroupUpdated, UserId(), changesData(changes))};
  };
  auto done = [this, caller, id = request.group, made,
               reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (result->duplicate) return answerWithGroup(caller, id, writtenOf(*result), std::move(reply));
    broadcast(*result);
    made->written = writtenOf(*result);
    reply(std::move(*made));
  };
  parts_.log.append({{scope},
                     caller.user,
                     request.nonce,
                     hash,
                     changes_data.size(),
                     store::TransactionRun(std::move(run)),
                     std::move(done)});
}

void CommunityGroupService::deleteGroup(const Caller& caller, const GroupId& id, const std::string& nonce,
                                        Reply<LeftGroup> reply) {
  const auto scope = Scope::of(id);
  const auto main_room = Group::mainRoomOf(id);
  const auto task = groupTask(kGroupEnd, {id, caller.user});
  auto run = [=](store::Transaction& now) -> Result<store::Drafts> {
    const auto group = TRY(now.group(id));
    const auto own = TRY(now.groupMember(id, caller.user));
    TRY(judge(caller.right, GroupFacts{caller, group, own}));
    const auto room = TRY(now.room(main_room));
    TRY(now.removeGroup(id));
    TRY(now.putTask(task));
    store::Drafts drafts{draftOf(scope, EntryType::GroupDeleted, UserId(), deletedData(*group))};
    if (room) drafts.push_back(TRY(endRoomNow(now, *room, caller.user)));
    return drafts;
  };
  auto done = [this, task, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (!result->duplicate) broadcast(*result);
    answerAfter<LeftGroup>(task, {writtenOf(*result), false}, std::move(reply));
  };
  parts_.log.append({{scope, Scope::of(main_room)},
                     caller.user,
                     nonce,
                     requestHash(parts_.hash_key, "group.delete", {}),
                     0,
                     store::TransactionRun(std::move(run)),
                     std::move(done)});
}

void CommunityGroupService::broadcast(const store::Committed& committed) {
  for (const auto& entry : committed.entries) {
    switch (entry.logged.entry.type) {
      case EntryType::MemberJoined:
        broadcastUserJoined(entry);
        break;
      case EntryType::MemberLeft:
        broadcastUserLeft(entry);
        break;
      default:
        places_.other(entry);
    }
  }
}

}  // namespace kith
