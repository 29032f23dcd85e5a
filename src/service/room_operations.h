#pragma once

#include "service/operations.h"

namespace kith {

/// The operations of DiscussionRoomService: fields in, the result as JSON out.
void listRooms(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void createRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void joinRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void leaveRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void kickMember(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getMembers(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void updateRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void archiveRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void unarchiveRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void deleteRoom(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);

}  // namespace kith
