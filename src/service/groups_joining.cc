#include "service/group_tasks.h"
#include "service/groups.h"
#include "service/permissions.h"
#include "service/request_hash.h"

namespace kith {
namespace {

/// What is left to do after somebody was let in.
std::optional<StoredTask> enterTask(const Group& group, const Joiner& who, bool entered) {
  if (!entered || group.default_rooms.empty()) return std::nullopt;
  return groupTask(kGroupEnter, {group.id, who.user, who.name, {}, {}, group.default_rooms});
}

/// Into the group and its main room, and the task for its default rooms if it has some. All that may stop
/// it is judged here, so that one door is as narrow as the other. `he_is`: as who is answered calls him.
Result<store::Drafts> letIntoGroup(store::Transaction& now, const Group& group, const Joiner& who,
                                   const GroupLimits& limits, std::string_view he_is) {
  TRY(isNotLeaving(now, group.id, who.user));
  TRY(hasRoomFor(now, Scope::of(group.id), group.capacity));
  TRY(mayEnterOneMore(now, who.user, limits.places_per_user_max - 1, he_is));  // the group and its main room
  const auto scope = Scope::of(group.id);
  const auto offset = TRY(now.nextOffset(scope));
  TRY(now.putMember(
      GroupMember{group.id, who.user, RoomRole::Member, MemberState::Member, now.now(), offset}));
  store::Drafts drafts{addedDraft(who.user, group, RoomRole::Member),
                       joinedDraft(scope, who, RoomRole::Member)};
  if (const auto room = TRY(now.room(group.mainRoom()))) {
    for (auto& draft : TRY(letIn(now, *room, who, RoomRole::Member))) drafts.push_back(std::move(draft));
  }
  if (!group.default_rooms.empty()) {
    TRY(now.putTask(*enterTask(group, who, true)));
  }
  return drafts;
}

std::vector<Scope> scopesOf(const UserId& user, const GroupId& group) {
  return {Scope::of(user), Scope::of(group), Scope::of(Group::mainRoomOf(group)), Scope::staffOf(group)};
}

/// One hash for both ways in: which it is may change between a request and its repeat. The nonce is bound in
/// the log of who comes, so that the group must be in the hash.
std::string joinHash(const std::string& key, const GroupId& group) {
  return requestHash(key, "group.join", {group.text()});
}

/// Answers with one of the two things that wanting in can come to.
template <class Outcome>
Reply<Outcome> asJoin(Reply<JoinWritten> reply) {
  return [reply = std::move(reply)](Result<Outcome> outcome) mutable {
    if (!outcome) return reply(outcome.error());
    reply(JoinWritten(std::move(*outcome)));
  };
}

JoinRequest decided(JoinRequest request, JoinRequest::State state, const UserId& by, WallMs at,
                    std::string reason = {}) {
  request.state = state;
  request.decided_by = by;
  request.decided_at = at;
  request.reason = std::move(reason);
  return request;
}

}  // namespace

void CommunityGroupService::joinGroup(const Caller& caller, const GroupId& id, const std::string& nonce,
                                      Reply<JoinWritten> reply) {
  const Joiner who{caller.user, caller.name};
  auto made = std::make_shared<GroupWritten>();
  auto run = [=, limits = parts_.limits](store::Transaction& now) -> Result<store::Drafts> {
    const auto group = TRY(now.group(id));
    const auto own = TRY(now.groupMember(id, caller.user));
    TRY(judge(caller.right, GroupFacts{caller, group, own}));
    const auto members = TRY(now.head(Scope::of(id))).members;
    made->group = {*group, members, own, {}};
    if (isMember(own)) return store::Drafts{};
    if (group->join_mode != JoinMode::Open) {
      return Fault{FaultCode::PermissionDenied, {}, "this group is joined by request", false};
    }
    auto drafts = TRY(letIntoGroup(now, *group, who, limits, "you are"));
    made->group.mine = TRY(now.groupMember(id, caller.user));
    ++made->group.members;
    // The group was opened while he waited: his request is settled by this.
    if (const auto open = TRY(now.openRequest(id, caller.user))) {
      const auto closed = decided(*open, JoinRequest::State::Cancelled, caller.user, now.now());
      TRY(now.putRequest(closed));
      drafts.push_back(requestDraft(Scope::staffOf(id), EntryType::JoinClosed, closed, who.name));
      drafts.push_back(requestDraft(Scope::of(caller.user), EntryType::JoinClosed, closed, {}));
    }
    return drafts;
  };
  auto done = [this, caller, who, made, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (result->duplicate) return answerJoinAgain(caller, *result, std::move(reply));
    broadcast(*result);
    made->written = writtenOf(*result);
    auto task = enterTask(made->group.group, who, made->written.changed);
    answerAfter<GroupWritten>(std::move(task), std::move(*made), asJoin<GroupWritten>(std::move(reply)));
  };
  parts_.log.append({scopesOf(caller.user, id), caller.user, nonce, joinHash(parts_.hash_key, id), 0,
                     store::TransactionRun(std::move(run)), std::move(done)});
}

void CommunityGroupService::requestJoin(const Caller& caller, const GroupId& id, const std::string& nonce,
                                        Reply<JoinWritten> reply) {
  const auto request_id = JoinRequestId::trusted(newId());
  auto made = std::make_shared<JoinRequest>();
  auto run = [=, limits = parts_.limits](store::Transaction& now) -> Result<store::Drafts> {
    const auto group = TRY(now.group(id));
    const auto own = TRY(now.groupMember(id, caller.user));
    TRY(judge(caller.right, GroupFacts{caller, group, own}));
    if (isMember(own) || TRY(now.openRequest(id, caller.user))) return Fault::of(FaultCode::Already);
    if (group->join_mode != JoinMode::Approval) {
      return Fault{FaultCode::PermissionDenied, {}, "this group is open: join it", false};
    }
    const auto open_max = limits.open_requests_per_user_max;
    if (TRY(now.openRequestsOf(caller.user, open_max)).size() >= open_max) {
      return Fault{FaultCode::LimitExceeded, "group", "withdraw a request first: so many may be open at once",
                   false};
    }
    *made = JoinRequest{request_id, id, caller.user, JoinRequest::State::Pending, now.now()};
    TRY(now.putRequest(*made));
    return store::Drafts{requestDraft(Scope::of(caller.user), EntryType::JoinPending, *made, {}),
                         requestDraft(Scope::staffOf(id), EntryType::JoinRequested, *made, caller.name)};
  };
  auto done = [this, caller, made, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (result->duplicate) return answerJoinAgain(caller, *result, std::move(reply));
    broadcast(*result);
    reply(JoinWritten(RequestWritten{*made, writtenOf(*result)}));
  };
  parts_.log.append({scopesOf(caller.user, id), caller.user, nonce, joinHash(parts_.hash_key, id), 0,
                     store::TransactionRun(std::move(run)), std::move(done)});
}

void CommunityGroupService::answerJoinAgain(const Caller& caller, const store::Committed& first,
                                            Reply<JoinWritten> reply) {
  const auto& entry = first.entries.front().logged.entry;
  if (entry.type == EntryType::JoinPending) {
    return answerWithRequest(requestOfJson(entry.data), writtenOf(first),
                             asJoin<RequestWritten>(std::move(reply)));
  }
  answerWithGroup(caller, addedGroupOf(entry.data).first, writtenOf(first),
                  asJoin<GroupWritten>(std::move(reply)));
}

// Whose request it is must be known before the commit that writes to his log. It never changes. Who decides
// is judged by the commit, which looks for his nonce first; of what is not there, he is told what he may
// know.
void CommunityGroupService::readRequest(const Caller& caller, const DecideRequest& request,
                                        Reply<JoinRequest> reply) {
  parts_.log.readValue<JoinRequest>(
      [caller, request](store::Reader& reader) -> Result<JoinRequest> {
        const auto found = TRY(reader.request(request.request));
        if (found && found->group == request.group) return *found;
        TRY(judgeInGroup(caller.right, reader, caller, request.group));
        return Fault::of(FaultCode::NotFound);
      },
      std::move(reply));
}

void CommunityGroupService::approveJoinRequest(const Caller& caller, DecideRequest request,
                                               Reply<RequestWritten> reply) {
  auto approve = [this, caller, request, reply = std::move(reply)](Result<JoinRequest> found) mutable {
    if (!found) return reply(found.error());
    auto after = std::make_shared<JoinRequest>(*found);
    auto known = std::make_shared<Group>();
    auto name = std::make_shared<std::string>();
    auto run = [=, limits = parts_.limits](store::Transaction& now) -> Result<store::Drafts> {
      const auto group = TRY(now.group(request.group));
      const auto own = TRY(now.groupMember(request.group, caller.user));
      TRY(judge(caller.right, GroupFacts{caller, group, own}));
      const auto open = TRY(now.request(request.request));
      *after = *open;
      if (open->state == JoinRequest::State::Approved) return store::Drafts{};
      if (open->state != JoinRequest::State::Pending) return Fault::of(FaultCode::RequestNotPending);
      const auto applicant = TRY(now.user(open->user));
      *name = applicant ? applicant->display_name : open->user.text();
      *known = *group;
      *after = decided(*open, JoinRequest::State::Approved, caller.user, now.now());
      TRY(now.putRequest(*after));
      store::Drafts drafts{requestDraft(Scope::staffOf(request.group), EntryType::JoinDecided, *after, *name),
                           requestDraft(Scope::of(open->user), EntryType::JoinApproved, *after, {})};
      for (auto& draft : TRY(letIntoGroup(now, *group, {open->user, *name}, limits, "the applicant is")))
        drafts.push_back(std::move(draft));
      return drafts;
    };
    auto done = [this, request, after, known, name,
                 reply = std::move(reply)](Result<store::Committed> result) mutable {
      if (!result) return reply(result.error());
      if (!result->duplicate) broadcast(*result);
      if (result->duplicate) return answerWithRequest(request.request, writtenOf(*result), std::move(reply));
      const auto written = writtenOf(*result);
      answerAfter<RequestWritten>(enterTask(*known, {after->user, *name}, written.changed), {*after, written},
                                  std::move(reply));
    };
    auto scopes = scopesOf(found->user, request.group);
    std::swap(scopes.front(), scopes.back());  // the nonce is the staff's
    parts_.log.append({std::move(scopes), caller.user, request.nonce,
                       requestHash(parts_.hash_key, "group.approve", {request.request.text()}), 0,
                       store::TransactionRun(std::move(run)), std::move(done)});
  };
  readRequest(caller, request, std::move(approve));
}

void CommunityGroupService::rejectJoinRequest(const Caller& caller, DecideRequest request,
                                              Reply<RequestWritten> reply) {
  auto reject = [this, caller, request, reply = std::move(reply)](Result<JoinRequest> found) mutable {
    if (!found) return reply(found.error());
    close(caller, *found, JoinRequest::State::Rejected, request.reason, request.nonce, std::move(reply));
  };
  readRequest(caller, request, std::move(reject));
}

void CommunityGroupService::cancelJoinRequest(const Caller& caller, DecideRequest request,
                                              Reply<RequestWritten> reply) {
  const JoinRequest mine{request.request, request.group, caller.user};
  close(caller, mine, JoinRequest::State::Cancelled, {}, request.nonce, std::move(reply));
}

// Rejected by the staff, or withdrawn by the applicant: anybody else's request is not there for him.
void CommunityGroupService::close(const Caller& caller, const JoinRequest& known, JoinRequest::State state,
                                  const std::string& reason, const std::string& nonce,
                                  Reply<RequestWritten> reply) {
  const bool rejected = state == JoinRequest::State::Rejected;
  auto after = std::make_shared<JoinRequest>();
  auto run = [=](store::Transaction& now) -> Result<store::Drafts> {
    const auto group = TRY(now.group(known.group));
    const auto own = TRY(now.groupMember(known.group, caller.user));
    TRY(judge(caller.right, GroupFacts{caller, group, own}));
    const auto open = TRY(now.request(known.id));
    if (!open || open->group != known.group || open->user != known.user)
      return Fault::of(FaultCode::NotFound);
    if (open->state != JoinRequest::State::Pending) return Fault::of(FaultCode::RequestNotPending);
    const auto applicant = TRY(now.user(open->user));
    const auto name = applicant ? applicant->display_name : open->user.text();
    *after = decided(*open, state, caller.user, now.now(), reason);
    TRY(now.putRequest(*after));
    auto to_staff = requestDraft(Scope::staffOf(known.group),
                                 rejected ? EntryType::JoinDecided : EntryType::JoinClosed, *after, name);
    auto to_him = requestDraft(Scope::of(open->user),
                               rejected ? EntryType::JoinRejected : EntryType::JoinClosed, *after, {});
    return store::Drafts{std::move(to_staff), std::move(to_him)};
  };
  auto done = [this, after, reply = std::move(reply)](Result<store::Committed> result) mutable {
    if (!result) return reply(result.error());
    if (result->duplicate) {
      return answerWithRequest(requestOfJson(result->entries.front().logged.entry.data), writtenOf(*result),
                               std::move(reply));
    }
    broadcast(*result);
    reply(RequestWritten{*after, writtenOf(*result)});
  };
  const auto hash =
      requestHash(parts_.hash_key, rejected ? "group.reject" : "group.cancel", {known.id.text(), reason});
  parts_.log.append({{Scope::staffOf(known.group), Scope::of(known.user)},
                     caller.user,
                     nonce,
                     hash,
                     reason.size(),
                     store::TransactionRun(std::move(run)),
                     std::move(done)});
}

}  // namespace kith
