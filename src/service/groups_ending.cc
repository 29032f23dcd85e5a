#include "service/group_tasks.h"
#include "service/groups.h"

// What follows the end of a group: its requests, its rooms, its members, some at a time.
namespace kith {
namespace {

using Next = TaskRunner::Next;

/// What is left of a group that is gone.
struct Remains {
  std::vector<store::RequestRow> requests;
  std::vector<RoomId> rooms;
  std::vector<store::GroupMemberRow> members;
  std::unordered_set<Scope> logs;  // the whole ones of those whose turn it is: who applied, rooms, members
};

Result<Remains> remainsOf(store::Reader& reader, const GroupId& group, std::size_t limit) {
  Remains remains;
  remains.requests = TRY(reader.openRequests(group, JoinRequestId(), limit));
  remains.rooms = TRY(reader.roomsOfGroup(group, 1));
  remains.members = TRY(reader.groupMembers(group, UserId(), limit));
  std::vector<Scope> logs;
  for (const auto& row : remains.requests) logs.push_back(Scope::of(row.request.user));
  if (logs.empty()) {
    for (const auto& room : remains.rooms) logs.push_back(Scope::of(room));
  }
  if (logs.empty()) {
    for (const auto& row : remains.members) logs.push_back(Scope::of(row.member.user));
  }
  remains.logs = TRY(wholeLogs(reader, logs));
  return remains;
}

}  // namespace

void CommunityGroupService::handleTasks() {
  using Step = void (CommunityGroupService::*)(const StoredTask&, Reply<Next>);
  const auto handle = [this](const char* kind, Step step) {
    parts_.tasks.handle(kind, [this, step](const StoredTask& task, Reply<Next> reply) {
      (this->*step)(task, std::move(reply));
    });
  };
  handle(kGroupEnter, &CommunityGroupService::enterDefaultRoom);
  handle(kGroupLeave, &CommunityGroupService::leaveOneRoom);
  handle(kGroupKick, &CommunityGroupService::leaveOneRoom);
  handle(kGroupEnd, &CommunityGroupService::endOnePart);
}

void CommunityGroupService::endOnePart(const StoredTask& task, Reply<Next> reply) {
  const auto group = groupTaskOf(task).group;
  const auto limit = parts_.limits.members_per_step;
  parts_.log.readValue<Remains>(
      [group, limit](store::Reader& reader) { return remainsOf(reader, group, limit); },
      [this, task, reply = std::move(reply)](Result<Remains> remains) mutable {
        if (!remains) return reply(remains.error());
        if (!remains->requests.empty())
          return closeRequests(task, std::move(remains->requests), std::move(remains->logs),
                               std::move(reply));
        if (!remains->rooms.empty())
          return endRoom(task, remains->rooms.front(), !remains->logs.empty(), std::move(reply));
        letMembersGo(task, std::move(remains->members), std::move(remains->logs), std::move(reply));
      });
}

void CommunityGroupService::closeRequests(const StoredTask& task, std::vector<store::RequestRow> open,
                                          std::unordered_set<Scope> logs, Reply<Next> reply) {
  const auto what = groupTaskOf(task);
  std::vector<Scope> scopes{Scope::staffOf(what.group)};
  scopes.insert(scopes.end(), logs.begin(), logs.end());
  auto run = [open, what, logs = std::move(logs)](store::Transaction& now) -> Result<store::Drafts> {
    store::Drafts drafts;
    for (const auto& row : open) {
      auto request = TRY(now.request(row.request.id));
      if (!request || request->state != JoinRequest::State::Pending) continue;
      request->state = JoinRequest::State::Cancelled;
      request->decided_at = now.now();
      request->decided_by = what.user;
      TRY(now.putRequest(*request));
      drafts.push_back(
          requestDraft(Scope::staffOf(what.group), EntryType::JoinClosed, *request, row.display_name));
      const auto applicant = Scope::of(request->user);
      if (logs.contains(applicant))
        drafts.push_back(requestDraft(applicant, EntryType::JoinClosed, *request, {}));
    }
    return drafts;
  };
  appendStep({std::move(scopes), what.user, {}, {}}, std::move(run), task, std::move(reply));
}

void CommunityGroupService::endRoom(const StoredTask& task, const RoomId& id, bool has_log,
                                    Reply<Next> reply) {
  const auto what = groupTaskOf(task);
  auto run = [id, what, has_log](store::Transaction& now) -> Result<store::Drafts> {
    const auto room = TRY(now.room(id));
    if (!room) return store::Drafts{};
    auto draft = TRY(endRoomNow(now, *room, what.user));
    store::Drafts drafts;
    if (has_log) drafts.push_back(std::move(draft));
    return drafts;
  };
  auto ended = [this, id, what, reply = std::move(reply)](Result<Next> next) mutable {
    if (next) parts_.tasks.run(roomTask(kRoomEnd, id, what.user), [](bool) {});
    reply(std::move(next));
  };
  appendStep({{Scope::of(id)}, what.user, {}, {}}, std::move(run), task, std::move(ended));
}

void CommunityGroupService::letMembersGo(const StoredTask& task, std::vector<store::GroupMemberRow> members,
                                         std::unordered_set<Scope> logs, Reply<Next> reply) {
  const auto what = groupTaskOf(task);
  const bool last = members.size() < parts_.limits.members_per_step;
  std::vector<Scope> scopes{Scope::of(what.group)};
  scopes.insert(scopes.end(), logs.begin(), logs.end());
  auto run = [members, what, task, last,
              logs = std::move(logs)](store::Transaction& now) -> Result<store::Drafts> {
    store::Drafts drafts;
    for (const auto& row : members) {
      auto member = TRY(now.groupMember(what.group, row.member.user));
      if (!member || member->state != MemberState::Member) continue;
      member->state = MemberState::Left;
      TRY(now.putMember(*member));
      if (logs.contains(Scope::of(member->user)))
        drafts.push_back(removedDraft(member->user, what.group, "deleted"));
    }
    if (last) TRY(now.removeTask(task.key));
    return drafts;
  };
  // The main room was ended with the group itself: its members follow too.
  if (last) parts_.tasks.run(roomTask(kRoomEnd, Group::mainRoomOf(what.group), what.user), [](bool) {});
  appendStep({std::move(scopes), what.user, {}, {}}, std::move(run), last ? Next() : Next(task),
             std::move(reply));
}

void CommunityGroupService::appendStep(StepBy by, store::TransactionRun run, Next next, Reply<Next> reply) {
  appendStep(
      std::move(by), std::move(run), [next = std::move(next)] { return next; }, std::move(reply));
}

void CommunityGroupService::appendStep(StepBy by, store::TransactionRun run, Callback<Next()> next,
                                       Reply<Next> reply) {
  auto done = [this, next = std::move(next),
               reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (!result->duplicate) broadcast(*result);
    reply(next());
  };
  parts_.log.append({std::move(by.scopes), by.author, by.nonce, by.hash, 0, std::move(run), std::move(done)});
}

}  // namespace kith
