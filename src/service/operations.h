#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/args.h"
#include "service/caller.h"
#include "service/permissions.h"

namespace kith {

class ChatService;
class CommunityGroupService;
class DiscussionRoomService;
class OnlineStatusService;

/// What operations act on.
struct Services {
  ChatService& chat;
  DiscussionRoomService& rooms;
  CommunityGroupService& groups;
  OnlineStatusService& online;
  EventLog& log;
  InputLimits limits;
};

/// One thing a client can ask for. RPC method and REST route are two names of it, and its result is
/// the same JSON by either.
struct Operation {
  std::string_view method;  // of the RPC: "chat.send"
  std::string_view verb;    // of the REST route
  std::string_view route;   // below /api/v1, path parameters in braces: they are fields too
  int status;               // of success
  Right right;
  std::string_view summary;
  std::string_view answer;  // its fields, as in shapes.h
  std::vector<Field> fields;
  void (*run)(Services&, const Caller&, const Args&, Reply<std::string>);
  std::string_view also{};  // a second route, by POST: for fields that no path parameter can hold
};

/// A route that begins so has two: below "/rooms/{room}" and below "/groups/{group}".
inline constexpr std::string_view kPlacePath = "/{place}";

/// The one table of operations.
const std::vector<Operation>& operations();
const Operation* operationOf(std::string_view method);

/// Checks the fields and runs. `json` is the request object; empty counts as `{}`.
void runOperation(const Operation& operation, Services& services, const Caller& caller, std::string_view json,
                  Reply<std::string> reply);

}  // namespace kith
