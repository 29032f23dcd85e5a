#include "service/groups.h"
#include "service/page_cut.h"
#include "service/permissions.h"

namespace kith {

void CommunityGroupService::listGroups(const Caller& caller, store::GroupQuery query,
                                       Reply<GroupPage> reply) {
  parts_.log.readValue<GroupPage>(
      [caller, query](store::Reader& reader) mutable -> Result<GroupPage> {
        TRY(judge(caller.right, caller));
        const auto limit = query.limit++;
        GroupPage page{TRY(reader.groups(caller.user, query))};
        page.more = cutTo(page.groups, limit);
        return page;
      },
      std::move(reply));
}

void CommunityGroupService::getGroup(const Caller& caller, const GroupId& group,
                                     Reply<store::GroupRow> reply) {
  parts_.log.readValue<store::GroupRow>(
      [caller, group](store::Reader& reader) -> Result<store::GroupRow> {
        auto row = TRY(reader.groupRow(caller.user, group));
        TRY(judgeInGroup(caller.right, reader, caller, group));
        return std::move(*row);
      },
      std::move(reply));
}

void CommunityGroupService::getMembers(const Caller& caller, const GroupId& group, const UserId& cursor,
                                       std::size_t limit, Reply<GroupMemberPage> reply) {
  parts_.log.readValue<GroupMemberPage>(
      [caller, group, cursor, limit](store::Reader& reader) -> Result<GroupMemberPage> {
        GroupMemberPage page{TRY(reader.groupMembers(group, cursor, limit + 1))};
        page.more = cutTo(page.members, limit);
        TRY(judgeInGroup(caller.right, reader, caller, group));
        return page;
      },
      std::move(reply));
}

void CommunityGroupService::getRequests(const Caller& caller, const GroupId& group,
                                        const JoinRequestId& cursor, std::size_t limit,
                                        Reply<RequestPage> reply) {
  parts_.log.readValue<RequestPage>(
      [caller, group, cursor, limit](store::Reader& reader) -> Result<RequestPage> {
        RequestPage page;
        page.requests = TRY(reader.openRequests(group, cursor, limit + 1));
        page.open = TRY(reader.openRequestCount(group));
        page.more = cutTo(page.requests, limit);
        TRY(judgeInGroup(caller.right, reader, caller, group));
        return page;
      },
      std::move(reply));
}

void CommunityGroupService::answerWithGroup(const Caller& caller, const GroupId& group,
                                            const Written& written, Reply<GroupWritten> reply) {
  parts_.log.readValue<GroupWritten>(
      [caller, group, written](store::Reader& reader) -> Result<GroupWritten> {
        auto row = TRY(reader.groupRow(caller.user, group));
        GroupWritten found{{}, written};
        found.shown = row.has_value();
        if (row)
          found.group = std::move(*row);
        else
          found.group.group.id = group;  // deleted since: what was written is said all the same
        return found;
      },
      std::move(reply));
}

void CommunityGroupService::answerWithRequest(const JoinRequestId& request, const Written& written,
                                              Reply<RequestWritten> reply) {
  parts_.log.readValue<RequestWritten>(
      [request, written](store::Reader& reader) -> Result<RequestWritten> {
        auto found = TRY(reader.request(request));
        if (!found) return Fault::of(FaultCode::NotFound);
        return RequestWritten{std::move(*found), written};
      },
      std::move(reply));
}

}  // namespace kith
