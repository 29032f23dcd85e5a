#pragma once

#include <string_view>
#include <vector>

namespace kith {

/// The objects that stand in answers and events, for the reference. A test holds what is sent against them.
///
/// Fields are a list: `next?` may be missing, `rooms[]: room` is an array of the objects called room here,
/// `+written` stands for the fields of that object.
struct ObjectShape {
  std::string_view name;
  std::string_view fields;
  std::string_view text;
};
const std::vector<ObjectShape>& objectShapes();

/// What clients hear of a log or place.
struct EventShape {
  std::string_view name;    // its `type`
  std::string_view scopes;  // whose log it is an entry of, or whose channel it goes to
  std::string_view fields;  // beside those that all have
  std::string_view text;
};
/// Of entries, in the order of EntryType. All have kEntryFields.
const std::vector<EventShape>& entryShapes();
/// Of signals, which have no offset and are never stored. All have kSignalFields.
const std::vector<EventShape>& signalShapes();

inline constexpr std::string_view kEntryFields = "type, offset, at, actor, nonce?";
inline constexpr std::string_view kSignalFields = "type, at";

}  // namespace kith
