#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "model/id.h"
#include "model/scope.h"

namespace kith {

enum class TextFormat { Plain, Markdown };

std::string_view formatName(TextFormat format);

/// A message as it is now. Its number in the room is the offset of its `message.created` entry.
struct Message {
  RoomId room;
  Offset seq = 0;
  UserId author;
  std::string text;  // empty once deleted
  TextFormat format = TextFormat::Markdown;
  Offset reply_to = 0;  // 0: no reply
  WallMs at = 0;
  WallMs edited_at = 0;
  std::int64_t edit_count = 0;
  WallMs deleted_at = 0;  // 0: not deleted
  UserId deleted_by;
  std::string delete_reason;

  bool deleted() const { return deleted_at != 0; }
};

/// A text that an edit replaced. Newest 100 are kept; a delete removes them all.
struct MessageEdit {
  std::int64_t number = 0;  // 1 is the first text
  std::string text;
  WallMs at = 0;  // when it was replaced
};

}  // namespace kith
