#pragma once

#include "service/operations.h"

namespace kith {

/// The operations of CommunityGroupService: fields in, the result as JSON out.
void listGroups(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void createGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void updateGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void deleteGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void joinGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void leaveGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void kickFromGroup(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getGroupMembers(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getRequests(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void approveRequest(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void rejectRequest(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void cancelRequest(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);

}  // namespace kith
