#pragma once

#include "service/operations.h"

namespace kith {

/// The operations of OnlineStatusService: fields in, the result as JSON out.
void getOnlineUsers(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getOnlineCount(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getUserPresence(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getAllOnline(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void cleanupPresence(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void setOnlineTTL(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);

}  // namespace kith
