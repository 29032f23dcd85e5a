#pragma once

#include <string>

#include "base/json_writer.h"
#include "model/group.h"

namespace kith {

/// A row of members[], of a room or a group.
template <class Member>
void writeMember(JsonWriter& json, const Member& member, const std::string& name) {
  json.beginObject().field("id", member.user.text()).field("name", name).field("role", roleName(member.role));
  json.field("joined_at", formatTime(member.joined_at)).endObject();
}

}  // namespace kith
