#pragma once

#include <string>

#include "eventlog/publication.h"
#include "model/entry.h"

namespace kith {

/// The JSON object of an entry as clients see it: live, recovered and in history alike.
///
/// The same entry and message give the same bytes. A message that was edited or deleted meanwhile
/// shows as it is now, whatever the entry said at first.
std::string renderEntry(const LoggedEntry& logged);
Publication renderPublication(const LoggedEntry& logged);

/// The fields of the message object of entries and pages, into an open object.
class JsonWriter;
void writeMessageFields(JsonWriter& json, const Message& message, const std::string& nonce);

}  // namespace kith
