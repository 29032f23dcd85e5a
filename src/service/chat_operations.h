#pragma once

#include "service/operations.h"

namespace kith {

/// The operations of ChatService: fields in, the result as JSON out.
void sendMessage(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void editMessage(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void deleteMessage(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getMessages(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getMessage(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void getEdits(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);
void setTyping(Services& services, const Caller& caller, const Args& args, Reply<std::string> reply);

/// Offset, time and whether it was a repeat, into an open object.
class JsonWriter;
struct Written;
void writeWritten(JsonWriter& json, const Written& written);
/// The answer of a write that has nothing else to say.
Reply<Written> answerWritten(Reply<std::string> reply);

}  // namespace kith
