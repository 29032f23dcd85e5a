#include "service/group_operations.h"

#include "base/json_writer.h"
#include "service/chat_operations.h"
#include "service/groups.h"
#include "service/member_json.h"
#include "service/page_cut.h"
#include "service/text_rules.h"

namespace kith {
namespace {

bool isMemberRow(const store::GroupRow& row) {
  return row.mine && row.mine->state == MemberState::Member;
}

void writeGroup(JsonWriter& json, const store::GroupRow& row) {
  const auto& group = row.group;
  json.beginObject().field("id", group.id.text()).field("slug", group.slug).field("name", group.name);
  json.field("description", group.description).field("join_mode", joinModeName(group.join_mode));
  json.field("capacity", group.capacity)
      .field("main_room", group.mainRoom().text())
      .field("members", row.members);
  json.flag("joined", isMemberRow(row));
  if (isMemberRow(row)) {
    json.field("role", roleName(row.mine->role)).key("default_rooms").beginArray();
    for (const auto& room : group.default_rooms) json.string(room.text());
    json.endArray();
  }
  if (!row.request.empty()) json.field("request", row.request.text());
  json.field("created_at", formatTime(group.created_at)).endObject();
}

Reply<GroupWritten> answerGroup(Reply<std::string> reply) {
  return [reply = std::move(reply)](Result<GroupWritten> result) mutable {
    if (!result) return reply(result.error());
    std::string out;
    JsonWriter json(out);
    json.beginObject().key("group");
    if (result->shown)
      writeGroup(json, result->group);
    else
      json.beginObject().field("id", result->group.group.id.text()).endObject();
    if (isMemberRow(result->group))
      json.field("state", "member").field("role", roleName(result->group.mine->role));
    writeWritten(json, result->written);
    if (result->accepted) json.flag("accepted", true);
    json.endObject();
    reply(std::move(out));
  };
}

void writeRequest(JsonWriter& json, const JoinRequest& request, const std::string& name) {
  json.beginObject()
      .field("id", request.id.text())
      .field("group", request.group.text())
      .field("user", request.user.text());
  if (!name.empty()) json.field("name", name);
  json.field("state", requestStateName(request.state)).field("created_at", formatTime(request.created_at));
  if (request.decided_at != 0) json.field("decided_at", formatTime(request.decided_at));
  if (!request.reason.empty()) json.field("reason", request.reason);
  json.endObject();
}

Reply<RequestWritten> answerRequest(Reply<std::string> reply) {
  return [reply = std::move(reply)](Result<RequestWritten> result) mutable {
    if (!result) return reply(result.error());
    std::string out;
    JsonWriter json(out);
    json.beginObject().field("state", requestStateName(result->request.state)).key("request");
    writeRequest(json, result->request, {});
    writeWritten(json, result->written);
    if (result->accepted) json.flag("accepted", true);
    json.endObject();
    reply(std::move(out));
  };
}

Reply<LeftGroup> answerLeft(Reply<std::string> reply) {
  return [reply = std::move(reply)](Result<LeftGroup> result) mutable {
    if (!result) return reply(result.error());
    std::string out;
    JsonWriter json(out);
    json.beginObject();
    if (result->accepted && result->written.position.offset == 0) {
      json.flag("accepted", true);  // its entry is still to come
    } else {
      writeWritten(json, result->written);
      if (result->accepted) json.flag("accepted", true);
    }
    json.endObject();
    reply(std::move(out));
  };
}

Reply<JoinWritten> answerJoin(Reply<std::string> reply) {
  return [reply = std::move(reply)](Result<JoinWritten> result) mutable {
    if (!result) return reply(result.error());
    if (auto* group = std::get_if<GroupWritten>(&*result))
      return answerGroup(std::move(reply))(std::move(*group));
    answerRequest(std::move(reply))(std::get<RequestWritten>(std::move(*result)));
  };
}

DecideRequest decisionOf(const Args& args) {
  return {args.group(), JoinRequestId::trusted(args.text("request")), args.text("reason"),
          args.text("nonce")};
}

JoinMode joinModeOf(const Args& args) {
  return args.text("join_mode") == "approval" ? JoinMode::Approval : JoinMode::Open;
}

}  // namespace

void listGroups(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  store::GroupQuery query{args.flag("joined", false), toFolded(args.text("query")).value_or(""),
                          args.group("cursor"), static_cast<std::size_t>(args.number("limit", 50))};
  services.groups.listGroups(caller, std::move(query),
                             [reply = std::move(reply)](Result<GroupPage> page) mutable {
                               if (!page) return reply(page.error());
                               std::vector<std::string> rows;
                               for (const auto& row : page->groups) {
                                 JsonWriter json(rows.emplace_back());
                                 writeGroup(json, row);
                               }
                               std::string out;
                               JsonWriter json(out);
                               json.beginObject();
                               const auto last = writePage(json, "groups", rows);
                               if (page->more || last < rows.size())
                                 json.field("next", page->groups[last - 1].group.id.text());
                               json.endObject();
                               reply(std::move(out));
                             });
}

void getGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.groups.getGroup(caller, args.group(),
                           [reply = std::move(reply)](Result<store::GroupRow> row) mutable {
                             if (!row) return reply(row.error());
                             std::string out;
                             JsonWriter json(out);
                             json.beginObject().key("group");
                             writeGroup(json, *row);
                             json.endObject();
                             reply(std::move(out));
                           });
}

void createGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.groups.createGroup(caller,
                              {args.text("name"), args.text("slug"), args.text("description"),
                               joinModeOf(args), args.number("capacity", 0), args.text("nonce")},
                              answerGroup(std::move(reply)));
}

void updateGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  UpdateGroup request;
  request.group = args.group();
  request.nonce = args.text("nonce");
  if (args.has("name")) request.name = args.text("name");
  if (args.has("description")) request.description = args.text("description");
  if (args.has("join_mode")) request.join_mode = joinModeOf(args);
  if (args.has("capacity")) request.capacity = args.number("capacity", 0);
  if (args.has("default_rooms")) request.default_rooms = args.rooms("default_rooms");
  services.groups.updateGroup(caller, std::move(request), answerGroup(std::move(reply)));
}

void deleteGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.groups.deleteGroup(caller, args.group(), args.text("nonce"), answerLeft(std::move(reply)));
}

// One wish for the client, whichever way the group is joined. Should the way change meanwhile, the commit
// refuses with the other way's name. Of a group that is not there, a repeat may still be answered.
void joinGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  auto asked = [&services, caller, args, reply = std::move(reply)](Result<store::GroupRow> row) mutable {
    if (!row && row.error().code != FaultCode::NotFound) return reply(row.error());
    const bool asks = row && row->group.join_mode == JoinMode::Approval && !isMemberRow(*row);
    auto answer = answerJoin(std::move(reply));
    if (asks) return services.groups.requestJoin(caller, args.group(), args.text("nonce"), std::move(answer));
    services.groups.joinGroup(caller, args.group(), args.text("nonce"), std::move(answer));
  };
  services.groups.getGroup(caller, args.group(), std::move(asked));
}

void leaveGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.groups.leaveGroup(caller, args.group(), args.text("nonce"), answerLeft(std::move(reply)));
}

void kickFromGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.groups.kickMember(caller, {args.group(), args.user(), args.text("reason"), args.text("nonce")},
                             answerLeft(std::move(reply)));
}

void getGroupMembers(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto limit = static_cast<std::size_t>(args.number("limit", 50));
  services.groups.getMembers(caller, args.group(), args.user("cursor"), limit,
                             [reply = std::move(reply)](Result<GroupMemberPage> page) mutable {
                               if (!page) return reply(page.error());
                               std::string out;
                               JsonWriter json(out);
                               json.beginObject().key("members").beginArray();
                               for (const auto& [member, name] : page->members)
                                 writeMember(json, member, name);
                               json.endArray();
                               if (page->more) json.field("next", page->members.back().member.user.text());
                               json.endObject();
                               reply(std::move(out));
                             });
}

void getRequests(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  const auto limit = static_cast<std::size_t>(args.number("limit", 50));
  services.groups.getRequests(caller, args.group(), JoinRequestId::trusted(args.text("cursor")), limit,
                              [reply = std::move(reply)](Result<RequestPage> page) mutable {
                                if (!page) return reply(page.error());
                                std::string out;
                                JsonWriter json(out);
                                json.beginObject().field("open", page->open).key("requests").beginArray();
                                for (const auto& [request, name] : page->requests)
                                  writeRequest(json, request, name);
                                json.endArray();
                                if (page->more) json.field("next", page->requests.back().request.id.text());
                                json.endObject();
                                reply(std::move(out));
                              });
}

void approveRequest(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.groups.approveJoinRequest(caller, decisionOf(args), answerRequest(std::move(reply)));
}

void rejectRequest(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.groups.rejectJoinRequest(caller, decisionOf(args), answerRequest(std::move(reply)));
}

void cancelRequest(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply) {
  services.groups.cancelJoinRequest(caller, decisionOf(args), answerRequest(std::move(reply)));
}

}  // namespace kith
